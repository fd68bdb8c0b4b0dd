"""What there is to judge of a message that arrived."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from kmconfig.mail.addresses import ascii_domain
from kmconfig.mail.confirm.domains import organisation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kmconfig.mail.confirm.header import ShownSender
    from kmconfig.mail.confirm.signatures import Signature
    from kmconfig.mail.confirm.trust import Reported


@dataclass(frozen=True, slots=True)
class Via:
    """A domain that is not the sender's, and where it stands: ``return-path`` or ``dkim``."""

    domain: str
    source: Literal["return-path", "dkim"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What there is to judge: the sender as shown, the envelope's domain, what was reported, and our own check.

    ``configured`` is the address that the message was sent from; empty where it does not matter. ``organisations`` are
    those that the DNS knows of :attr:`domains`. ``header_cut`` says that the header is longer than what was read of it.
    """

    sender: ShownSender | None
    return_path: str | None
    reported: Reported
    signatures: tuple[Signature, ...]
    spam_folder: str | None
    configured: str = ""
    organisations: Mapping[str, str] = field(default_factory=dict)
    header_cut: bool = False

    @property
    def domain(self) -> str:
        """The domain that is shown."""
        return self.sender.domain if self.sender is not None else ""

    @property
    def envelope(self) -> str:
        """The domain of the envelope sender."""
        spf = self.reported.spf
        return self.return_path or (spf.domain if spf is not None else "")

    @property
    def domains(self) -> tuple[str, ...]:
        """All that are compared with each other."""
        reported = self.reported
        results = (reported.spf, reported.dmarc, *reported.dkim)
        named = (result.domain for result in results if result is not None)
        signers = (signature.domain for signature in self.signatures)
        return tuple(dict.fromkeys(filter(None, (self.domain, self.envelope, *named, *signers))))

    def aligned(self, domain: str, with_domain: str) -> bool:
        """Whether two domains are of one organisation (relaxed alignment, RFC 9989, section 4.4)."""
        return bool(domain) and bool(with_domain) and self._organisation(domain) == self._organisation(with_domain)

    def _organisation(self, domain: str) -> str:
        # Where nobody publishes a policy, nobody says whose a domain is either: its name has to do.
        above = (whose for whose in self.organisations.values() if f".{domain}".endswith(f".{whose}"))
        return self.organisations.get(domain) or next(above, None) or organisation(domain)

    @property
    def rewritten(self) -> bool:
        """Whether another address is shown than was sent from, as Gmail does with senders it does not know."""
        shown = self.sender.address if self.sender is not None else ""
        return bool(self.configured and shown) and _comparable(shown) != _comparable(self.configured)

    def via(self) -> Iterator[Via]:
        """The domains that carried the message in place of the sender's."""
        if self.envelope and not self.aligned(self.envelope, self.domain):
            yield Via(self.envelope, "return-path")
        signers = dict.fromkeys(signature.domain for signature in self.signatures if signature.domain)
        if not any(self.aligned(signer, self.domain) for signer in signers):
            yield from (Via(signer, "dkim") for signer in signers)


def _comparable(address: str) -> tuple[str, str]:
    local, _, domain = address.rpartition("@")
    return local.lower(), (ascii_domain(domain) or domain).lower().rstrip(".")
