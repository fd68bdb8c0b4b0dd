"""From a host name to an open connection."""

from __future__ import annotations

import errno
import socket
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kmconfig.mail.addresses import ascii_domain
from kmconfig.mail.failure import StageFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Resolver = Callable[[str], Sequence[str]]
    """Host name to IP addresses in the order to try; raises :class:`socket.gaierror`."""

UNREACHABLE_KINDS: Final = frozenset({"refused", "connect-timeout", "unreachable"})
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


def resolve(host: str, *, timeout: float, resolver: Resolver = system_addresses) -> tuple[str, ...]:
    """Return the addresses of ``host`` within ``timeout`` seconds.

    Raises :class:`StageFailed` of kind ``name-not-found``, ``resolver``, ``resolve-timeout`` or ``bad-name``.
    """
    name = ascii_domain(host)
    if name is None or "\0" in host:
        raise StageFailed("bad-name", f"`{host}` is no host name")
    # The system's resolver knows no timeout, so it works in a thread that is left behind when it hangs.
    lookup = _Lookup(name, resolver)
    lookup.start()
    lookup.join(timeout)
    if lookup.is_alive():
        raise StageFailed("resolve-timeout", f"no answer about `{host}` within {timeout:g} s")
    if lookup.failed is not None:
        raise lookup.failed
    return lookup.addresses


class _Lookup(threading.Thread):
    def __init__(self, name: str, resolver: Resolver) -> None:
        super().__init__(daemon=True, name="kmconfig-resolve")
        self._host = name
        self._resolver = resolver
        self.addresses: tuple[str, ...] = ()
        self.failed: StageFailed | None = None

    def run(self) -> None:
        try:
            self.addresses = tuple(self._resolver(self._host))
        except socket.gaierror as error:
            self.failed = _not_resolved(error)
        except (UnicodeError, ValueError):
            self.failed = StageFailed("bad-name", f"`{self._host}` is no host name")
        except OSError as error:
            self.failed = StageFailed("resolver", str(error))
        else:
            if not self.addresses:
                self.failed = StageFailed("name-not-found", f"no address for `{self._host}`")


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
        sock = socket.create_connection((address, port), timeout=timeout)
    except ConnectionRefusedError:
        return StageFailed("refused", f"[Errno {errno.ECONNREFUSED}] Connection refused")
    except TimeoutError:
        return StageFailed("connect-timeout", "Connection timed out")
    except OSError as error:
        kind = "blocked" if error.errno in _BLOCKED else "unreachable"
        return StageFailed(kind, f"[Errno {error.errno}] {error.strerror}")
    # SMTP is small questions and answers; Nagle's algorithm would put 40 ms into the timings.
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def _worst(failures: Sequence[tuple[str, StageFailed]], port: int) -> StageFailed:
    """Return one failure for all addresses: the kind that says most, the words of each."""
    order = ("refused", "connect-timeout", "blocked", "unreachable")
    kind = min((failed.kind for _, failed in failures), key=order.index)
    words = "; ".join(f"{address} port {port}: {failed.text}" for address, failed in failures)
    return StageFailed(kind, words)
