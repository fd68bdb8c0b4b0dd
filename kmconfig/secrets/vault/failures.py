"""Network failures told apart by type and code, never by showing what an exception says."""

from __future__ import annotations

import re
import socket
import ssl
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import requests
import urllib3.exceptions

from kmconfig.secrets.vault.faults import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator

FailureKind: TypeAlias = Literal[
    "refused",
    "unresolved",
    "no-connection",
    "timeout",
    "broken",
    "proxy",
    "proxy-login",
    "plain",
    "untrusted",
    "misnamed",
    "expired",
    "not-yet-valid",
    "client-certificate",
    "tls",
]


class Failure(NamedTuple):
    """A request that got no answer.

    ``host`` is whom it was for, ``proxy`` through whom; ``delivered`` when the server may have acted on it.
    """

    kind: FailureKind
    host: str
    delivered: bool = False
    proxy: str = ""

    @property
    def passing(self) -> bool:
        """Whether the same request may succeed a moment later."""
        return self.kind in ("refused", "no-connection", "timeout", "broken", "unresolved")

    def trouble(self) -> Trouble:
        """Say it to people."""
        fact, remedy = _TEXTS[self.kind]
        names = {"host": self.host, "proxy": self.proxy}
        return Trouble("unreachable", fact.format(**names), remedy.format(**names), lasting=True)


_CA_HELP = "give its certificate authority as `stores.vault.ca_file`"
_TEXTS: dict[FailureKind, tuple[str, str]] = {
    "refused": ("{host} refuses the connection", "start the server, or correct `stores.vault.address`"),
    "unresolved": ("{host} has no address in DNS", "correct `stores.vault.address`, or the resolver of this machine"),
    "no-connection": ("no connection to {host} within the time limit", "check the network and its firewalls"),
    "timeout": ("{host} did not answer within the time limit", "check the server's load and the network"),
    "broken": (
        "{host} broke the connection off",
        "check the server and what stands before it, and whether it asks for a client certificate",
    ),
    "proxy": ("the proxy {proxy} for {host} cannot be used", "correct `HTTPS_PROXY`, or name the host in `NO_PROXY`"),
    "proxy-login": (
        "the proxy {proxy} for {host} asks for a login of its own (407)",
        "write it into `HTTPS_PROXY`, or name the host in `NO_PROXY`",
    ),
    "plain": ("{host} does not speak TLS there", "correct the port, or turn on TLS at the server"),
    "untrusted": ("the certificate of {host} comes from an authority that is not trusted here", _CA_HELP),
    "misnamed": ("the certificate of {host} is for another name", "use the name that the certificate holds as address"),
    "expired": ("the certificate of {host} has expired", "renew the server's certificate"),
    "not-yet-valid": ("the certificate of {host} is not valid yet", "correct the clock of this machine or the server"),
    "client-certificate": (
        "{host} does not accept the client's certificate, or misses one",
        "give `stores.vault.client_cert_file` and `client_key_file`",
    ),
    "tls": ("no TLS connection with {host} could be made", "compare the TLS versions that both sides accept"),
}

# X509_V_ERR_… of OpenSSL's x509_vfy.h.
_BY_VERIFY_CODE: dict[int, FailureKind] = {9: "not-yet-valid", 10: "expired", 62: "misnamed", 64: "misnamed"}
_NOT_TLS = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"})
_CLIENT_ALERTS = ("CERTIFICATE_REQUIRED", "BAD_CERTIFICATE", "ALERT_UNKNOWN_CA", "HANDSHAKE_FAILURE")

# http.client has no code for it, only this text.
_REFUSED_BY_PROXY = re.compile(r"Tunnel connection failed: 407\b")

_BY_TYPE: tuple[tuple[type[BaseException], FailureKind, bool], ...] = (
    (urllib3.exceptions.ProxyError, "proxy", False),
    (socket.gaierror, "unresolved", False),
    (ConnectionRefusedError, "refused", False),
    (urllib3.exceptions.ConnectTimeoutError, "no-connection", False),
    (urllib3.exceptions.ReadTimeoutError, "timeout", True),
    (requests.Timeout, "timeout", True),
    (TimeoutError, "timeout", True),
    (urllib3.exceptions.NewConnectionError, "no-connection", False),
)


def classified(error: BaseException, host: str) -> Failure:
    """Tell what stopped a request, by the exceptions that led to ``error``."""
    chain = tuple(_chain(error))
    for cause in chain:
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLEOFError):
            return Failure(_tls(cause), host)
    if any(isinstance(cause, OSError) and _REFUSED_BY_PROXY.match(str(cause)) for cause in chain):
        return Failure("proxy-login", host)
    for kind_of_error, kind, delivered in _BY_TYPE:
        if any(isinstance(cause, kind_of_error) for cause in chain):
            return Failure(kind, host, delivered)
    return Failure("broken", host, delivered=True)


def _tls(error: ssl.SSLError) -> FailureKind:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _BY_VERIFY_CODE.get(error.verify_code, "untrusted")
    reason = error.reason or ""
    if reason in _NOT_TLS:
        return "plain"
    return "client-certificate" if any(alert in reason for alert in _CLIENT_ALERTS) else "tls"


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        found = waiting.pop()
        if not isinstance(found, BaseException) or id(found) in seen:
            continue
        seen.add(id(found))
        yield found
        waiting += [found.__cause__, found.__context__, getattr(found, "reason", None), *found.args]
