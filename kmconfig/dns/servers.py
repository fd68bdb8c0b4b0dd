"""Which name servers are asked."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from kmconfig.errors import CouldNotCheck, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE: Final = "KMCONFIG_RESOLVER"
"""The environment variable that names a resolver as ``HOST[:PORT]``."""

_PORT: Final = 53
_FORM: Final = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]{2,45})\]|(?P<host>[^\s:\[\]]{1,253}))(?::(?P<port>[0-9]{1,5}))?")


class NameServer(NamedTuple):
    """One server. ``host`` is an IP address."""

    host: str
    port: int = _PORT

    def __str__(self) -> str:
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return f"{shown}:{self.port}"


def name_servers(chosen: str | None, environ: Mapping[str, str]) -> tuple[NameServer, ...]:
    """The servers to ask: the one that was chosen, the one that the environment names, or the system's.

    Raises:
        UsageError: what was chosen is no ``HOST[:PORT]``.
        CouldNotCheck: the system has no resolver, or the chosen one's name has no address.
    """
    if chosen:
        return _parse(chosen, f"`{chosen[:80]}`")
    named = environ.get(VARIABLE, "")
    return _parse(named, f"`{named[:80]}` in {VARIABLE}") if named else _of_the_system()


def require_form(text: str | None) -> None:
    """Make sure that a chosen server is written as ``HOST[:PORT]``. Raises UsageError."""
    if text:
        _split(text, f"`{text[:80]}`")


def _parse(text: str, said: str) -> tuple[NameServer, ...]:
    host, port = _split(text, said)
    return (NameServer(_address(host) or _resolved(host), port),)


def _split(text: str, said: str) -> tuple[str, int]:
    """Host and port of a text; ``said`` is how a message names it."""
    bare = _address(text)
    if bare is not None:
        return bare, _PORT
    form = _FORM.fullmatch(text)
    if form is None:
        remedy = "write HOST[:PORT], such as 192.0.2.53 or [2001:db8::53]:53"
        raise UsageError(f"{said} is no resolver", help=remedy)
    port = int(form["port"] or _PORT)
    if not 0 < port < 65536:
        raise UsageError(f"a resolver has no port {port}", help="ports are 1 to 65535, 53 by default")
    return form["six"] or form["host"], port


def _address(text: str) -> str | None:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None


def _resolved(host: str) -> str:
    import socket  # noqa: PLC0415 - resolvers are mostly written as addresses

    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError):
        found = []
    if not found:
        raise CouldNotCheck(f"the resolver `{host}` has no address", help="write its IP address")
    return str(found[0][4][0])


def _of_the_system() -> tuple[NameServer, ...]:
    from dns.resolver import NoResolverConfiguration, Resolver  # noqa: PLC0415 - dnspython

    try:
        listed = Resolver().nameservers
    except NoResolverConfiguration:
        listed = []
    servers = tuple(NameServer(server) for server in listed if isinstance(server, str) and _address(server))
    if not servers:
        remedy = f"name one with `--resolver HOST[:PORT]` or the variable {VARIABLE}"
        raise CouldNotCheck("this machine has no DNS resolver", help=remedy)
    return servers
