"""What is told of a conversation while it goes on: every line but the login."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from kmconfig.mail.scrub import MASK
from kmconfig.mail.smtp import SmtpTransport
from kmconfig.mail.stages import Listener, Silence
from tests.mail.sending import PASSWORD, RECIPIENT, SENDER, loopback, message_for, settings
from tests.mail.servers import Server, Smtp

if TYPE_CHECKING:
    from tests.mail.certificates import Certificates


class Ear(Silence):
    """Keeps what is said."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []

    def said(self, mark: str, line: str) -> None:
        self.lines.append((mark, line))

    def ours(self) -> list[str]:
        return [line for mark, line in self.lines if mark in {"->", "~>"}]


def heard(server: Server, **changes: object) -> Ear:
    ear = Ear()
    chosen = settings(server, **changes)
    SmtpTransport(chosen, resolver=loopback, progress=ear).send(message_for(chosen), SENDER, [RECIPIENT])
    return ear


def test_only_who_wants_to_listen_is_told() -> None:
    assert isinstance(Ear(), Listener)
    assert not isinstance(Silence(), Listener)


def test_marks_say_who_spoke_and_whether_inside_tls(certificates: Certificates) -> None:
    with Server(Smtp(starttls=certificates.good(), auth="PLAIN")) as server:
        lines = heard(server).lines

    begun = next(index for index, (mark, _) in enumerate(lines) if mark == "===")
    assert {mark for mark, _ in lines[:begun]} == {"->", "<-"}
    assert {mark for mark, _ in lines[begun + 1 :]} == {"~>", "<~"}
    assert lines[0] == ("<-", "220 mx.acme.test ESMTP ready")
    assert ("->", "STARTTLS") in lines
    assert ("<~", "250-mx.acme.test") in lines
    assert ("~>", "Subject: Test Email from Acme License Portal") in lines
    assert lines[-2:] == [("~>", "QUIT"), ("<~", "221 2.0.0 bye")]


@pytest.mark.parametrize(
    ("mechanism", "shown"),
    [
        ("PLAIN", [f"AUTH PLAIN {MASK}"]),
        ("LOGIN", ["AUTH LOGIN", MASK, MASK]),
        ("CRAM-MD5", ["AUTH CRAM-MD5", MASK]),
        ("XOAUTH2", [f"AUTH XOAUTH2 {MASK}"]),
    ],
)
@pytest.mark.parametrize("password", [PASSWORD, "abc", "aa"])
def test_a_login_is_never_told_however_short_it_is(
    certificates: Certificates, mechanism: str, shown: list[str], password: str
) -> None:
    from tests.mail.sending import secret  # noqa: PLC0415

    with Server(Smtp(starttls=certificates.good(), auth=mechanism, password=password)) as server:
        auth = "xoauth2" if mechanism == "XOAUTH2" else "login"
        ear = heard(server, auth=auth, password=secret(password))

    ours = ear.ours()
    begin = next(index for index, line in enumerate(ours) if line.startswith("AUTH"))
    assert ours[begin : begin + len(shown) + 1] == [*shown, f"MAIL FROM:<{SENDER}>"]


def test_a_refused_token_ends_with_an_empty_line(certificates: Certificates) -> None:
    with Server(Smtp(starttls=certificates.good(), auth="XOAUTH2", password="another")) as server:
        ours = heard(server, auth="xoauth2").ours()

    assert ours[-3:] == [f"AUTH XOAUTH2 {MASK}", "", "QUIT"]


@pytest.mark.parametrize("verb", ["AUTH", "MAIL", ".", "QUIT"])
def test_an_echo_is_masked_even_when_it_is_broken_over_lines(certificates: Certificates, verb: str) -> None:
    whole = base64.b64encode(f"\0apikey\0{PASSWORD}".encode()).decode()
    code = {"AUTH": 235, "MAIL": 250, ".": 250, "QUIT": 221}[verb]
    echo = (f"{code}-2.0.0 you said {PASSWORD[:9]}", f"{code}-2.0.0 {PASSWORD[9:]}", f"{code} 2.0.0 {whole}")
    script = Smtp(starttls=certificates.good(), auth="PLAIN", answers={verb: echo})
    with Server(script) as server:
        ear = heard(server)

    told = "\n".join(line for _, line in ear.lines)
    assert "you said" in told
    for leak in (PASSWORD[:9], PASSWORD[9:], whole):
        assert leak not in told


def test_hostile_words_are_one_line_each(certificates: Certificates) -> None:
    words = "250-2.1.0 \x1b]0;title\x07 \u202e\x00\r250 x" + "y" * 5000
    with Server(Smtp(starttls=certificates.good(), answers={"MAIL": (words, "250 ok")})) as server:
        ear = heard(server)

    assert all(line.isprintable() and len(line) <= 1000 for _, line in ear.lines)
    assert any("title" in line for _, line in ear.lines)


def test_why_a_conversation_broke_off_is_told(certificates: Certificates) -> None:
    with Server(Smtp(starttls=certificates.good(), answers={"MAIL": lambda peer: peer.drop()})) as server:
        ear = heard(server)

    assert ear.lines[-1] == ("===", "the server closed the connection")
