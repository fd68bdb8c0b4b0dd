"""A private certificate authority, and server contexts good and bad."""

from __future__ import annotations

import ssl
import warnings
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import trustme

if TYPE_CHECKING:
    from pathlib import Path

HOST = "localhost"


@dataclass
class Certificates:
    """One authority that a test may trust, one that nobody trusts, and contexts made from them."""

    authority: trustme.CA = field(default_factory=trustme.CA)
    stranger: trustme.CA = field(default_factory=trustme.CA)

    def write_authority(self, path: Path) -> Path:
        """Write the trusted authority's certificate as PEM."""
        self.authority.cert_pem.write_to_path(path)
        return path

    def good(self) -> ssl.SSLContext:
        """A certificate for localhost and the loopback addresses."""
        return self.named(HOST, "127.0.0.1", "::1", "mail.acme.test")

    def named(self, *names: str) -> ssl.SSLContext:
        """A certificate of the trusted authority for other names."""
        return _context(self.authority.issue_cert(*names))

    def expired(self) -> ssl.SSLContext:
        """A certificate that ended yesterday."""
        yesterday = datetime.now(UTC) - timedelta(days=1)
        return _context(self.authority.issue_cert(HOST, not_before=yesterday - timedelta(days=9), not_after=yesterday))

    def not_yet_valid(self) -> ssl.SSLContext:
        """A certificate that begins tomorrow."""
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        return _context(self.authority.issue_cert(HOST, not_before=tomorrow, not_after=tomorrow + timedelta(days=9)))

    def unknown_issuer(self) -> ssl.SSLContext:
        """A certificate of an authority that nobody trusts."""
        return _context(self.stranger.issue_cert(HOST))

    def self_signed(self) -> ssl.SSLContext:
        """An untrusted authority's own certificate, shown as the server's."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with self.stranger.cert_pem.tempfile() as certificate, self.stranger.private_key_pem.tempfile() as key:
            context.load_cert_chain(certificate, key)
        return context

    def outdated(self) -> ssl.SSLContext:
        """A good certificate on a server that speaks TLS 1.1 at most."""
        context = self.good()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        context.set_ciphers("ALL:@SECLEVEL=0")
        return context

    def only_tls12(self) -> ssl.SSLContext:
        """A good certificate on a server that speaks TLS 1.2 at most."""
        context = self.good()
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        return context


def _context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context
