"""From a host name to an open connection."""

from __future__ import annotations

import errno
import socket
import time
from _thread import start_new_thread
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Final

from kmconfig.mail.addresses import ascii_domain
from kmconfig.mail.failure import StageFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Resolver = Callable[[str], Sequence[str]]
    """Host name to IP addresses in the order to try; raises :class:`socket.gaierror`."""

UNREACHABLE_KINDS: Final = frozenset({"refused", "reset", "connect-timeout", "unreachable"})
"""The kinds that mean that the port cannot be reached, the only reason to try another one."""

_BLOCKED: Final = frozenset({errno.EACCES, errno.EPERM})


@dataclass(frozen=True, slots=True)
class Reached:
    """An open connection, the address it leads to, and the addresses that failed before."""

    sock: socket.socket
    address: str
    failed: tuple[str, ...]


def system_addresses(host: str) -> list[str]:
    """Return the addresses of ``host``, IPv6 and IPv4, in the order the system prefers (RFC 6724)."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def resolve(
    host: str,
    *,
    timeout: float,
    resolver: Resolver = system_addresses,
    meanwhile: Callable[[], object] | None = None,
) -> tuple[str, ...]:
    """Return the addresses of ``host`` within ``timeout`` seconds; ``meanwhile`` is called while they are looked up.

    Raises :class:`StageFailed` of kind ``name-not-found``, ``resolver``, ``resolve-timeout`` or ``bad-name``.
    """
    name = ascii_domain(host)
    if name is None or "\0" in host:
        raise StageFailed("bad-name", f"`{host}` is no host name")
    if _is_local(name) and resolver is system_addresses:
        if meanwhile is not None:
            meanwhile()
        return _or_raise(_looked_up(name, resolver))
    # The system's resolver knows no timeout, so it works in a thread that is left behind when it hangs.
    # `threading` would wait until the thread runs, which on a busy machine takes longer than most lookups.
    found: SimpleQueue[tuple[str, ...] | StageFailed] = SimpleQueue()
    start_new_thread(lambda: found.put(_looked_up(name, resolver)), ())
    if meanwhile is not None:
        meanwhile()
    try:
        addresses = found.get(timeout=timeout)
    except Empty:
        addresses = StageFailed("resolve-timeout", f"no answer about `{host}` within {timeout:g} s")
    return _or_raise(addresses)


def _is_local(name: str) -> bool:
    """Whether ``name`` is an address, or a name that never leaves the machine (RFC 6761 §6.3), so nothing can hang."""
    return name.lower() == "localhost" or ":" in name or name.replace(".", "").isdigit()


def _or_raise(addresses: tuple[str, ...] | StageFailed) -> tuple[str, ...]:
    if isinstance(addresses, StageFailed):
        raise addresses
    return addresses


def _looked_up(name: str, resolver: Resolver) -> tuple[str, ...] | StageFailed:
    try:
        addresses = tuple(resolver(name))
    except socket.gaierror as error:
        return _not_resolved(error)
    except (UnicodeError, ValueError):
        return StageFailed("bad-name", f"`{name}` is no host name")
    except OSError as error:
        return StageFailed("resolver", str(error))
    return addresses or StageFailed("name-not-found", f"no address for `{name}`")


def _not_resolved(error: socket.gaierror) -> StageFailed:
    kind = "resolver" if error.errno in {socket.EAI_AGAIN, socket.EAI_FAIL} else "name-not-found"
    return StageFailed(kind, f"[Errno {error.errno}] {error.strerror}")


def connect(addresses: Sequence[str], port: int, *, timeout: float) -> Reached:
    """Connect to the first of ``addresses`` that answers; each gets an equal share of what time is left.

    Raises :class:`StageFailed` of one of :data:`UNREACHABLE_KINDS`, or ``blocked``.
    """
    ends = time.monotonic() + timeout
    failures: list[tuple[str, StageFailed]] = []
    for position, address in enumerate(addresses):
        share = max(ends - time.monotonic(), 0.001) / (len(addresses) - position)
        opened = _open(address, port, timeout=share)
        if isinstance(opened, socket.socket):
            before = tuple(f"{where}: {failed.text}" for where, failed in failures)
            return Reached(opened, address, before)
        failures.append((address, opened))
    raise _worst(failures, port)


def _open(address: str, port: int, *, timeout: float) -> socket.socket | StageFailed:
    try:
        sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    except OSError as error:  # a machine without IPv6
        return _not_opened(error)
    try:
        sock.settimeout(timeout)
        sock.connect((address, port))
        # SMTP is small questions and answers; Nagle's algorithm would put 40 ms into the timings.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException as error:
        sock.close()
        if not isinstance(error, OSError):
            raise
        return _not_opened(error)
    return sock


def _not_opened(error: OSError) -> StageFailed:
    if isinstance(error, ConnectionRefusedError):
        return StageFailed("refused", f"[Errno {errno.ECONNREFUSED}] Connection refused")
    if isinstance(error, TimeoutError):
        return StageFailed("connect-timeout", "Connection timed out")
    if isinstance(error, ConnectionResetError):
        return StageFailed("reset", f"[Errno {errno.ECONNRESET}] Connection reset by peer")
    kind = "blocked" if error.errno in _BLOCKED else "unreachable"
    return StageFailed(kind, f"[Errno {error.errno}] {error.strerror}")


def _worst(failures: Sequence[tuple[str, StageFailed]], port: int) -> StageFailed:
    """Return one failure for all addresses: the kind that says most, the words of each."""
    order = ("refused", "reset", "connect-timeout", "blocked", "unreachable")
    kind = min((failed.kind for _, failed in failures), key=order.index)
    words = "; ".join(f"{address} port {port}: {failed.text}" for address, failed in failures)
    return StageFailed(kind, words)
