"""SMTP servers that answer as told: well, badly, slowly or never."""

from __future__ import annotations

import base64
import contextlib
import hmac
import os
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

TOKEN_FAULT = '{"status":"401","schemes":"bearer","scope":"https://mail.google.com/"}'
CHALLENGE = "<1896.697170952@mx.acme.test>"


class Peer:
    """The server's end of one connection."""

    def __init__(self, sock: socket.socket, server: Server) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = sock
        self.server = server
        self._received = b""

    def say(self, *lines: str) -> None:
        """Send lines."""
        self.sock.sendall("".join(f"{line}\r\n" for line in lines).encode())

    def hear(self) -> str | None:
        """Return the next line, or ``None`` when the client has gone; it is noted in ``server.heard``."""
        line = self._line()
        if line is None:
            return None
        text = line.decode("utf-8", "replace")
        self.server.heard.append(text)
        return text

    def _line(self) -> bytes | None:
        while b"\n" not in self._received:
            data = self.sock.recv(4096)
            if not data:
                return None
            self._received += data
        line, _, self._received = self._received.partition(b"\n")
        return line.rstrip(b"\r")

    def message(self) -> bytes:
        """Return everything up to the lone dot, dots undone."""
        lines = []
        while (line := self._line()) is not None and line != b".":
            lines.append(line.removeprefix(b"."))
        return b"\r\n".join(lines) + b"\r\n"

    def starttls(self, context: ssl.SSLContext) -> None:
        """Speak TLS from here on."""
        try:
            self.sock = context.wrap_socket(self.sock, server_side=True)
        except OSError as error:
            _close_what_ssl_left_open(error)
            raise

    def hang(self) -> None:
        """Say nothing until the test is over."""
        self.server.closing.wait(20)

    def dribble(self, text: str) -> None:
        """Send one character after the other, for ever so slowly."""
        for character in text:
            if self.server.closing.wait(0.05):
                return
            self.sock.sendall(character.encode())

    def reset(self) -> None:
        """Break the connection off without a goodbye (TCP RST)."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.drop()

    def raw(self, data: bytes) -> None:
        """Send bytes past TLS."""
        with socket.socket(fileno=os.dup(self.sock.fileno())) as below:
            below.sendall(data)

    def drop(self) -> None:
        """Hang up."""
        raise ConnectionAbortedError


def _close_what_ssl_left_open(error: OSError) -> None:
    """Close the socket that `SSLSocket._create` forgets where the peer goes away between two of its lines."""
    trace = error.__traceback__
    while trace is not None:
        found = trace.tb_frame.f_locals.get("self")
        if isinstance(found, ssl.SSLSocket):
            found.close()
        trace = trace.tb_next


Talk = Callable[[Peer], None]


class Server:
    """Listens on loopback, gives each connection to ``talk`` in a thread of its own."""

    def __init__(self, talk: Talk, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        self._talk = talk
        self._tls = tls
        self._threads: list[threading.Thread] = []
        self.closing = threading.Event()
        self.heard: list[str] = []
        self.messages: list[bytes] = []
        self.connections = 0
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, 0), family=family)
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)

    def said(self, verb: str) -> list[str]:
        """Return the commands heard that begin with ``verb``."""
        return [line for line in self.heard if line.upper().startswith(verb)]

    def _start(self, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._start(lambda sock=sock: self._serve(sock))  # type: ignore[misc]

    def _serve(self, sock: socket.socket) -> None:
        peer = Peer(sock, self)
        # Clients that give up in the middle are what these servers are for.
        try:
            with contextlib.suppress(OSError):
                if self._tls is not None:
                    peer.starttls(self._tls)
                self._talk(peer)
        finally:
            peer.sock.close()


Answer = str | tuple[str, ...] | Callable[[Peer], None]


@dataclass(kw_only=True)
class Smtp:
    """A mail server that behaves, except where ``answers`` says otherwise.

    ``answers`` maps a verb (``CONNECT``, ``EHLO``, ``STARTTLS``, ``AUTH``, ``MAIL``, ``RCPT``, ``DATA``, ``.``,
    ``RSET``, ``QUIT``) to lines said instead, or to something done instead.
    """

    starttls: ssl.SSLContext | None = None
    auth: str = "PLAIN LOGIN CRAM-MD5"
    extensions: tuple[str, ...] = ("8BITMIME",)
    username: str = "apikey"
    password: str = "correct horse battery"
    answers: dict[str, Answer] = field(default_factory=dict)

    def __call__(self, peer: Peer) -> None:
        self._answer(peer, "CONNECT", lambda: peer.say("220 mx.acme.test ESMTP ready"))
        encrypted = peer.server._tls is not None
        while (line := peer.hear()) is not None:
            verb = line.split(" ")[0].upper()
            self._answer(peer, verb, lambda: self._usual(peer, line, encrypted=encrypted))  # noqa: B023
            if verb == "STARTTLS" and verb not in self.answers and self.starttls is not None:
                peer.starttls(self.starttls)
                encrypted = True
            if verb == "QUIT":
                return

    def _answer(self, peer: Peer, verb: str, usual: Callable[[], None]) -> None:
        answer = self.answers.get(verb)
        if answer is None:
            usual()
        elif isinstance(answer, str):
            peer.say(answer)
        elif isinstance(answer, tuple):
            peer.say(*answer)
        else:
            answer(peer)

    def _usual(self, peer: Peer, line: str, *, encrypted: bool) -> None:
        verb = line.split(" ", maxsplit=1)[0].upper()
        if verb == "EHLO":
            self._ehlo(peer, encrypted=encrypted)
        elif verb == "STARTTLS":
            peer.say("220 2.0.0 go ahead")
        elif verb == "AUTH":
            self._authenticate(peer, *line.split(" ")[1:])
        elif verb == "DATA":
            peer.say("354 end with a dot")
            peer.server.messages.append(peer.message())
            self._answer(peer, ".", lambda: peer.say("250 2.0.0 queued as 4Zq1"))
        elif verb == "QUIT":
            peer.say("221 2.0.0 bye")
        else:
            peer.say("250 2.1.0 ok")

    def _ehlo(self, peer: Peer, *, encrypted: bool) -> None:
        offers = list(self.extensions)
        if self.starttls is not None and not encrypted:
            offers.append("STARTTLS")
        if self.auth:
            offers.append(f"AUTH {self.auth}")
        names = ["mx.acme.test", *offers]
        peer.say(*(f"250-{name}" for name in names[:-1]), f"250 {names[-1]}")

    def _authenticate(self, peer: Peer, mechanism: str, initial: str = "") -> None:
        name, key = self.username.encode(), self.password.encode("utf-8", "surrogateescape")
        if mechanism == "PLAIN":
            good = base64.b64decode(initial) == b"\0" + name + b"\0" + key
        elif mechanism == "XOAUTH2":
            good = base64.b64decode(initial) == b"user=" + name + b"\1auth=Bearer " + key + b"\1\1"
            if not good:
                peer.say(f"334 {base64.b64encode(TOKEN_FAULT.encode()).decode()}")
                assert peer.hear() == ""
        elif mechanism == "LOGIN":
            good = _asked(peer, "Username:") == name and _asked(peer, "Password:") == key
        else:
            digest = hmac.new(key, CHALLENGE.encode(), "md5").hexdigest().encode()
            good = _asked(peer, CHALLENGE) == name + b" " + digest
        peer.say("235 2.7.0 welcome" if good else "535 5.7.8 authentication failed")


def _asked(peer: Peer, question: str) -> bytes:
    peer.say(f"334 {base64.b64encode(question.encode()).decode()}")
    return base64.b64decode(peer.hear() or "")
