"""Verified TLS: the context, and what the peer's certificate says."""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kmconfig.mail.failure import StageFailed

if TYPE_CHECKING:
    import socket

_KIND_BY_VERIFY_CODE: Final = {
    9: "certificate-not-yet-valid",
    10: "certificate-expired",
    18: "certificate-self-signed",
    19: "certificate-unknown-issuer",
    2: "certificate-unknown-issuer",
    20: "certificate-unknown-issuer",
    21: "certificate-unknown-issuer",
    62: "certificate-name",
    64: "certificate-address",
}
"""OpenSSL's X509_V_ERR_* numbers."""

_KIND_BY_REASON: Final = {
    "WRONG_VERSION_NUMBER": "tls-not-spoken",
    "HTTP_REQUEST": "tls-not-spoken",
    "UNKNOWN_PROTOCOL": "tls-not-spoken",
    "PACKET_LENGTH_TOO_LONG": "tls-not-spoken",
    "RECORD_LAYER_FAILURE": "tls-not-spoken",
    "NO_PROTOCOLS_AVAILABLE": "tls-version",
    "UNSUPPORTED_PROTOCOL": "tls-version",
    "TLSV1_ALERT_PROTOCOL_VERSION": "tls-version",
    "SSLV3_ALERT_HANDSHAKE_FAILURE": "tls-no-common-cipher",
    "NO_SHARED_CIPHER": "tls-no-common-cipher",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFacts:
    """What was negotiated, and what the verified certificate says; ``expires`` is UTC."""

    version: str
    cipher: str
    expires: datetime | None
    subject: str
    issuer: str

    @property
    def summary(self) -> str:
        """One line for people."""
        until = f", certificate of {self.subject} until {self.expires:%Y-%m-%d}" if self.expires else ""
        return f"{self.version}, {self.cipher}{until}, issued by {self.issuer}"


def verified_context() -> ssl.SSLContext:
    """Return a client context: TLS 1.2 at least, chain and host name verified.

    Trusts what OpenSSL trusts by default; ``SSL_CERT_FILE`` and ``SSL_CERT_DIR`` replace that.
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def facts(sock: ssl.SSLSocket) -> TlsFacts:
    """Return what ``sock`` negotiated."""
    certificate: dict[str, Any] = sock.getpeercert() or {}
    cipher = sock.cipher()
    return TlsFacts(
        version=sock.version() or "unknown",
        cipher=cipher[0] if cipher else "unknown",
        expires=_expires(certificate),
        subject=_subject(certificate),
        issuer=_name(certificate.get("issuer", ())) or "an unnamed issuer",
    )


#: Of the certificate's times, which OpenSSL writes as `Jan  5 09:34:43 2028 GMT`.
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _expires(certificate: dict[str, Any]) -> datetime | None:
    not_after = certificate.get("notAfter")
    if not isinstance(not_after, str):
        return None
    month, day, time, year, _zone = not_after.split()
    hour, minute, second = map(int, time.split(":"))
    return datetime(int(year), _MONTHS.index(month) + 1, int(day), hour, minute, second, tzinfo=UTC)


def _subject(certificate: dict[str, Any]) -> str:
    names = [str(value) for kind, value in certificate.get("subjectAltName", ()) if kind == "DNS"]
    return names[0] if names else _name(certificate.get("subject", ())) or "an unnamed subject"


def _name(distinguished: tuple[tuple[tuple[str, str], ...], ...]) -> str:
    parts = {key: value for group in distinguished for key, value in group}
    return parts.get("organizationName") or parts.get("commonName") or ""


def handshake(sock: socket.socket, *, host: str, context: ssl.SSLContext, timeout: float) -> ssl.SSLSocket:
    """Turn ``sock`` into TLS, within ``timeout`` seconds altogether.

    Raises :class:`StageFailed`: what kind of fault it was, and OpenSSL's words.
    """
    sock.settimeout(timeout)
    try:
        return context.wrap_socket(sock, server_hostname=host)
    except ssl.SSLError as error:
        failed = _of_tls(error)
    except TimeoutError:
        failed = StageFailed("tls-timeout", "no TLS handshake within the time allowed")
    except OSError as error:
        failed = StageFailed("closed", f"connection closed during the TLS handshake: {error.strerror}")
    sock.close()
    raise failed


def _of_tls(error: ssl.SSLError) -> StageFailed:
    if isinstance(error, ssl.SSLCertVerificationError):
        kind = _KIND_BY_VERIFY_CODE.get(error.verify_code, "certificate")
        return StageFailed(kind, f"CERTIFICATE_VERIFY_FAILED: {error.verify_message}{_trust_note()}")
    if isinstance(error, ssl.SSLEOFError):
        return StageFailed("closed", "connection closed during the TLS handshake")
    reason = error.reason or "unknown reason"
    return StageFailed(_KIND_BY_REASON.get(reason, "tls"), f"TLS handshake failed: {reason}")


def _trust_note() -> str:
    """Return a hint where the trusted authorities were redirected to a place that is not there."""
    for variable in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        places = [place for place in os.environ.get(variable, "").split(os.pathsep) if place]
        if places and not any(Path(place).exists() for place in places):
            return f" ({variable} names something that does not exist)"
    return ""
