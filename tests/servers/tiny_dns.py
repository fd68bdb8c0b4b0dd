"""An authoritative DNS server for tests: TXT records on a loopback UDP port, and the ways in which DNS fails."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from tests.servers.threaded import Threaded

if TYPE_CHECKING:
    from collections.abc import Mapping


class TinyDns(Threaded):
    """Answers with ``records`` (name without the last dot to text); others do not exist.

    Names in ``failing`` are answered with SERVFAIL, names in ``silent`` with nothing.
    """

    def __init__(self, records: Mapping[str, str] | None = None) -> None:
        self.records: dict[str, str] = dict(records or {})
        self.failing: set[str] = set()
        self.silent: set[str] = set()
        self.asked: list[str] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._closing = False

    @property
    def address(self) -> str:
        """Address and port, as ``KMCONFIG_RESOLVER`` takes them."""
        return f"127.0.0.1:{self.port}"

    def serve(self) -> None:
        with self._socket:
            while True:
                data, client = self._socket.recvfrom(4096)
                if self._closing:
                    return
                answer = self._answer(dns.message.from_wire(data))
                if answer is not None:
                    self._socket.sendto(answer.to_wire(), client)

    def stop(self) -> None:
        self._closing = True
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"", ("127.0.0.1", self.port))

    def _answer(self, query: dns.message.Message) -> dns.message.Message | None:
        (question,) = query.question
        name = question.name.to_text(omit_final_dot=True).lower()
        self.asked.append(name)
        if name in self.silent:
            return None
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.AA
        if name in self.failing:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif name in self.records:
            if question.rdtype == dns.rdatatype.TXT:
                answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", "TXT", _quoted(self.records[name])))
        elif not any(known.endswith(f".{name}") for known in self.records):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer


def _quoted(text: str) -> str:
    """TXT data in strings of at most 255 bytes."""
    pieces = [text[start : start + 250] for start in range(0, len(text), 250)] or [""]
    return " ".join('"' + piece.replace("\\", "\\\\").replace('"', '\\"') + '"' for piece in pieces)
