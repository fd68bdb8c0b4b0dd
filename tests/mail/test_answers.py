"""Refusals in the server's own words, at each stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmconfig.mail.smtp import SmtpTransport
from tests.mail.sending import SENDER, failed_stage, loopback, message_for, probe, send, settings
from tests.mail.servers import Server, Smtp

if TYPE_CHECKING:
    from tests.mail.certificates import Certificates
    from tests.mail.servers import Peer

REFUSALS = [
    ("CONNECT", "554 5.7.1 your address is listed", "greeting"),
    ("CONNECT", "421 4.3.2 too busy", "greeting"),
    ("EHLO", "550 5.7.1 HELO name is not welcome", "greeting"),
    ("AUTH", "534 5.7.9 Application-specific password required.", "auth"),
    ("AUTH", "535 5.7.8 Username and Password not accepted.", "auth"),
    ("AUTH", "454 4.7.0 Temporary authentication failure", "auth"),
    ("MAIL", "451 4.3.0 try later", "sender"),
    ("MAIL", "530 5.7.0 Must issue a STARTTLS command first", "sender"),
    ("MAIL", "553 5.1.8 sender domain does not exist", "sender"),
    ("RCPT", "550 5.1.1 no such user", "recipient"),
    ("RCPT", "450 4.7.1 Greylisted, come back later", "recipient"),
    ("DATA", "554 5.7.1 not now", "data"),
    ("DATA", "451 4.3.0 spool is full", "data"),
    (".", "550 5.7.515 Access denied, sending domain does not meet the level", "accepted"),
    (".", "452 4.3.1 out of disk", "accepted"),
]


@pytest.mark.parametrize(("verb", "answer", "stage"), REFUSALS)
def test_refusal(certificates: Certificates, verb: str, answer: str, stage: str) -> None:
    with Server(Smtp(starttls=certificates.good(), answers={verb: answer})) as server:
        result = send(server)

    assert failed_stage(result) == stage
    assert result.reply == answer
    assert result.diagnosis is not None
    assert result.diagnosis.symptom == f"{stage}: {answer}"
    assert result.diagnosis.temporary == answer.startswith("4")
    assert result.stages[-1].detail == answer


def test_every_recipient_is_asked_and_one_refusal_stops_the_message(certificates: Certificates) -> None:
    answers = iter(["250 2.1.5 ok", "550 5.1.1 no such user", "451 4.7.1 greylisted"])
    script = Smtp(starttls=certificates.good(), answers={"RCPT": lambda peer: peer.say(next(answers))})
    recipients = ["a@acme.example", "b@acme.example", "c@acme.example"]
    with Server(script) as server:
        chosen = settings(server)
        result = SmtpTransport(chosen, resolver=loopback).send(message_for(chosen), SENDER, recipients)

    assert failed_stage(result) == "recipient"
    assert [(seen.address, seen.code, seen.ok) for seen in result.recipients] == [
        ("a@acme.example", 250, True),
        ("b@acme.example", 550, False),
        ("c@acme.example", 451, False),
    ]
    assert result.reply == "550 5.1.1 no such user"
    assert server.said("DATA") == []
    assert server.said("QUIT") != []


def test_a_server_that_closes_during_the_recipients_is_not_asked_on(certificates: Certificates) -> None:
    script = Smtp(starttls=certificates.good(), answers={"RCPT": "421 4.3.2 shutting down"})
    with Server(script) as server:
        transport = SmtpTransport(settings(server), resolver=loopback)
        result = transport.probe(SENDER, ["a@acme.example", "b@acme.example"])

    assert failed_stage(result) == "recipient"
    assert len(result.recipients) == 1


@pytest.mark.parametrize("code", ["251 2.1.5 will forward", "252 2.1.5 cannot verify, will try"])
def test_forwarded_recipients_are_taken(certificates: Certificates, code: str) -> None:
    with Server(Smtp(starttls=certificates.good(), answers={"RCPT": code})) as server:
        assert probe(server).ok


def test_drop_in_the_middle_of_the_message(certificates: Certificates) -> None:
    def drop(peer: Peer) -> None:
        peer.say("354 go on")
        peer.hear()
        peer.drop()

    with Server(Smtp(starttls=certificates.good(), answers={"DATA": drop})) as server:
        result = send(server)

    assert failed_stage(result) in {"data", "accepted"}
    assert server.messages == []


@pytest.mark.parametrize(
    "address",
    ["nobody", "a b@acme.example", "a@acme.example>\r\nDATA", "a@", "@acme.example", "a@b\u2028.example"],
)
def test_what_is_no_address_never_reaches_the_server(certificates: Certificates, address: str) -> None:
    with Server(Smtp(starttls=certificates.good())) as server:
        transport = SmtpTransport(settings(server), resolver=loopback)
        assert failed_stage(transport.probe(address, ["a@acme.example"])) == "sender"
        assert failed_stage(transport.probe(SENDER, [address])) == "recipient"

    assert server.said("DATA") == []
    assert all(line.endswith(">") for line in server.said("MAIL"))
