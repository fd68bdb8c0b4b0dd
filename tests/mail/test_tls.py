"""Certificates, versions and offers of encryption that must not be accepted."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest

from kmconfig.mail.tls import verified_context
from tests.mail.sending import failed_stage, probe, verdicts
from tests.mail.servers import Server, Smtp

if TYPE_CHECKING:
    from pathlib import Path

    from tests.mail.certificates import Certificates
    from tests.mail.servers import Peer

BAD = {
    "expired": "certificate has expired",
    "not_yet_valid": "not yet valid",
    "self_signed": "self-signed certificate",
    "unknown_issuer": "unable to get local issuer certificate",
    "outdated": "PROTOCOL_VERSION",
}


@pytest.mark.parametrize("encryption", ["tls", "ssl"])
@pytest.mark.parametrize("bad", BAD)
def test_bad_certificates_and_versions(certificates: Certificates, bad: str, encryption: str) -> None:
    context = getattr(certificates, bad)()
    implicit = encryption == "ssl"
    with Server(Smtp(starttls=None if implicit else context), tls=context if implicit else None) as server:
        result = probe(server, encryption=encryption)

    assert failed_stage(result) == "tls"
    assert result.diagnosis is not None
    assert BAD[bad].lower() in result.diagnosis.symptom.lower().replace("self signed", "self-signed")
    assert server.said("AUTH") == server.said("MAIL") == []


def test_certificate_for_another_name(certificates: Certificates) -> None:
    with Server(Smtp(starttls=certificates.named("mx.hoster.test"))) as server:
        result = probe(server)

    assert failed_stage(result) == "tls"
    assert result.diagnosis is not None
    assert "Hostname mismatch, certificate is not valid for 'localhost'" in result.diagnosis.symptom
    assert "`localhost`" in result.diagnosis.cause


def test_address_as_host(certificates: Certificates) -> None:
    with Server(Smtp(starttls=certificates.named("mx.hoster.test"))) as server:
        result = probe(server, host="127.0.0.1")

    assert failed_stage(result) == "tls"
    assert result.diagnosis is not None
    assert "IP address mismatch" in result.diagnosis.symptom
    assert "DNS name" in result.diagnosis.remedies[0]


def test_missing_authority_file_is_named(certificates: Certificates, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nonexistent/ca.pem")
    with Server(Smtp(starttls=certificates.good())) as server:
        result = probe(server)

    assert failed_stage(result) == "tls"
    assert result.diagnosis is not None
    assert "SSL_CERT_FILE names something that does not exist" in result.diagnosis.symptom


def test_authority_file_of_the_environment_is_trusted(authority_file: Path) -> None:
    assert verified_context().get_ca_certs() != []
    assert authority_file.exists()


def test_context_verifies_names_and_speaks_no_old_tls() -> None:
    context = verified_context()

    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_starttls_not_offered_ends_before_login_and_sender() -> None:
    with Server(Smtp()) as server:
        result = probe(server)

    assert failed_stage(result) == "tls"
    assert verdicts(result) == [("resolve", True), ("connect", True), ("tls", False)]
    assert [line.split(" ")[0].upper() for line in server.heard] == ["EHLO", "QUIT"]


@pytest.mark.parametrize("answer", ["454 4.7.0 TLS not available", "502 5.5.1 not implemented", "250 ok"])
def test_starttls_refused(certificates: Certificates, answer: str) -> None:
    with Server(Smtp(starttls=certificates.good(), answers={"STARTTLS": answer})) as server:
        result = probe(server)

    assert failed_stage(result) == "tls"
    assert result.diagnosis is not None
    assert answer in result.diagnosis.symptom
    assert result.diagnosis.temporary == answer.startswith("4")
    assert server.said("AUTH") == []


def test_answers_smuggled_in_before_encryption_are_refused(certificates: Certificates) -> None:
    with Server(Smtp(starttls=certificates.good(), answers={"STARTTLS": ("220 go ahead", "250 AUTH PLAIN")})) as server:
        result = probe(server)

    assert failed_stage(result) == "tls"
    assert server.said("AUTH") == []


def test_offers_made_in_clear_text_are_forgotten(certificates: Certificates) -> None:
    inside = iter([("250-mx", "250-STARTTLS", "250 AUTH PLAIN"), ("250 mx",)])
    script = Smtp(starttls=certificates.good(), answers={"EHLO": lambda peer: peer.say(*next(inside))})
    with Server(script) as server:
        result = probe(server)

    assert failed_stage(result) == "auth"
    assert server.said("AUTH") == []


def test_implicit_tls_to_a_starttls_port(certificates: Certificates) -> None:
    with Server(Smtp(starttls=certificates.good())) as server:
        result = probe(server, encryption="ssl")

    assert failed_stage(result) == "tls"
    assert result.diagnosis is not None
    assert "`email.smtp.encryption: tls`" in result.diagnosis.remedies[0]


def test_starttls_to_an_implicit_tls_port(certificates: Certificates) -> None:
    with Server(Smtp(), tls=certificates.good()) as server:
        result = probe(server, timeout=0.4)

    assert failed_stage(result) == "greeting"
    assert result.diagnosis is not None
    assert "TLS from the first byte" in result.diagnosis.cause


def test_server_that_hangs_up_in_the_handshake(certificates: Certificates) -> None:
    def drop(peer: Peer) -> None:
        peer.say("220 go ahead")
        peer.drop()

    with Server(Smtp(starttls=certificates.good(), answers={"STARTTLS": drop})) as server:
        assert failed_stage(probe(server)) == "tls"


def test_a_go_ahead_sent_before_it_was_asked_for(certificates: Certificates) -> None:
    """The answer to STARTTLS lies in the buffer already; the real one then stands where the handshake should."""
    script = Smtp(starttls=certificates.good())

    def early(peer: Peer) -> None:
        peer.say("250-mx.acme.test", "250 STARTTLS", "220 2.0.0 go ahead")

    script.answers["EHLO"] = early
    with Server(script) as server:
        result = probe(server)

    assert failed_stage(result) == "tls"
    assert server.said("AUTH") == server.said("MAIL") == []


def test_clear_text_after_the_go_ahead_was_read(certificates: Certificates) -> None:
    """An answer injected late, into the handshake itself."""

    def inject(peer: Peer) -> None:
        peer.say("220 2.0.0 go ahead")
        peer.sock.recv(5)
        peer.say("250-mx.acme.test", "250 AUTH PLAIN")
        peer.hang()

    with Server(Smtp(answers={"EHLO": ("250-mx", "250 STARTTLS"), "STARTTLS": inject})) as server:
        result = probe(server, timeout=2.0)

    assert failed_stage(result) == "tls"
    assert server.said("AUTH") == server.said("MAIL") == []


def test_a_server_that_goes_on_in_clear_text(certificates: Certificates) -> None:
    """It says yes to STARTTLS and never begins: a downgrade attempt."""
    with Server(Smtp(answers={"EHLO": ("250-mx", "250-STARTTLS", "250 AUTH PLAIN")})) as server:
        result = probe(server, timeout=2.0)

    assert failed_stage(result) == "tls"
    assert server.said("AUTH") == server.said("MAIL") == []
    assert result.diagnosis is not None
    assert f"agreed to STARTTLS on port {server.port} and then went on in clear text" in result.diagnosis.cause
    assert not any("`email.smtp.encryption: tls`" in remedy for remedy in result.diagnosis.remedies)


@pytest.mark.parametrize("encryption", ["tls", "ssl"])
@pytest.mark.parametrize("auth", ["login", "xoauth2"])
def test_no_kind_of_login_leaves_where_encryption_fails(certificates: Certificates, encryption: str, auth: str) -> None:
    stranger = certificates.unknown_issuer()
    implicit = encryption == "ssl"
    script = Smtp(starttls=None if implicit else stranger, auth="PLAIN XOAUTH2")
    with Server(script, tls=stranger if implicit else None) as server:
        result = probe(server, encryption=encryption, auth=auth)

    assert failed_stage(result) == "tls"
    assert server.said("AUTH") == []
