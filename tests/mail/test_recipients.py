"""Many recipients: asked in one conversation, at once where the server takes that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmconfig.mail.smtp import SmtpTransport
from tests.mail.sending import SENDER, failed_stage, loopback, message_for, settings
from tests.mail.servers import Server, Smtp

if TYPE_CHECKING:
    from kmconfig.mail.server import MailResult
    from tests.mail.certificates import Certificates
    from tests.mail.servers import Peer

MANY = [f"r{number}@acme.example" for number in range(120)]


def send_to_many(server: Server, **changes: object) -> MailResult:
    chosen = settings(server, **changes)
    return SmtpTransport(chosen, resolver=loopback).send(message_for(chosen), SENDER, MANY)


@pytest.mark.parametrize("extensions", [("PIPELINING",), ()])
def test_all_are_asked_in_order(certificates: Certificates, extensions: tuple[str, ...]) -> None:
    with Server(Smtp(starttls=certificates.good(), extensions=extensions)) as server:
        result = send_to_many(server)

    assert result.ok
    assert [outcome.address for outcome in result.recipients] == MANY
    assert server.said("RCPT") == [f"RCPT TO:<{address}>" for address in MANY]
    assert server.connections == len(server.messages) == 1
    assert next(stage.detail for stage in result.stages if stage.stage == "recipient") == "120 recipients taken"


def test_they_are_sent_before_the_first_reply(certificates: Certificates) -> None:
    def late(peer: Peer) -> None:
        waiting.append(peer)
        if len(waiting) == 50:
            for _ in waiting:
                peer.say("250 2.1.5 ok")
            waiting.clear()

    waiting: list[Peer] = []
    script = Smtp(starttls=certificates.good(), extensions=("PIPELINING",), answers={"RCPT": late})
    with Server(script) as server:
        chosen = settings(server, timeout=2.0)
        result = SmtpTransport(chosen, resolver=loopback).probe(SENDER, MANY[:50])

    assert result.ok


def test_every_refusal_has_its_address(certificates: Certificates) -> None:
    def some(peer: Peer) -> None:
        number = int(peer.server.heard[-1].partition("<r")[2].partition("@")[0])
        peer.say("550 5.1.1 nobody" if number % 10 == 3 else "250 2.1.5 ok")

    script = Smtp(starttls=certificates.good(), extensions=("PIPELINING",), answers={"RCPT": some})
    with Server(script) as server:
        result = send_to_many(server)

    assert failed_stage(result) == "recipient"
    refused = [outcome.address for outcome in result.recipients if not outcome.ok]
    assert refused == [address for number, address in enumerate(MANY) if number % 10 == 3]
    assert server.messages == []


def test_a_bad_address_among_many_reaches_nobody(certificates: Certificates) -> None:
    with Server(Smtp(starttls=certificates.good(), extensions=("PIPELINING",))) as server:
        transport = SmtpTransport(settings(server), resolver=loopback)
        result = transport.probe(SENDER, [*MANY, "x@acme.example>\r\nDATA"])

    assert failed_stage(result) == "recipient"
    assert server.said("RCPT") == server.said("DATA") == []


def test_a_server_that_closes_in_the_middle(certificates: Certificates) -> None:
    def close(peer: Peer) -> None:
        if len(peer.server.said("RCPT")) < 7:
            peer.say("250 2.1.5 ok")
        else:
            peer.say("421 4.3.2 shutting down")
            peer.drop()

    script = Smtp(starttls=certificates.good(), extensions=("PIPELINING",), answers={"RCPT": close})
    with Server(script) as server:
        result = send_to_many(server)

    assert failed_stage(result) == "recipient"
    assert len(result.recipients) == 7
    assert result.reply == "421 4.3.2 shutting down"
