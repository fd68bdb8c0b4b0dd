"""A name server on a loopback port that answers as told: well, badly, cut short, or never."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from tests.dns.zone import txt

if TYPE_CHECKING:
    from types import TracebackType

    from dns.message import Message

    from kmconfig.dns.answer import RecordType
    from tests.dns.zone import Zone

#: Takes a question and "udp" or "tcp", gives the bytes of what is said to it: several datagrams, or none.
Answering = Callable[["Message", str], list[bytes]]

_CODES = {"nxdomain": dns.rcode.NXDOMAIN, "servfail": dns.rcode.SERVFAIL, "refused": dns.rcode.REFUSED}


def from_zone(zone: Zone, *, follow: bool = True) -> Answering:
    """Answers with a zone's records; without ``follow``, an alias is said and not followed."""

    def answer(query: Message, _: str) -> list[bytes]:
        question = query.question[0]
        name, kind = str(question.name).removesuffix("."), dns.rdatatype.to_text(question.rdtype)
        found = zone(name, _type(kind))
        if found.kind == "timeout":
            return []
        response = dns.message.make_response(query)
        if follow or not found.aliases:
            response.set_rcode(_CODES.get(found.kind, dns.rcode.NOERROR))
        owner = name
        for alias in found.aliases if follow else found.aliases[:1]:
            response.answer.append(dns.rrset.from_text(f"{owner}.", 60, "IN", "CNAME", f"{alias}."))
            owner = alias
        if found.records and (follow or not found.aliases):
            shown = [_data(kind, record) for record in found.records]
            response.answer.append(dns.rrset.from_text(f"{owner}.", 60, "IN", kind, *shown))
        return [response.to_wire(max_size=65535)]

    return answer


def with_code(code: dns.rcode.Rcode) -> Answering:
    """Answers every question with an error."""

    def answer(query: Message, _: str) -> list[bytes]:
        response = dns.message.make_response(query)
        response.set_rcode(code)
        return [response.to_wire()]

    return answer


def cut_short(then: Answering) -> Answering:
    """Says over UDP that the answer is too long for it."""

    def answer(query: Message, over: str) -> list[bytes]:
        if over == "tcp":
            return then(query, over)
        response = dns.message.make_response(query)
        response.flags |= dns.flags.TC
        return [response.to_wire()]

    return answer


def silent(_: Message, __: str) -> list[bytes]:
    """Says nothing."""
    return []


def _type(kind: str) -> RecordType:
    match kind:
        case "A" | "AAAA" | "MX":
            return kind
        case _:
            return "TXT"


def _data(kind: str, record: str) -> str:
    if kind == "TXT":
        return txt(record)
    return f"{record.removesuffix('.')}." if kind == "MX" else record


@dataclass
class DnsServer:
    """Listens on UDP and TCP. ``heard`` lists what was asked: name, type and the way it came."""

    answering: Answering
    heard: list[tuple[str, str, str]] = field(default_factory=list)
    port: int = 0

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._tcp = socket.create_server(("127.0.0.1", 0))
        self.port = self._tcp.getsockname()[1]
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", self.port))
        self._threads = [threading.Thread(target=serve, daemon=True) for serve in (self._serve_udp, self._serve_tcp)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stop:
            stop.sendto(b"", ("127.0.0.1", self.port))
        with contextlib.suppress(OSError):
            self._tcp.shutdown(socket.SHUT_RDWR)
        self._tcp.close()
        for thread in self._threads:
            thread.join(5)
        self._udp.close()

    def _serve_udp(self) -> None:
        while True:
            data, peer = self._udp.recvfrom(65535)
            if not data:
                return
            for said in self._answers(data, "udp"):
                self._udp.sendto(said, peer)

    def _serve_tcp(self) -> None:
        while True:
            try:
                connection, _ = self._tcp.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                head = connection.recv(2, socket.MSG_WAITALL)
                if len(head) < 2:
                    continue
                data = connection.recv(struct.unpack("!H", head)[0], socket.MSG_WAITALL)
                for said in self._answers(data, "tcp"):
                    connection.sendall(struct.pack("!H", len(said)) + said)

    def _answers(self, data: bytes, over: str) -> list[bytes]:
        query = dns.message.from_wire(data)
        question = query.question[0]
        name = str(question.name).removesuffix(".")
        self.heard.append((name, dns.rdatatype.to_text(question.rdtype), over))
        return self.answering(query, over)
