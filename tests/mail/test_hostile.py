"""Servers that hang, dribble, drop, talk nonsense or never stop talking."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from kmconfig.mail.failure import LONGEST_WORDS
from tests.mail.sending import failed_stage, probe, send
from tests.mail.servers import Peer, Server, Smtp

if TYPE_CHECKING:
    from tests.mail.certificates import Certificates
    from tests.mail.servers import Talk

STAGE_BY_VERB = {
    "CONNECT": "greeting",
    "EHLO": "greeting",
    "STARTTLS": "tls",
    "AUTH": "auth",
    "MAIL": "sender",
    "RCPT": "recipient",
    "DATA": "data",
    ".": "accepted",
}
SHORT = 0.2


def bad_at(verb: str, talk: Talk, certificates: Certificates) -> Server:
    return Server(Smtp(starttls=certificates.good(), answers={verb: talk}))


@pytest.mark.parametrize("verb", STAGE_BY_VERB)
def test_silence_ends_at_the_timeout(certificates: Certificates, verb: str) -> None:
    begun = time.monotonic()
    with bad_at(verb, Peer.hang, certificates) as server:
        result = send(server, timeout=SHORT)

    assert time.monotonic() - begun < 3
    assert failed_stage(result) == STAGE_BY_VERB[verb]
    assert result.diagnosis is not None
    assert "no complete answer within 0.2 s" in result.diagnosis.symptom
    assert result.diagnosis.temporary


@pytest.mark.parametrize("verb", ["CONNECT", "AUTH", "."])
def test_dribbling_ends_at_the_timeout_too(certificates: Certificates, verb: str) -> None:
    begun = time.monotonic()
    with bad_at(verb, lambda peer: peer.dribble("250 " + "x" * 400), certificates) as server:
        result = send(server, timeout=SHORT)

    assert time.monotonic() - begun < 3
    assert failed_stage(result) == STAGE_BY_VERB[verb]


def test_silence_in_the_handshake_ends_at_the_timeout(certificates: Certificates) -> None:
    def hang(peer: Peer) -> None:
        peer.say("220 go ahead")
        peer.hang()

    with bad_at("STARTTLS", hang, certificates) as server:
        result = probe(server, timeout=SHORT)
    assert failed_stage(result) == "tls"
    assert result.diagnosis is not None
    assert "agreed to STARTTLS" in result.diagnosis.cause
    with Server(Peer.hang) as server:
        assert failed_stage(probe(server, timeout=SHORT, encryption="ssl")) == "tls"


@pytest.mark.parametrize("verb", STAGE_BY_VERB)
def test_hanging_up_is_told_from_silence(certificates: Certificates, verb: str) -> None:
    with bad_at(verb, Peer.drop, certificates) as server:
        result = send(server)

    assert failed_stage(result) == STAGE_BY_VERB[verb]
    assert result.diagnosis is not None
    assert "clos" in result.diagnosis.symptom or "broke" in result.diagnosis.symptom


@pytest.mark.parametrize("verb", ["CONNECT", "EHLO", "STARTTLS", "AUTH", "MAIL", "."])
def test_a_reset_connection(certificates: Certificates, verb: str) -> None:
    with bad_at(verb, Peer.reset, certificates) as server:
        result = send(server)

    # A reset that is as fast as the connection itself is already seen while connecting.
    expected = {"connect", "greeting"} if verb == "CONNECT" else {STAGE_BY_VERB[verb]}
    assert failed_stage(result) in expected


def test_clear_text_inside_tls_is_no_answer(certificates: Certificates) -> None:
    with bad_at("MAIL", lambda peer: peer.raw(b"250 2.1.0 ok\r\n"), certificates) as server:
        result = probe(server)

    assert failed_stage(result) == "sender"
    assert result.diagnosis is not None
    assert "TLS failed" in result.diagnosis.symptom
    assert server.said("RCPT") == []


def test_message_without_verdict_may_have_been_delivered(certificates: Certificates) -> None:
    with bad_at(".", Peer.drop, certificates) as server:
        result = send(server)

    assert result.diagnosis is not None
    assert "may or may not be delivered" in result.diagnosis.cause


def test_silent_farewell_does_not_spoil_success(certificates: Certificates) -> None:
    begun = time.monotonic()
    with bad_at("QUIT", Peer.hang, certificates) as server:
        result = send(server, timeout=0.5)

    assert result.ok
    assert time.monotonic() - begun < 3


def test_reset_that_is_refused_or_dropped_does_not_spoil_a_probe(certificates: Certificates) -> None:
    with bad_at("RSET", Peer.drop, certificates) as server:
        assert probe(server).ok


@pytest.mark.parametrize(
    ("greeting", "cause"),
    [
        ("SSH-2.0-OpenSSH_9.2p1", "another service"),
        ("HTTP/1.1 400 Bad Request", "another service"),
        ("* OK IMAP4rev1 ready", "another service"),
        ("+OK POP3 ready", "another service"),
        ("hello there", "does not speak SMTP"),
        ("", "does not speak SMTP"),
        ("2x0 mx", "does not speak SMTP"),
        ("220+mx", "does not speak SMTP"),
    ],
)
def test_junk_greeting(greeting: str, cause: str) -> None:
    with Server(Smtp(answers={"CONNECT": greeting})) as server:
        result = probe(server)

    assert failed_stage(result) == "greeting"
    assert result.diagnosis is not None
    assert cause in result.diagnosis.cause


def test_endless_line_is_refused() -> None:
    with Server(Smtp(answers={"CONNECT": lambda peer: peer.sock.sendall(b"220 " + b"x" * 2_000_000)})) as server:
        result = probe(server)

    assert failed_stage(result) == "greeting"
    assert result.diagnosis is not None
    assert "more than 8192 bytes" in result.diagnosis.symptom


def test_endless_reply_is_refused(certificates: Certificates) -> None:
    with bad_at("MAIL", lambda peer: peer.say(*["250-more"] * 5000), certificates) as server:
        result = probe(server)

    assert failed_stage(result) == "sender"
    assert result.diagnosis is not None
    assert "more than 128 lines" in result.diagnosis.symptom


def test_words_are_bounded_and_without_control_characters(certificates: Certificates) -> None:
    words = "550 5.1.1 \x1b[31mred\x07 \u202etxt.exe\u2028next " + "long " * 500
    with bad_at("RCPT", lambda peer: peer.say(words), certificates) as server:
        result = probe(server)

    assert result.diagnosis is not None
    for text in (result.diagnosis.symptom, result.reply, result.stages[-1].detail, result.recipients[0].text):
        assert len(text) <= LONGEST_WORDS + 20
        assert text.isprintable()
        assert "red" in text


def test_hanging_up_inside_tls_is_not_blamed_on_the_encryption_alone(certificates: Certificates) -> None:
    heard = []

    def second(peer: Peer) -> None:
        heard.append("EHLO")
        if len(heard) > 1:
            peer.drop()
        else:
            peer.say("250-mx.acme.test", "250 STARTTLS")

    with bad_at("EHLO", second, certificates) as server:
        result = probe(server)

    assert failed_stage(result) == "greeting"
    assert result.diagnosis is not None
    assert any("`email.smtp.ehlo_domain`" in remedy for remedy in result.diagnosis.remedies)


def test_several_lines_are_one_sentence(certificates: Certificates) -> None:
    lines = ("550-5.1.1 The mailbox does", "550 5.1.1 not exist")
    with bad_at("RCPT", lambda peer: peer.say(*lines), certificates) as server:
        result = probe(server)

    assert result.reply == "550 5.1.1 The mailbox does not exist"


def test_bytes_that_are_no_text_are_kept_readable(certificates: Certificates) -> None:
    with bad_at("RCPT", lambda peer: peer.sock.sendall(b"550 5.1.1 caf\xe9\r\n"), certificates) as server:
        assert probe(server).reply == "550 5.1.1 caf\N{REPLACEMENT CHARACTER}"
