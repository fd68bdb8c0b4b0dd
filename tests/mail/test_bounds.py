"""Total time is bounded whatever a server does, and an interrupt is not delayed by a server."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from kmconfig.mail.smtp import SmtpTransport
from kmconfig.mail.stages import Silence
from tests.mail.sending import RECIPIENT, SENDER, loopback, message_for, probe, send, settings
from tests.mail.servers import Peer, Server, Smtp

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.mail.certificates import Certificates

TIMEOUT = 0.3
#: Stages that wait for the server, and RSET or QUIT behind them, each with a limit of its own.
MOST = 9 * TIMEOUT + 1.0


def slowly(*lines: str) -> Callable[[Peer], None]:
    """Answers, but each byte only just before the time would be over if it counted for bytes."""

    def talk(peer: Peer) -> None:
        for byte in "".join(f"{line}\r\n" for line in lines).encode():
            if peer.server.closing.wait(TIMEOUT * 0.8):
                return
            peer.sock.sendall(bytes([byte]))

    return talk


@pytest.mark.parametrize("verb", ["CONNECT", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", ".", "QUIT"])
def test_a_byte_just_in_time_for_ever(certificates: Certificates, verb: str) -> None:
    script = Smtp(starttls=certificates.good(), answers={verb: slowly("250-x" * 50, "250 ok")})
    begun = time.monotonic()
    with Server(script) as server:
        result = send(server, timeout=TIMEOUT)

    assert time.monotonic() - begun < MOST
    assert result.ok == (verb == "QUIT")


def test_every_answer_just_in_time(certificates: Certificates) -> None:
    def late(line: str) -> Callable[[Peer], None]:
        def talk(peer: Peer) -> None:
            peer.server.closing.wait(TIMEOUT * 0.8)
            peer.say(line)

        return talk

    answers = {verb: late("250 ok") for verb in ("MAIL", "RCPT", ".", "QUIT")}
    begun = time.monotonic()
    with Server(Smtp(starttls=certificates.good(), answers={**answers, "CONNECT": late("220 mx")})) as server:
        result = send(server, timeout=TIMEOUT)

    assert result.ok
    assert time.monotonic() - begun < MOST


def test_a_slow_server_gets_no_more_time_for_more_recipients(certificates: Certificates) -> None:
    def late(peer: Peer) -> None:
        peer.server.closing.wait(TIMEOUT * 0.5)
        peer.say("250 ok")

    begun = time.monotonic()
    with Server(Smtp(starttls=certificates.good(), answers={"RCPT": late})) as server:
        transport = SmtpTransport(settings(server, timeout=TIMEOUT), resolver=loopback)
        result = transport.probe(SENDER, [f"r{number}@acme.example" for number in range(40)])

    assert not result.ok
    assert time.monotonic() - begun < MOST


def test_a_dribbled_handshake(certificates: Certificates) -> None:
    """Records of TLS that never come to an end."""

    def dribble(peer: Peer) -> None:
        peer.say("220 go ahead")
        peer.sock.sendall(b"\x16\x03\x03\x40\x00")
        while not peer.server.closing.wait(TIMEOUT * 0.8):
            peer.sock.sendall(b"\x02")

    begun = time.monotonic()
    with Server(Smtp(starttls=certificates.good(), answers={"STARTTLS": dribble})) as server:
        assert not probe(server, timeout=TIMEOUT).ok

    assert time.monotonic() - begun < MOST


def test_a_server_that_does_not_read(certificates: Certificates) -> None:
    """The message is larger than what fits into the buffers of the connection."""

    def deaf(peer: Peer) -> None:
        peer.say("354 go on")
        peer.hang()

    with Server(Smtp(starttls=certificates.good(), answers={"DATA": deaf})) as server:
        chosen = settings(server, timeout=TIMEOUT)
        message = message_for(chosen)
        message.set_content("x" * 70 + "\n" * 1 + ("y" * 70 + "\n") * 300_000)
        begun = time.monotonic()
        result = SmtpTransport(chosen, resolver=loopback).send(message, SENDER, [RECIPIENT])

    assert not result.ok
    assert result.diagnosis is not None
    assert result.diagnosis.stage == "data"
    assert time.monotonic() - begun < MOST + 5


class Interrupting(Silence):
    """Breaks off where a stage begins, as a signal would."""

    def __init__(self, stage: str) -> None:
        self._stage = stage

    def started(self, stage: str) -> None:
        if stage == self._stage:
            raise KeyboardInterrupt


@pytest.mark.parametrize("stage", ["greeting", "auth", "sender", "recipient", "data", "accepted"])
def test_an_interrupt_hangs_up_at_once(certificates: Certificates, stage: str) -> None:
    gone = threading.Event()

    def quit_(peer: Peer) -> None:
        gone.set()
        peer.hang()

    script = Smtp(starttls=certificates.good(), answers={"QUIT": quit_})
    with Server(script) as server:
        chosen = settings(server)
        transport = SmtpTransport(chosen, resolver=loopback, progress=Interrupting(stage))
        begun = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            transport.send(message_for(chosen), SENDER, [RECIPIENT])

    assert time.monotonic() - begun < 2
    assert not gone.is_set()
    assert server.messages == [] or stage == "accepted"
