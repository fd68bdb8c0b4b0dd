"""How an environment stands, by what was seen of it, in a word and a tone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kmconfig.report.page.model import Document, EnvironmentView


class State(NamedTuple):
    """What to say, and as what: bad, warning, note, good, unknown."""

    text: str
    tone: str


SECRET_TONES: Final = {
    "missing": "bad",
    "overdue": "bad",
    "denied": "bad",
    "error": "bad",
    "due_soon": "warning",
    "unknown": "unknown",
    "ok": "good",
}
DNS_TONES: Final = {"fail": "bad", "warn": "warning", "unknown": "unknown", "note": "note", "pass": "good"}
DRIFT_TONES: Final = {"drift": "warning", "unknown": "unknown", "clean": "good"}
RUN_TONES: Final = {"applied": "good", "unchanged": "good", "rolled_back": "warning", "failed": "bad", "unknown": "bad"}

_WORDS: Final = {
    "due_soon": "due soon",
    "unknown": "not known",
    "fail": "failed",
    "warn": "warning",
    "pass": "passed",
    "rolled_back": "rolled back",
    "secret-rotated": "secret rotated",
}


def word(status: str) -> str:
    """What people call a status."""
    return _WORDS.get(status, status)


def secrets_state(document: Document) -> State:
    """The worst status of secrets, and how many have it."""
    references = document["references"]
    misshapen = sum(not found["shape"]["fits"] for found in references if found["shape"] is not None)
    if misshapen:
        return State(f"{misshapen} of the wrong form", "bad")
    if not references:
        return State("none", "good")
    return _worst((found["status"] for found in references), SECRET_TONES)


def dns_state(document: Document) -> State:
    """The worst result of a domain's checks, and how many have it; notes do not count."""
    results = [check["result"] for check in document["checks"]]
    if not results:
        return State("not checked", "unknown")
    return _worst(("pass" if result == "note" else result for result in results), DNS_TONES)


def drift_state(document: Document) -> State:
    """Whether live settings differ, beyond what is accepted."""
    result = document["result"]
    if result == "drift":
        count = sum(found.get("ignored") is None for found in document["differences"])
        return State(f"{count} drifted", DRIFT_TONES[result])
    return State("no drift" if result == "clean" else "not known", DRIFT_TONES[result])


def plan_state(document: Document) -> State:
    """Whether an apply would change anything."""
    count = len(document["operations"])
    return State(f"{count} pending", "warning") if count else State("up to date", "good")


def run_state(receipt: Document) -> State:
    """How a run ended."""
    return State(word(receipt["result"]), RUN_TONES[receipt["result"]])


def started(receipt: Document) -> str:
    """When a run began, as ISO 8601; empty where its receipt does not say."""
    moment = receipt.get("started")
    return moment if isinstance(moment, str) else ""


def last_run(environments: Iterable[EnvironmentView]) -> Document | None:
    """The receipt of the newest run of all."""
    newest = (view.receipts[0] for view in environments if view.receipts)
    return max(newest, key=lambda receipt: (started(receipt), receipt["run"]), default=None)


def moment(text: str) -> str:
    """A time as people read it, in UTC; what is no time stays as it is."""
    try:
        found = datetime.fromisoformat(text)
        return f"{found:%Y-%m-%d %H:%M}" if found.tzinfo is None else f"{found.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    except (ValueError, OverflowError):
        return text


def _worst(statuses: Iterable[str], tones: dict[str, str]) -> State:
    """The gravest status, in the order of ``tones``; where it is the best one, all have it."""
    found = list(statuses)
    status = min(found, key=list(tones).index)
    best = list(tones)[-1]
    return State(word(status) if status == best else f"{found.count(status)} {word(status)}", tones[status])
