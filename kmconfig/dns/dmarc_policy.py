"""Which DMARC record holds for a domain: its own, or one found by walking up the tree (RFC 9989, section 4.10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from kmconfig.dns.dmarc_record import dmarc_texts, nearly_dmarc, parse_dmarc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.dns.answer import Ask
    from kmconfig.dns.dmarc_record import DmarcRecord, Policy

#: A name with more labels is not walked label by label: after itself comes the name of its last seven.
_DEEPEST: Final = 8


class Published(NamedTuple):
    """What was found at ``_dmarc`` below one domain.

    ``record`` is None where there is none, or several. ``near`` are records that only look like one.
    """

    domain: str
    texts: tuple[str, ...]
    near: tuple[str, ...]
    unknown: str = ""

    @property
    def record(self) -> DmarcRecord | None:
        """The record that counts."""
        return parse_dmarc(self.texts[0]) if len(self.texts) == 1 else None


class Walk(NamedTuple):
    """The names from a domain upwards, and the domain of the organisation that it belongs to."""

    seen: tuple[Published, ...]
    organisation: str

    @property
    def unknown(self) -> str:
        """Why the walk could not be ended; empty where it was."""
        return next((step.unknown for step in self.seen if step.unknown), "")

    @property
    def policy(self) -> Published | None:
        """Where the policy stands: at the domain itself, at its organisation's, or at the suffix above that."""
        own = self.seen[0]
        if own.record is not None:
            return own
        found = [step for step in self.seen[1:] if step.record is not None]
        of_organisation = next((step for step in found if step.domain == self.organisation), None)
        of_suffix = next((step for step in found if step.record is not None and step.record.suffix == "y"), None)
        return of_organisation or of_suffix


def walk_up(domain: str, ask: Ask) -> Walk:
    """Look for records from a domain upwards. The walk ends where nobody answers, and where a record says so."""
    seen: list[Published] = []
    organisation = domain
    below = domain
    for name in _names(domain):
        step = _look(name, ask)
        seen.append(step)
        record = step.record
        if step.unknown:
            break
        if record is not None and record.suffix == "y" and name != domain:
            organisation = below
            break
        if record is not None:
            organisation = name
            if record.suffix == "n":
                break
        below = name
    return Walk(tuple(seen), organisation)


def effective_policy(record: DmarcRecord, *, inherited: bool) -> Policy:
    """What receivers are asked to do with mail of an existing domain that fails; ``t=y`` asks for one step less."""
    policy = record.subdomains if inherited else record.policy
    if not record.testing:
        return policy
    return "quarantine" if policy == "reject" else "none"


def _names(domain: str) -> Iterator[str]:
    labels = domain.split(".")
    yield domain
    for count in range(min(len(labels), _DEEPEST) - 1, 0, -1):
        yield ".".join(labels[-count:])


def _look(domain: str, ask: Ask) -> Published:
    answer = ask(f"_dmarc.{domain}", "TXT")
    unknown = "" if answer.known else answer.detail
    return Published(domain, dmarc_texts(answer.records), nearly_dmarc(answer.records), unknown)
