"""AUTH: mechanisms, odd credentials, and servers that echo what they should not."""

from __future__ import annotations

import base64
import dataclasses
from typing import TYPE_CHECKING

import pytest

from kmconfig.mail.login import Credentials
from kmconfig.mail.scrub import MASK, Scrubber
from kmconfig.mail.smtp import SmtpTransport
from kmconfig.secrets.secret import Secret
from tests.mail.sending import PASSWORD, RECIPIENT, SENDER, failed_stage, loopback, probe, secret, settings
from tests.mail.servers import Server, Smtp

if TYPE_CHECKING:
    from tests.mail.certificates import Certificates
    from tests.mail.servers import Peer

MECHANISMS = ["PLAIN", "LOGIN", "CRAM-MD5"]


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("password", [PASSWORD, "pässwörd €𝄞", "\udcff raw bytes", " blank ", "0"])
def test_mechanisms_carry_any_password(certificates: Certificates, mechanism: str, password: str) -> None:
    script = Smtp(starttls=certificates.good(), auth=mechanism, username="jürgen", password=password)
    with Server(script) as server:
        result = probe(server, username="jürgen", password=secret(password))

    assert result.ok
    assert next(stage.detail for stage in result.stages if stage.stage == "auth").startswith(mechanism)


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_wrong_password(certificates: Certificates, mechanism: str) -> None:
    with Server(Smtp(starttls=certificates.good(), auth=mechanism)) as server:
        result = probe(server, password=secret("wrong password"))

    assert failed_stage(result) == "auth"
    assert result.reply == "535 5.7.8 authentication failed"


def test_username_may_be_a_secret(certificates: Certificates) -> None:
    token = Secret("0f8fad5b-d9cb-469f-a165-70867728950e", reference="env: TOKEN")
    with Server(Smtp(starttls=certificates.good(), username=token.reveal())) as server:
        assert probe(server, username=token).ok


@pytest.mark.parametrize("password", ["nul\0inside", "lone \ud800 surrogate"])
def test_password_that_no_login_can_carry(certificates: Certificates, password: str) -> None:
    with Server(Smtp(starttls=certificates.good())) as server:
        result = probe(server, password=secret(password))

    assert failed_stage(result) == "auth"
    assert server.said("AUTH") == []
    assert "inside" not in repr(result)
    assert "surrogate" not in repr(result)


@pytest.mark.parametrize("half", [{"username": "apikey", "password": None}, {"password": secret()}])
def test_half_a_login(certificates: Certificates, half: dict[str, object]) -> None:
    with Server(Smtp(starttls=certificates.good())) as server:
        chosen = dataclasses.replace(settings(server), **{"username": None, "password": None, **half})  # type: ignore[arg-type]
        result = SmtpTransport(chosen, resolver=loopback).probe(SENDER, [RECIPIENT])

    assert failed_stage(result) == "auth"


@pytest.mark.parametrize("offer", ["", "XOAUTH2", "GSSAPI NTLM"])
def test_no_usable_mechanism(certificates: Certificates, offer: str) -> None:
    with Server(Smtp(starttls=certificates.good(), auth=offer)) as server:
        result = probe(server)

    assert failed_stage(result) == "auth"
    assert result.diagnosis is not None
    assert offer in result.diagnosis.symptom


def test_a_broken_mechanism_is_followed_by_the_next(certificates: Certificates) -> None:
    script = Smtp(starttls=certificates.good())

    def picky(peer: Peer) -> None:
        line = peer.server.heard[-1]
        if line.startswith("AUTH PLAIN"):
            peer.say("504 5.5.4 PLAIN is not really there")
        else:
            script._authenticate(peer, *line.split(" ")[1:])

    script.answers["AUTH"] = picky
    with Server(script) as server:
        assert probe(server).ok

    assert [line.split(" ")[1] for line in server.said("AUTH")] == ["PLAIN", "LOGIN"]


def test_the_first_refusal_with_a_reason_is_kept(certificates: Certificates) -> None:
    answers = iter(["504 5.5.4 no PLAIN", "535 5.7.8 the key is revoked", "535 5.7.8 go away"])
    script = Smtp(starttls=certificates.good(), answers={"AUTH": lambda peer: peer.say(next(answers))})
    with Server(script) as server:
        assert probe(server).reply == "535 5.7.8 the key is revoked"


def test_a_wrong_password_is_not_sent_more_than_twice(certificates: Certificates) -> None:
    with Server(Smtp(starttls=certificates.good())) as server:
        assert not probe(server, password=secret("wrong")).ok

    assert [line.split(" ")[1] for line in server.said("AUTH")] == ["PLAIN", "LOGIN"]


@pytest.mark.parametrize("answer", ["534 5.7.9 app password", "454 4.7.0 later", "550 5.7.30 no basic auth"])
def test_a_verdict_about_the_account_ends_the_login(certificates: Certificates, answer: str) -> None:
    with Server(Smtp(starttls=certificates.good(), answers={"AUTH": answer})) as server:
        assert failed_stage(probe(server)) == "auth"

    assert len(server.said("AUTH")) == 1


def test_endless_challenges_are_cancelled(certificates: Certificates) -> None:
    def ask(peer: Peer) -> None:
        peer.say("334 ")
        while (line := peer.hear()) is not None and line != "*":
            peer.say("334 VXNlcm5hbWU6")
        peer.say("501 5.7.0 cancelled")

    script = Smtp(starttls=certificates.good(), answers={"AUTH": ask})
    with Server(script) as server:
        result = probe(server)

    assert failed_stage(result) == "auth"
    assert "*" in server.heard


def test_challenge_that_is_no_base64_is_cancelled(certificates: Certificates) -> None:
    def ask(peer: Peer) -> None:
        peer.say("334 <not base64>")
        peer.hear()
        peer.say("501 5.7.0 cancelled")

    script = Smtp(starttls=certificates.good(), auth="CRAM-MD5", answers={"AUTH": ask})
    with Server(script) as server:
        assert failed_stage(probe(server)) == "auth"

    assert "*" in server.heard


def test_blank_password_masks_nothing() -> None:
    scrubber = Scrubber()
    scrubber.learn(b"")
    scrubber.learn(b"  ")

    assert scrubber.scrub("535 5.7.8 no such login") == "535 5.7.8 no such login"


def test_credentials_do_not_show_themselves() -> None:
    assert repr(Credentials(b"apikey", PASSWORD.encode())) == "<credentials>"


def test_clear_text_login_only_where_configured() -> None:
    with Server(Smtp()) as server:
        assert probe(server, encryption="none").ok
        assert server.said("AUTH CRAM-MD5") != []
    with Server(Smtp()) as server:
        assert not probe(server, encryption="tls").ok
        assert server.said("AUTH") == []


ECHOES = {
    "password": PASSWORD,
    "capitals": PASSWORD.upper(),
    "base64 of the password": base64.b64encode(PASSWORD.encode()).decode(),
    "the argument": base64.b64encode(f"\0apikey\0{PASSWORD}".encode()).decode(),
    "the argument decoded": f"apikey|{PASSWORD}",
    "base64 of something around it": base64.b64encode(f"x{PASSWORD}yz".encode()).decode(),
    "hex": PASSWORD.encode().hex(),
    "percent": PASSWORD.replace(" ", "%20"),
    "broken by blanks": "  ".join(PASSWORD),
}


@pytest.mark.parametrize("echo", ECHOES)
@pytest.mark.parametrize("verb", ["AUTH", "MAIL", "RCPT"])
def test_echoed_credentials_are_masked(certificates: Certificates, echo: str, verb: str) -> None:
    echoed = ECHOES[echo]
    answer = (f"535-5.7.8 you said {echoed}", f"535 5.7.8 {echoed} is wrong")
    with Server(Smtp(starttls=certificates.good(), auth="PLAIN", answers={verb: answer})) as server:
        result = probe(server)

    assert not result.ok
    shown = repr(result).lower()
    assert MASK in shown
    assert "you said" in shown
    for leak in (echoed, PASSWORD, ECHOES["the argument"], "horse"):
        assert leak.lower() not in shown


def test_password_split_over_two_lines_is_masked(certificates: Certificates) -> None:
    lines = (f"535-5.7.8 {PASSWORD[:10]}", f"535 5.7.8 {PASSWORD[10:]}")
    with Server(Smtp(starttls=certificates.good(), answers={"AUTH": lines})) as server:
        result = probe(server)

    assert result.reply == f"535 5.7.8 {MASK}"


def test_unfinished_echo_is_masked_before_it_is_cut(certificates: Certificates) -> None:
    def answer(peer: Peer) -> None:
        peer.sock.sendall(b"535 " + b"x" * 180 + PASSWORD.encode())
        peer.drop()

    with Server(Smtp(starttls=certificates.good(), answers={"AUTH": answer})) as server:
        result = probe(server)

    assert failed_stage(result) == "auth"
    assert "xxx" in repr(result)
    assert PASSWORD[:5] not in repr(result)


def test_secret_username_is_masked(certificates: Certificates) -> None:
    token = Secret("0f8fad5b-d9cb-469f", reference="env: TOKEN")
    script = Smtp(starttls=certificates.good(), answers={"AUTH": "535 5.7.8 0f8fad5b-d9cb-469f is unknown"})
    with Server(script) as server:
        result = probe(server, username=token)

    assert result.reply == f"535 5.7.8 {MASK} is unknown"


def test_short_password_is_masked_only_where_it_stands_alone() -> None:
    scrubber = Scrubber()
    scrubber.learn(b"abc")

    assert scrubber.scrub("abc is no abcdef") == f"{MASK} is no abcdef"
    assert repr(scrubber) == "<scrubber>"
