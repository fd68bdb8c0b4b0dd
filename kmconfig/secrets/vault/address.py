"""Where Vault is, and where it may send us."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import SplitResult, urlsplit

from kmconfig.secrets.vault.faults import Fault, Trouble

if TYPE_CHECKING:
    from collections.abc import Iterable

_HOST = re.compile(r"[A-Za-z0-9._:-]{1,253}")


class Address(NamedTuple):
    """A server's address without a slash at its end; it holds no login."""

    base: str
    scheme: str
    host: str

    def __str__(self) -> str:
        return self.base

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read an ``http`` or ``https`` URL. Raises Fault without repeating what may hold a login."""
        parts = _split(text.strip())
        if parts is None or parts.username is not None or parts.password is not None or parts.query or parts.fragment:
            trouble = Trouble(
                "undeclared",
                "the address is no plain web address",
                "write it as `https://vault.acme.example`, without a user, password or query",
                lasting=True,
            )
            raise Fault(trouble)
        return cls(f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}", parts.scheme, parts.hostname or "")

    def redirected(self, location: str | None, *, hosts: Iterable[str]) -> str:
        """Return the URL of a redirect if it may be followed. Raises Fault otherwise.

        It must lead to the address's own host, at any port, or to one of ``hosts``, over TLS unless the address
        itself is ``http`` and the host stays the same.
        """
        parts = _split(location or "")
        if parts is None or parts.username is not None:
            raise _astray("it redirects to something that is no web address", "look at the server's `api_addr`")
        host = (parts.hostname or "").lower()
        own = host == self.host.lower()
        if not own and host not in {name.lower().strip("[]") for name in hosts}:
            fact = f"it redirects to {host}, a host that the login was not meant for"
            raise _astray(fact, f"write `redirect_hosts: [{host}]` if that host belongs to this Vault")
        if parts.scheme != "https" and not (own and self.scheme == "http"):
            raise _astray(f"it redirects to {host} without TLS", "give the server's `api_addr` as `https://…`")
        return parts.geturl()


def host_of(url: str) -> str:
    """The host and port of a URL, for people."""
    parts = urlsplit(url)
    return parts.netloc.rpartition("@")[2]


def normal_host(host: str) -> str:
    """A host's name or IP address in the one form that names are compared in."""
    return host.rstrip(".").strip("[]").lower()


def is_loopback(host: str) -> bool:
    """Whether a host is this machine: ``localhost``, 127.0.0.0/8 or ::1."""
    name = normal_host(host)
    try:
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def require_private(address: Address) -> None:
    """Raise Fault where a login would leave this machine without TLS."""
    if address.scheme != "https" and not is_loopback(address.host):
        fact = "the login would be sent without TLS"
        raise Fault(Trouble("refused", fact, "use https: write the address as `https://…`", lasting=True))


def _split(text: str) -> SplitResult | None:
    """The parts of an absolute web address, None for anything else."""
    if not text.isprintable() or " " in text:
        return None
    try:
        parts = urlsplit(text)
        port_is_readable = parts.port is None or parts.port > 0
    except ValueError:
        return None
    usable = parts.scheme in ("http", "https") and _HOST.fullmatch(parts.hostname or "") is not None
    return parts if usable and port_is_readable else None


def _astray(fact: str, help: str) -> Fault:  # noqa: A002 - the word users read
    return Fault(Trouble("unreachable", fact, help, lasting=True))
