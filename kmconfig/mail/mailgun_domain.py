"""What Mailgun says of a sending domain: its state, its kind and its DNS records (``GET /v4/domains/{name}``)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_MOST_RECORDS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainState:
    """``state`` is ``active``, ``unverified`` or ``disabled``; ``wrong_records`` are the DNS records to correct."""

    state: str
    sandbox: bool
    wrong_records: tuple[str, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """Remarks that are no failure."""
        found = []
        if self.sandbox:
            found.append("this is a sandbox domain: only its authorised recipients get mail")
        found += [f"Mailgun does not find the DNS record {record}" for record in self.wrong_records]
        return tuple(found)


def read_domain(body: Mapping[str, Any], *, clean: Callable[[object], str]) -> DomainState | None:
    """Read an answer; None where it holds no domain. ``clean`` makes its texts fit to be shown."""
    domain = body.get("domain")
    if not isinstance(domain, dict):
        return None
    state = "disabled" if domain.get("is_disabled") is True else clean(domain.get("state")).lower()
    if not state:
        return None
    return DomainState(
        state=state,
        sandbox=domain.get("type") == "sandbox",
        wrong_records=tuple(_wrong(body.get("sending_dns_records"), clean)),
    )


def _wrong(records: object, clean: Callable[[object], str]) -> Iterator[str]:
    listed = records if isinstance(records, list) else []
    for record in listed[:_MOST_RECORDS]:
        if isinstance(record, dict) and record.get("valid") not in ("valid", True):
            words = " ".join(filter(None, (clean(record.get(name)) for name in ("record_type", "name", "value"))))
            if words:
                yield words
