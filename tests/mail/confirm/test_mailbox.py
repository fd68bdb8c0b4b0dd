"""Opening a mailbox: logins, encryption, and servers that mean no good. Everything ends in time."""

from __future__ import annotations

import time
import traceback
from typing import TYPE_CHECKING, Any

import pytest

from kmconfig.mail.confirm import client
from kmconfig.mail.confirm.confirmation import require_open
from kmconfig.mail.confirm.fault import MailboxFault
from kmconfig.mail.confirm.mailbox import Mailbox
from tests.mail.confirm import imap_server
from tests.mail.confirm.imap_server import PASSWORD, TEST_ID, Imap, mailbox_of, message
from tests.mail.servers import Server

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.mail.certificates import Certificates
    from tests.mail.servers import Peer


def refused(server: Server, **options: Any) -> MailboxFault:
    """The fault of opening a mailbox and looking once; nothing of the password may stand in it."""
    begun = time.monotonic()
    with pytest.raises(MailboxFault) as caught:
        look(server, **options)
    assert time.monotonic() - begun < 5
    said = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert PASSWORD not in f"{said}{caught.value.help}"
    assert caught.value.exit_code == 5
    return caught.value


def look(server: Server, *, seconds: float = 1.0, **options: Any) -> None:
    mailbox = Mailbox(mailbox_of(server.port, **options), seconds=seconds)
    try:
        mailbox.look(TEST_ID, seconds=seconds)
    finally:
        mailbox.close()


def test_the_folders_that_will_be_looked_into(certificates: Certificates) -> None:
    with Server(Imap(), tls=certificates.good()) as server:
        assert require_open(mailbox_of(server.port)) == ("INBOX", "Rubbish")
    assert server.heard[-1].endswith("LOGOUT")


def test_a_wrong_password(certificates: Certificates) -> None:
    with Server(Imap(), tls=certificates.good()) as server:
        fault = refused(server, password="another")
    assert fault.kind == "login"
    assert "AUTHENTICATIONFAILED" in fault.message


def test_a_refusal_that_repeats_the_password(certificates: Certificates) -> None:
    def repeat(peer: Peer, tag: str, _rest: str) -> None:
        peer.say("+ ")
        answer = peer.hear()
        peer.say(f"{tag} NO not {PASSWORD} nor {answer}")

    with Server(Imap(answers={"AUTHENTICATE": repeat}), tls=certificates.good()) as server:
        fault = refused(server)
    assert fault.kind == "login"
    assert "[hidden]" in fault.message


def test_login_where_plain_is_not_offered(certificates: Certificates) -> None:
    with Server(Imap(capabilities="IMAP4rev1"), tls=certificates.good()) as server:
        look(server)
        assert any(" LOGIN " in line for line in server.heard)


def test_an_access_token_goes_by_xoauth2(certificates: Certificates, monkeypatch: pytest.MonkeyPatch) -> None:
    token = "ya29.a0AfH6SMBx-canary"
    monkeypatch.setattr(imap_server, "PASSWORD", token)
    offers = "IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2"
    with Server(Imap(capabilities=offers), tls=certificates.good()) as server:
        look(server, password=token)
    assert any(line.endswith("AUTHENTICATE XOAUTH2") for line in server.heard)


def test_no_login_that_could_be_used(certificates: Certificates) -> None:
    with Server(Imap(capabilities="IMAP4rev1 LOGINDISABLED"), tls=certificates.good()) as server:
        fault = refused(server)
    assert fault.kind == "no-login"
    assert "password" in (fault.help or "")
    assert "correct" not in (fault.help or "")


@pytest.mark.parametrize(
    ("verb", "answer", "words"),
    [
        ("GREETING", "* BYE come back later", "* BYE come back later"),
        ("EXAMINE", "NO [SERVERBUG] no such folder", "the server answers NO: [SERVERBUG] no such folder"),
        ("LIST", "* " + "x" * 200_000, "the server sent a line of more than 32768 bytes"),
    ],
)
def test_what_a_server_said_is_shown_and_not_what_a_library_makes_of_it(
    certificates: Certificates, verb: str, answer: str, words: str
) -> None:
    def say(peer: Peer, tag: str, _rest: str) -> None:
        peer.say(answer if answer.startswith("*") else f"{tag} {answer}")

    with Server(Imap(answers={verb: say}), tls=certificates.good()) as server:
        assert refused(server).words == words


def test_starttls(certificates: Certificates) -> None:
    with Server(Imap(starttls=certificates.good())) as server:
        look(server, starttls=True)
    assert server.heard[1].endswith("STARTTLS")


def test_starttls_that_is_not_offered_ends_before_the_login() -> None:
    with Server(Imap()) as server:
        assert refused(server, starttls=True).kind == "no-starttls"
    assert not any("AUTHENTICATE" in line or "LOGIN" in line for line in server.heard)


def test_a_greeting_that_skips_starttls(certificates: Certificates) -> None:
    def preauth(peer: Peer, _tag: str, _rest: str) -> None:
        peer.say("* PREAUTH as somebody")

    with Server(Imap(starttls=certificates.good(), answers={"GREETING": preauth})) as server:
        assert refused(server, starttls=True).kind == "preauth"


def test_answers_put_in_before_encryption(certificates: Certificates) -> None:
    def inject(peer: Peer, tag: str, _rest: str) -> None:
        peer.say(f"{tag} OK go ahead", "* CAPABILITY IMAP4rev1 AUTH=PLAIN")
        peer.starttls(certificates.good())

    with Server(Imap(starttls=certificates.good(), answers={"STARTTLS": inject})) as server:
        assert refused(server, starttls=True).kind == "early-data"


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("expired", "certificate-expired"),
        ("unknown_issuer", "certificate-unknown-issuer"),
        ("outdated", "tls-version"),
    ],
)
def test_tls_faults(certificates: Certificates, fault: str, kind: str) -> None:
    with Server(Imap(), tls=getattr(certificates, fault)()) as server:
        assert refused(server).kind == kind
    assert server.heard == []


def test_a_certificate_for_another_name(certificates: Certificates) -> None:
    with Server(Imap(), tls=certificates.named("imap.other.test")) as server:
        assert refused(server).kind == "certificate-name"


def test_a_port_that_does_not_speak_tls() -> None:
    with Server(Imap()) as server:
        assert refused(server).kind in {"tls-not-spoken", "tls"}


def test_a_port_on_which_nothing_listens(closed_port: int) -> None:
    with pytest.raises(MailboxFault, match="Connection refused") as caught:
        Mailbox(mailbox_of(closed_port), seconds=1)
    assert caught.value.kind == "refused"


def hang(peer: Peer, _tag: str, _rest: str) -> None:
    peer.hang()


def dribble(peer: Peer, _tag: str, _rest: str) -> None:
    peer.dribble("* OK [ALERT] " + "wait " * 10_000)


def chatter(peer: Peer, _tag: str, _rest: str) -> None:
    while True:
        peer.say(*("* OK still here" for _ in range(1000)))


def garbage(peer: Peer, _tag: str, _rest: str) -> None:
    peer.sock.sendall(bytes(range(256)) * 20 + b"\r\n")


def endless_line(peer: Peer, _tag: str, _rest: str) -> None:
    while True:
        peer.sock.sendall(b"* SEARCH" + b" 1" * 10_000)


def huge_literal(peer: Peer, _tag: str, _rest: str) -> None:
    peer.say("* 1 FETCH (BODY[] {99999999999}")
    while True:
        peer.sock.sendall(b"x" * 65536)


def literal_of_many_digits(peer: Peer, _tag: str, _rest: str) -> None:
    peer.say("* 1 FETCH (BODY[] {" + "9" * 5000 + "}")


def many_literals(peer: Peer, _tag: str, _rest: str) -> None:
    while True:
        peer.sock.sendall(b"* 1 FETCH (BODY[] {1000000}\r\n" + b"x" * 1_000_000 + b")\r\n")


def bye(peer: Peer, _tag: str, _rest: str) -> None:
    peer.say("* BYE shutting down")


def no_list(peer: Peer, tag: str, _rest: str) -> None:
    peer.say("* LIST nonsense", "* LIST () NIL {3}", "&A-", f"{tag} OK done")


BAD: list[tuple[str, Callable[[Peer, str, str], None]]] = [
    ("GREETING", hang),
    ("GREETING", garbage),
    ("GREETING", dribble),
    ("CAPABILITY", hang),
    ("AUTHENTICATE", hang),
    ("AUTHENTICATE", garbage),
    ("AUTHENTICATE", bye),
    ("LIST", hang),
    ("LIST", no_list),
    ("EXAMINE", chatter),
    ("EXAMINE", dribble),
    ("SEARCH", hang),
    ("SEARCH", dribble),
    ("SEARCH", garbage),
    ("SEARCH", endless_line),
    ("SEARCH", chatter),
    ("FETCH", huge_literal),
    ("FETCH", literal_of_many_digits),
    ("FETCH", many_literals),
    ("FETCH", bye),
]


@pytest.mark.parametrize(("verb", "answer"), BAD, ids=[f"{verb}-{answer.__name__}" for verb, answer in BAD])
def test_servers_that_mean_no_good(
    certificates: Certificates, verb: str, answer: Callable[[Peer, str, str], None]
) -> None:
    imap = Imap(folders={"INBOX": [message()]}, answers={verb: answer})
    with Server(imap, tls=certificates.good()) as server:
        fault = refused(server, seconds=0.5)
        assert fault.kind in {"time", "protocol"}
        assert len(fault.message) < 800
        assert fault.message.isprintable()


def test_limits_of_one_connection_leave_room_for_a_message() -> None:
    assert client.LONGEST_LITERAL > 1024 * 1024
    assert client.MOST_BYTES > client.LONGEST_LITERAL


def test_a_goodbye_that_hangs_does_not_matter(certificates: Certificates, monkeypatch: pytest.MonkeyPatch) -> None:
    with Server(Imap(answers={"LOGOUT": garbage}), tls=certificates.good()) as server:
        look(server)
        assert server.heard[-1].endswith("LOGOUT")
