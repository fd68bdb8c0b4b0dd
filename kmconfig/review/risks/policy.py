"""Risks of the project file: what was forbidden and no longer is, and what was looked at and no longer is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from kmconfig.environment.duration import parse_duration
from kmconfig.review.model import Risk, Severity
from kmconfig.review.quoted import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Check: TypeAlias = Callable[[str, Any, Any], Iterator[Risk]]

_LEVELS = ("error", "warning", "note", "off")
_PROMOTION_AGE = "30d"
_STRICTER = ("never", "error", "warning", "note")


def _list_loosened(severity: Severity, what: str) -> Check:
    """A list of what is allowed that grew, or that is gone and so allows everything."""

    def check(_setting: str, before: Any, after: Any) -> Iterator[Risk]:
        if after is None:
            yield Risk(severity, f"any {what} now, there is no list any more")
        elif isinstance(after, list) and isinstance(before, list):
            added = [quoted(str(entry)) for entry in after if entry not in before]
            if added:
                yield Risk(severity, f"{what} now too: {', '.join(added)}")

    return check


def age_loosened(_setting: str, before: Any, after: Any) -> Iterator[Risk]:
    """Secrets of production may grow older."""
    if after is None:
        yield Risk("medium", "secrets of production may grow as old as they like")
    elif _is_longer(before, after):
        yield Risk("medium", "secrets of production may grow older")


def promotion_older(_setting: str, before: Any, after: Any) -> Iterator[Risk]:
    """An old receipt is enough to go on to the next tier."""
    if _is_longer(before or _PROMOTION_AGE, after or _PROMOTION_AGE):
        yield Risk("medium", "a tier may go on with an older receipt of the one before")


def drift_ignored(_setting: str, before: Any, after: Any) -> Iterator[Risk]:
    """Differences of live settings are no longer reported."""
    known = before if isinstance(before, list) else []
    added = [entry for entry in after if entry not in known] if isinstance(after, list) else []
    if added:
        settings = (entry.get("setting") if isinstance(entry, dict) else entry for entry in added)
        names = ", ".join(quoted(str(setting)) for setting in settings)
        yield Risk("medium", f"drift is no longer reported of {names}")


def _is_longer(before: Any, after: Any) -> bool:
    return _is_duration(before) and _is_duration(after) and parse_duration(after) > parse_duration(before)


def _is_duration(data: Any) -> bool:
    return isinstance(data, str) and data[:-1].isdecimal() and data[-1:] in "smhd"


def fails_later(_setting: str, before: Any, after: Any) -> Iterator[Risk]:
    """Findings that failed the check no longer do."""
    old, new = (data if data in _STRICTER else "error" for data in (before, after))
    if _STRICTER.index(new) < _STRICTER.index(old):
        lost = "no finding fails the check any more"
        yield Risk("medium", lost if new == "never" else f"findings below `{new}` no longer fail the check")


def rule_milder(setting: str, before: Any, after: Any) -> Iterator[Risk]:
    """A rule is silent now, or counts for less."""
    rule = setting.removeprefix("lint.rules.")
    if after == "off":
        yield Risk("medium", f"{quoted(rule)} is switched off for all environments")
    elif before in _LEVELS and after in _LEVELS and _LEVELS.index(after) > _LEVELS.index(before):
        yield Risk("medium", f"{quoted(rule)} counts for less: {after} instead of {before}")


def baseline_moved(_setting: str, _before: Any, after: Any) -> Iterator[Risk]:
    """Another list of findings that are accepted."""
    if after is not None:
        yield Risk("medium", "findings that this file lists no longer fail")


def plugins_on(_setting: str, _before: Any, after: Any) -> Iterator[Risk]:
    """Code of installed packages runs with every lint."""
    if after is True:
        yield Risk("high", "installed packages now run code of their own in kmconfig")


def folder_moved(_setting: str, _before: Any, _after: Any) -> Iterator[Risk]:
    """Other files are the environments."""
    yield Risk("high", "other files are the environments now; nobody looks at those of the former folder any more")


def state_moved(_setting: str, _before: Any, _after: Any) -> Iterator[Risk]:
    """The receipts are looked for elsewhere."""
    yield Risk("medium", "receipts are looked for in another folder: history and drift begin anew")


def promotion_loosened(_setting: str, before: Any, after: Any) -> Iterator[Risk]:
    """A tier may be applied without an earlier one."""
    left = after if isinstance(after, list) else []
    if isinstance(before, list) and any(tier not in left for tier in before):
        yield Risk("high", "a tier no longer has to wait for a receipt of another")


#: A setting, with all below it, and what its change may mean.
POLICY: Final[tuple[tuple[str, Check], ...]] = (
    ("environments", folder_moved),
    ("state", state_moved),
    ("plugins", plugins_on),
    ("promotion", promotion_loosened),
    ("promotion_max_age", promotion_older),
    ("drift.ignore", drift_ignored),
    ("lint.fail_on", fails_later),
    ("lint.rules", rule_milder),
    ("lint.baseline", baseline_moved),
    ("policy.hosts", _list_loosened("high", "server may be given a login")),
    ("policy.commands", _list_loosened("high", "program may be run")),
    ("policy.providers", _list_loosened("medium", "provider is allowed")),
    ("policy.secret_sources", _list_loosened("medium", "source of secrets is allowed")),
    ("policy.max_secret_age", age_loosened),
)
