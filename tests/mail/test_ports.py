"""Ports of a server as they can be reached from here; a login is never sent."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from kmconfig.mail import ports
from kmconfig.mail.ports import pairs_of, survey_ports
from kmconfig.mail.server import SmtpServer
from tests.mail.sending import loopback, settings
from tests.mail.servers import Peer, Server, Smtp

if TYPE_CHECKING:
    from kmconfig.mail.ports import PortSurvey
    from kmconfig.mail.server import Encryption
    from tests.mail.certificates import Certificates
    from tests.mail.servers import Talk


def server_at(host: str, port: int, encryption: Encryption = "tls") -> SmtpServer:
    return SmtpServer(host=host, port=port, encryption=encryption, timeout=2.0)


@pytest.fixture
def usual(monkeypatch: pytest.MonkeyPatch) -> dict[int, str]:
    """What is tried at an unknown host, so that tests can say it: ports of this machine instead of the usual ones."""
    pairs: dict[int, str] = {}

    class Pairs:
        def __iter__(self) -> object:
            return iter(pairs.items())

    monkeypatch.setattr(ports, "_USUAL", Pairs())
    return pairs


def survey(server: SmtpServer) -> PortSurvey:
    return survey_ports(server, resolver=loopback)


def test_the_provider_says_what_is_tried() -> None:
    assert pairs_of(server_at("smtp.sendgrid.net", 587)) == ((587, "tls"), (2525, "tls"), (465, "ssl"), (25, "tls"))
    assert pairs_of(server_at("smtp.office365.com", 465, "ssl")) == (
        (587, "tls"),
        (25, "tls"),
        (465, "ssl"),
        (465, "tls"),
    )
    assert pairs_of(server_at("mail.acme.example", 587)) == ((587, "tls"), (465, "ssl"), (2525, "tls"), (25, "tls"))


def test_the_configured_pair_is_always_tried() -> None:
    assert (587, "ssl") in pairs_of(server_at("smtp.sendgrid.net", 587, "ssl"))
    assert (25, "none") in pairs_of(server_at("mail.acme.example", 25, "none"))
    assert set(pairs_of(server_at("mail.acme.example", 5587))) >= {(5587, "tls"), (5587, "ssl")}


def test_a_port_that_answers_as_configured(certificates: Certificates, usual: dict[int, str]) -> None:
    with Server(Smtp(starttls=certificates.good())) as server:
        found = survey(settings(server))

    assert found.ok
    assert found.diagnosis is None
    assert found.advice == f"{server.port} answers with STARTTLS, as configured"
    ours = next(answer for answer in found.answers if answer.configured)
    assert ours.detail.startswith("TLSv1.3")
    assert server.said("AUTH") == server.said("MAIL") == []
    assert server.said("QUIT") != []


def test_another_port_is_recommended(certificates: Certificates, usual: dict[int, str], closed_port: int) -> None:
    with Server(Smtp(starttls=certificates.good())) as server:
        usual.update({closed_port: "tls", server.port: "tls"})
        found = survey(server_at("localhost", closed_port))

    assert not found.ok
    assert found.advice == (
        f"{closed_port} is refused from here; {server.port} answers with STARTTLS: set `email.smtp.port: {server.port}`"
    )
    assert found.diagnosis is not None
    assert found.diagnosis.stage == "connect"


def test_another_encryption_is_recommended(certificates: Certificates, usual: dict[int, str]) -> None:
    with Server(Smtp(), tls=certificates.good()) as server:
        found = survey(server_at("localhost", server.port))

    assert not found.ok
    assert found.advice == (
        f"{server.port} is open and says nothing; {server.port} answers with TLS from the first byte:"
        " set `email.smtp.encryption: ssl`"
    )


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        (None, "agrees to STARTTLS and goes on in clear text"),
        (Peer.hang, "agrees to STARTTLS and then says nothing"),
    ],
)
def test_starttls_that_is_agreed_to_and_not_kept(usual: dict[int, str], bad: Talk | None, sentence: str) -> None:
    def agree(peer: Peer) -> None:
        peer.say("220 go ahead")
        if bad is not None:
            bad(peer)

    with Server(Smtp(answers={"EHLO": ("250-mx", "250 STARTTLS"), "STARTTLS": agree})) as server:
        found = survey_ports(replace(server_at("localhost", server.port), timeout=0.3), resolver=loopback)

    assert found.advice.startswith(f"{server.port} {sentence}")


def test_clear_text_is_never_recommended(usual: dict[int, str], closed_port: int) -> None:
    with Server(Smtp()) as server:
        usual.update({closed_port: "tls", server.port: "tls"})
        found = survey(server_at("localhost", closed_port))

    assert not any(answer.ok for answer in found.answers)
    assert "no other port answers with an encryption that can be trusted" in found.advice
    assert {answer.kind for answer in found.answers if answer.port == server.port} == {"no-starttls"}


def test_clear_text_is_fine_where_it_is_configured(usual: dict[int, str]) -> None:
    with Server(Smtp()) as server:
        assert survey(server_at("localhost", server.port, "none")).ok


def test_a_bad_certificate_is_no_answer(certificates: Certificates, usual: dict[int, str]) -> None:
    with Server(Smtp(starttls=certificates.self_signed())) as server:
        found = survey(settings(server))

    assert not found.ok
    assert found.diagnosis is not None
    assert "self-signed" in found.diagnosis.symptom.lower().replace("self signed", "self-signed")
    assert found.advice.startswith(f"{server.port} shows a certificate that does not hold; ")


def test_a_refusal_is_no_answer(usual: dict[int, str]) -> None:
    with Server(Smtp(answers={"CONNECT": "554 no service here"})) as server:
        found = survey(server_at("localhost", server.port))

    assert not found.ok
    assert found.advice.startswith(f"{server.port} answers with a refusal; ")


def test_all_are_tried_at_once(usual: dict[int, str]) -> None:
    silent = [Server(Smtp(answers={"CONNECT": lambda peer: peer.hang()})) for _ in range(5)]
    for server in silent:
        server.__enter__()
        usual[server.port] = "tls"
    begun = time.monotonic()
    found = survey(SmtpServer(host="localhost", port=silent[0].port, encryption="tls", timeout=0.4))
    took = time.monotonic() - begun
    for server in silent:
        server.__exit__(None, None, None)

    assert {answer.kind for answer in found.answers} == {"no-reply"}
    assert took < 1.5


def test_a_host_that_refuses_everything(usual: dict[int, str], closed_port: int) -> None:
    found = survey(server_at("localhost", closed_port))

    assert "localhost refuses every port" in found.advice
    assert found.diagnosis is not None


def test_a_name_that_leads_nowhere() -> None:
    found = survey_ports(server_at("mail.acme.example", 587), resolver=lambda _: [])

    assert (found.ok, found.answers) == (False, ())
    assert found.diagnosis is not None
    assert found.diagnosis.stage == "resolve"
    assert found.advice == found.diagnosis.cause
