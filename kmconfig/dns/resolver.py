"""Asks name servers over UDP, and over TCP where an answer is too long for that (RFC 1035, RFC 7766)."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from typing import TYPE_CHECKING, Final

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdataclass
import dns.rdatatype

from kmconfig.dns.answer import Answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dns.rrset import RRset

    from kmconfig.dns.answer import Kind, RecordType
    from kmconfig.dns.servers import NameServer

TIMEOUT: Final = 2.0
"""Seconds that one server has for one answer."""

LIMIT: Final = 60.0
"""Seconds that all questions about one domain may take together."""

_ROUNDS: Final = 2
_PAYLOAD: Final = 1232
_ALIASES: Final = 8
_MOST_RECORDS: Final = 200
_GIVE_UP_AFTER: Final = 3
_RCODES: Final[dict[int, Kind]] = {dns.rcode.SERVFAIL: "servfail", dns.rcode.REFUSED: "refused"}


class Resolver:
    """Answers questions, each from the network once. May be asked from several threads.

    A run of questions that nobody answers ends early: servers that have answered nothing, not even a question about
    the root that every server has an answer to, are not asked again, and all together take no longer than ``limit``
    seconds.
    """

    def __init__(self, servers: Sequence[NameServer], *, timeout: float | None = None, limit: float = LIMIT) -> None:
        self.servers = tuple(servers)
        self._timeout = TIMEOUT if timeout is None else timeout
        self._limit = limit
        self._deadline: float | None = None
        self._answers: dict[tuple[str, str], Future[Answer]] = {}
        self._lock = threading.Lock()
        self._probing = threading.Lock()
        self._silence = 0
        self._heard = False
        self._dead = False

    def __str__(self) -> str:
        return ", ".join(map(str, self.servers))

    def __call__(self, name: str, kind: RecordType) -> Answer:
        """Look up the records of a name; CNAME records are followed."""
        key = (name.removesuffix(".").lower(), kind)
        with self._lock:
            known = self._answers.get(key)
            if known is None:
                future = self._answers[key] = Future[Answer]()
                if self._deadline is None:
                    self._deadline = time.monotonic() + self._limit
        if known is not None:
            return known.result()
        try:
            answer = self._follow(*key)
        except BaseException as error:
            future.set_exception(error)
            raise
        future.set_result(answer)
        return answer

    def stop(self) -> None:
        """Wait for no answer any more: what is asked from now on gets none."""
        self._deadline = float("-inf")

    def _follow(self, name: str, kind: str) -> Answer:
        """Ask for a name, and for the name an alias leads to where the server did not go there itself."""
        try:
            wanted = dns.name.from_text(name)
        except (dns.exception.DNSException, UnicodeError, ValueError):
            return Answer("nxdomain", detail=f"`{name[:80]}` is no domain name")
        record_type = dns.rdatatype.from_text(kind)
        aliases: list[str] = []
        while True:
            answer, target = self._answer_of(wanted, record_type)
            aliases += answer.aliases
            if target is None or answer.kind != "empty":
                return answer._replace(aliases=tuple(aliases))
            if len(aliases) > _ALIASES or len(set(aliases)) < len(aliases):
                return Answer("error", aliases=tuple(aliases[:_ALIASES]), detail="its CNAME records lead nowhere")
            wanted = target

    def _answer_of(self, name: dns.name.Name, kind: dns.rdatatype.RdataType) -> tuple[Answer, dns.name.Name | None]:
        response = self._ask_servers(dns.message.make_query(name, kind, use_edns=0, payload=_PAYLOAD))
        if isinstance(response, Answer):
            return response, None
        names = list(_names(response, name))
        aliases = tuple(_shown(alias) for alias in names[1:])
        if response.rcode() == dns.rcode.NXDOMAIN:
            return Answer("nxdomain", aliases=aliases), None
        found = response.get_rrset(response.answer, names[-1], dns.rdataclass.IN, kind)
        if found is None:
            return Answer("empty", aliases=aliases), names[-1] if aliases else None
        return Answer("found", tuple(_records(found)), aliases), None

    def _ask_servers(self, query: dns.message.Message) -> dns.message.Message | Answer:
        """The first answer that says something; otherwise what was heard last, which no later silence hides."""
        said: Answer | None = None
        for _ in range(_ROUNDS):
            for server in self.servers:
                time_left = self._time_left()
                if time_left <= 0:
                    return said or self._not_asked(query)
                outcome = self._ask_server(query, server, min(self._timeout, time_left))
                if isinstance(outcome, dns.message.Message):
                    return outcome
                if outcome.kind != "timeout":
                    said = outcome
            if said is not None:
                return said
        self._silence += 1
        return Answer("timeout", detail=f"{self} gave no answer for {_shown(query.question[0].name)} in time")

    def _time_left(self) -> float:
        left = (self._deadline or 0.0) - time.monotonic()
        return 0.0 if left <= 0 or self._seems_dead(min(self._timeout, left)) else left

    def _seems_dead(self, timeout: float) -> bool:
        """Whether the servers answer nothing at all, which the silence of one domain's servers does not show."""
        if self._heard or self._silence < _GIVE_UP_AFTER:
            return False
        with self._probing:
            if not self._dead and not self._heard:
                root = dns.message.make_query(dns.name.root, dns.rdatatype.NS)
                for server in self.servers:
                    self._ask_server(root, server, timeout)
                self._dead = not self._heard
            return self._dead

    def _not_asked(self, query: dns.message.Message) -> Answer:
        name = _shown(query.question[0].name)
        if self._dead:
            return Answer("timeout", detail=f"{self} answers nothing, so it was not asked for {name}")
        return Answer("timeout", detail=f"{self} gave no answer for {name} in time")

    def _ask_server(
        self, query: dns.message.Message, server: NameServer, timeout: float
    ) -> dns.message.Message | Answer:
        about = _shown(query.question[0].name)
        try:
            response = _exchange(query, server, timeout)
        except dns.exception.Timeout:
            return Answer("timeout")
        except (dns.exception.DNSException, EOFError, ValueError):
            self._heard = True
            return Answer("error", detail=f"{server} gave an answer for {about} that cannot be read")
        except OSError as error:
            return Answer("error", detail=f"{server} cannot be reached: {error.strerror or type(error).__name__}")
        self._heard = True
        code = response.rcode()
        if code in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
            return response
        return Answer(_RCODES.get(code, "error"), detail=f"{server} answered {dns.rcode.to_text(code)} for {about}")


def _exchange(query: dns.message.Message, server: NameServer, timeout: float) -> dns.message.Message:
    """Send a question. What does not answer it, by its id, sender or question, is not heard."""
    try:
        return dns.query.udp(
            query,
            server.host,
            timeout=timeout,
            port=server.port,
            ignore_unexpected=True,
            ignore_errors=True,
            raise_on_truncation=True,
        )
    except dns.message.Truncated:
        return dns.query.tcp(query, server.host, timeout=timeout, port=server.port)


def _names(response: dns.message.Message, name: dns.name.Name) -> Iterator[dns.name.Name]:
    """The name that was asked for, and those its CNAME records lead to within one answer.

    Where they lead in a circle, the name that closes it comes last.
    """
    seen = set[dns.name.Name]()
    current: dns.name.Name | None = name
    while current is not None and len(seen) <= _ALIASES:
        yield current
        if current in seen:
            return
        seen.add(current)
        alias = response.get_rrset(response.answer, current, dns.rdataclass.IN, dns.rdatatype.CNAME)
        current = alias[0].target if alias else None


def _records(found: RRset) -> Iterator[str]:
    for rdata in list(found)[:_MOST_RECORDS]:
        if found.rdtype == dns.rdatatype.TXT:
            yield b"".join(rdata.strings).decode("utf-8", "backslashreplace")
        elif found.rdtype == dns.rdatatype.MX:
            yield f"{rdata.preference} {_shown(rdata.exchange) or '.'}"
        else:
            yield str(rdata.to_text())


def _shown(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower() if name != dns.name.root else "."
