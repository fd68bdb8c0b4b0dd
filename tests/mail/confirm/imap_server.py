"""An IMAP server that answers as told: well, badly, slowly or never."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kmconfig.mail.confirm.server import ImapServer
from kmconfig.secrets.secret import Secret

if TYPE_CHECKING:
    import ssl

    from tests.mail.servers import Peer

Answer = Callable[["Peer", str, str], None]
"""Answers a command, given its tag and the rest of its line."""

USERNAME = "inbox@acme.test"
PASSWORD = "canary-7f3a-imap-login"


def mailbox_of(port: int, *, starttls: bool = False, password: str = PASSWORD, host: str = "localhost") -> ImapServer:
    """A mailbox at a loopback port."""
    secret = Secret(password, reference="env:KM_IMAP_PASSWORD")
    return ImapServer(host=host, port=port, starttls=starttls, username=USERNAME, password=secret)


@dataclass(kw_only=True)
class Imap:
    """A server that behaves, except where ``answers`` says otherwise.

    ``folders`` maps names to messages; ``listed`` are the lines of LIST. Before ``after`` searches have been
    answered no message is there. ``made`` puts a message into INBOX for whatever id is searched. ``answers`` maps a
    command (``GREETING``, ``EXAMINE``, ``SEARCH``, …) to what is done instead.
    """

    folders: dict[str, list[bytes]] = field(default_factory=lambda: {"INBOX": []})
    listed: tuple[str, ...] = ('(\\HasNoChildren) "/" INBOX', '(\\HasNoChildren \\Junk) "/" Rubbish')
    capabilities: str = "IMAP4rev1 AUTH=PLAIN"
    starttls: ssl.SSLContext | None = None
    after: int = 0
    made: Callable[[str], bytes] | None = None
    indexes: bool = True
    answers: dict[str, Answer] = field(default_factory=dict)
    searches: int = 0
    _folder: str = "INBOX"

    def __call__(self, peer: Peer) -> None:
        greeting = self.answers.get("GREETING")
        if greeting is not None:
            greeting(peer, "*", "")
        else:
            peer.say("* OK ready")
        while (line := peer.hear()) is not None:
            tag, _, rest = line.partition(" ")
            verb = re.sub(r"^UID ", "", rest.upper()).partition(" ")[0]
            if verb in self.answers:
                self.answers[verb](peer, tag, rest)
            else:
                self._usual(peer, tag, verb, rest)
            if verb == "STARTTLS" and self.starttls is not None and verb not in self.answers:
                peer.starttls(self.starttls)
            if verb == "LOGOUT":
                return

    def _usual(self, peer: Peer, tag: str, verb: str, rest: str) -> None:
        usual = {
            "CAPABILITY": self._capability,
            "AUTHENTICATE": self._authenticate,
            "LOGIN": self._login,
            "LIST": self._list,
            "EXAMINE": self._examine,
            "SEARCH": self._search,
            "FETCH": self._fetch,
            "IDLE": self._idle,
        }
        if verb in usual:
            usual[verb](peer, tag, rest)
        elif verb == "LOGOUT":
            peer.say("* BYE", f"{tag} OK bye")
        else:
            peer.say(f"{tag} OK done")

    def _capability(self, peer: Peer, tag: str, _rest: str) -> None:
        offers = " STARTTLS" if self.starttls is not None else ""
        peer.say(f"* CAPABILITY {self.capabilities}{offers}", f"{tag} OK done")

    def _authenticate(self, peer: Peer, tag: str, rest: str) -> None:
        peer.say("+ ")
        answer = base64.b64decode(peer.hear() or "")
        if rest == "AUTHENTICATE XOAUTH2":
            good = answer == f"user={USERNAME}\1auth=Bearer {PASSWORD}\1\1".encode()
        else:
            good = answer == f"\0{USERNAME}\0{PASSWORD}".encode()
        self._welcome(peer, tag, good=good)

    def _login(self, peer: Peer, tag: str, rest: str) -> None:
        self._welcome(peer, tag, good=rest == f'LOGIN "{USERNAME}" "{PASSWORD}"')

    def _welcome(self, peer: Peer, tag: str, *, good: bool) -> None:
        peer.say(f"{tag} OK welcome" if good else f"{tag} NO [AUTHENTICATIONFAILED] no such login")

    def _list(self, peer: Peer, tag: str, _rest: str) -> None:
        peer.say(*(f"* LIST {line}" for line in self.listed), f"{tag} OK done")

    def _examine(self, peer: Peer, tag: str, rest: str) -> None:
        self._folder = rest.partition(" ")[2].strip('"')
        peer.say(f"* {len(self._here)} EXISTS", "* FLAGS ()", f"{tag} OK [READ-ONLY] done")

    def _search(self, peer: Peer, tag: str, rest: str) -> None:
        self.searches += 1
        wanted = rest.rpartition('"')[0].rpartition('"')[2].encode()
        if self.made is not None and self._folder == "INBOX":
            self.folders["INBOX"] = [self.made(wanted.decode())]
        hits = [str(uid) for uid, message in enumerate(self._here, start=1) if wanted in message and self.indexes]
        peer.say(f"* SEARCH {' '.join(hits)}".rstrip(), f"{tag} OK done")

    def _fetch(self, peer: Peer, tag: str, rest: str) -> None:
        for uid, message in enumerate(self._here, start=1):
            if rest.startswith("UID") and rest.split(" ")[2] != str(uid):
                continue
            data = message
            if "HEADER.FIELDS" in rest:
                lines = message.split(b"\r\n\r\n", 1)[0].split(b"\r\n")
                data = b"\r\n".join(line for line in lines if line.lower().startswith(b"x-kmconfig")) + b"\r\n\r\n"
            limit = re.search(r"<0\.(\d+)>", rest)
            data = data[: int(limit[1])] if limit else data
            peer.say(f"* {uid} FETCH (UID {uid} RFC822.SIZE {len(message)} BODY[] {{{len(data)}}}")
            peer.sock.sendall(data + b")\r\n")
        peer.say(f"{tag} OK done")

    def _idle(self, peer: Peer, tag: str, _rest: str) -> None:
        peer.say("+ idling", "* 1 EXISTS")
        peer.hear()
        peer.say(f"{tag} OK done")

    @property
    def _here(self) -> list[bytes]:
        return self.folders.get(self._folder, []) if self.searches >= self.after else []


TEST_ID = "0123456789abcdef"


def message(*fields: str, body: str = "It works.", test_id: str = TEST_ID) -> bytes:
    """A message with our header; ``fields`` come on top of it."""
    lines = (*fields, f"X-KMConfig-Test-ID: {test_id}", "Subject: Test Email", "", body, "")
    return "\r\n".join(lines).encode("utf-8", "surrogateescape")
