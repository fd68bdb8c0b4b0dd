"""One SMTP conversation with a deadline, and with limits to what a server may answer."""

from __future__ import annotations

import smtplib
import ssl
import time
from typing import TYPE_CHECKING, Final

from kmconfig.mail import tls
from kmconfig.mail.failure import Reply, StageFailed, bounded
from kmconfig.mail.transcript import Transcript

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator, Sequence

    from kmconfig.mail.scrub import Scrubber
    from kmconfig.mail.stages import Listener

LONGEST_LINE: Final = 8192
"""Bytes; RFC 5321 §4.5.3.1.5 allows 512, some servers send a little more."""

MOST_LINES: Final = 128
_CHUNK: Final = 16384


class Wire(smtplib.SMTP):
    """:class:`smtplib.SMTP` over a socket that is already open.

    Every read and write ends at the deadline of the stage, however slowly the server dribbles. What the
    server says is scrubbed of the login before anybody sees it. Faults are :class:`StageFailed`.
    """

    def __init__(
        self, sock: socket.socket, *, host: str, ehlo: str, scrubber: Scrubber, listener: Listener | None = None
    ) -> None:
        super().__init__(local_hostname=ehlo)
        self.sock: socket.socket = sock
        self._host = host
        self._scrubber = scrubber
        self._transcript = Transcript(listener)
        self._received = bytearray()
        self._ends = time.monotonic()
        self._seconds = 0.0
        self._lost = False

    def begin(self, seconds: float) -> None:
        """Give the stage that begins now ``seconds`` until its end."""
        self._seconds = seconds
        self._ends = time.monotonic() + seconds

    @property
    def encrypted(self) -> bool:
        """Whether TLS is active."""
        return isinstance(self.sock, ssl.SSLSocket)

    def encrypt(self, context: ssl.SSLContext) -> tls.TlsFacts:
        """Speak TLS from the next byte on, and forget what was learnt in clear text (RFC 3207 §4.2)."""
        if self._received:
            raise self._broken_off(
                "early-data", "the server sent data after its STARTTLS answer, before encryption began"
            )
        self._lost = True  # until the handshake has succeeded
        sock = tls.handshake(self.sock, host=self._host, context=context, timeout=self._left())
        self.sock = sock
        self._lost = False
        self.helo_resp = None
        self.ehlo_resp = None
        self.esmtp_features = {}
        self.does_esmtp = False
        facts = tls.facts(sock)
        if self._transcript.heeded:
            self._transcript.encrypted(facts.summary)
        return facts

    def ask(self, command: str, arguments: str = "") -> Reply:
        """Send a command and return the reply."""
        self.putcmd(command, arguments)
        return self.hear()

    def ask_all(self, commands: Sequence[str]) -> Iterator[Reply]:
        """Send several commands at once and yield their replies in order (RFC 2920)."""
        if any("\r" in command or "\n" in command for command in commands):
            raise ValueError("a command is one line")
        self.send("".join(f"{command}\r\n" for command in commands))
        for _ in commands:
            yield self.hear()

    def farewell(self) -> None:
        """Say QUIT, unless the conversation has broken off."""
        if not self._lost:
            self.ask("QUIT")

    def hear(self) -> Reply:
        """Return the next reply, scrubbed."""
        code, text = self.getreply()
        return Reply(code, self.readable(text))

    def readable(self, text: bytes) -> str:
        """Return bytes from the server as scrubbed text, lines joined by blanks."""
        lines = text.decode("utf-8", "replace").split("\n")
        first = Reply(0, lines[0]).enhanced if len(lines) > 1 else None
        if first is not None:
            lines[1:] = [line.removeprefix(first).strip() for line in lines[1:]]
        return self._scrubber.scrub(" ".join(line for line in lines if line))

    def getreply(self) -> tuple[int, bytes]:
        """Return code and text of the next reply.

        Raises :class:`StageFailed`: ``no-reply``, ``closed``, ``junk`` or ``oversized``.
        """
        texts: list[bytes] = []
        for _ in range(MOST_LINES):
            line = self._line()
            code, mark = line[:3], line[3:4]
            if not (code.isdigit() and len(code) == 3 and mark in {b"", b" ", b"-"}):
                raise self._broken_off("junk", self.readable(line) or "an empty line")
            texts.append(line[4:].strip())
            if mark != b"-":
                whole = b"\n".join(texts)
                if self._transcript.heeded:
                    self._transcript.heard(int(code), whole.decode("utf-8", "replace"), self.readable(whole))
                return int(code), whole
        raise self._broken_off("oversized", f"a reply of more than {MOST_LINES} lines")

    def send(self, s: object) -> None:
        """Send text or bytes before the deadline."""
        data = memoryview(s if isinstance(s, bytes) else str(s).encode(self.command_encoding))
        self._transcript.sent(data)
        for start in range(0, len(data), _CHUNK):
            failed = self._transmit(data[start : start + _CHUNK])
            if failed is not None:
                raise failed

    def _transmit(self, data: memoryview) -> StageFailed | None:
        self.sock.settimeout(self._left())
        try:
            self.sock.sendall(data)
        except OSError as error:
            return self._broken(error)
        return None

    def _line(self) -> bytes:
        while (end := self._received.find(b"\n")) < 0:
            if len(self._received) > LONGEST_LINE:
                raise self._broken_off("oversized", f"a reply line of more than {LONGEST_LINE} bytes")
            self._receive()
        line = bytes(self._received[:end])
        del self._received[: end + 1]
        return line.rstrip(b"\r")

    def _receive(self) -> None:
        self.sock.settimeout(self._left())
        try:
            data = self.sock.recv(4096)
        except OSError as error:
            failed = self._broken(error)
        else:
            if data:
                self._received += data
                return
            failed = self._broken_off("closed", f"the server closed the connection{self._unfinished()}")
        raise failed

    def _unfinished(self) -> str:
        # Scrubbed as a whole and then cut, so that the cut leaves no half of a secret.
        return f" after “{bounded(self.readable(bytes(self._received)), 200)}”" if self._received else ""

    def _left(self) -> float:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise self._late()
        return left

    def _late(self) -> StageFailed:
        return self._broken_off("no-reply", f"no complete answer within {self._seconds:g} s{self._unfinished()}")

    def _broken(self, error: OSError) -> StageFailed:
        if isinstance(error, TimeoutError):
            return self._late()
        if isinstance(error, ssl.SSLError):
            return self._broken_off("tls", f"TLS failed: {error.reason}")
        return self._broken_off("closed", f"the connection broke: {error.strerror}")

    def _broken_off(self, kind: str, text: str) -> StageFailed:
        if not self._lost:
            self._transcript.ended(text)
        self._lost = True
        return StageFailed(kind, text)
