"""Findings that a team has accepted for now, by fingerprint, so that only new ones fail."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kmconfig.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from kmconfig.lint.finding import Located


@dataclass(frozen=True, slots=True)
class Entry:
    """One accepted finding. ``code``, ``path`` and ``setting`` are for people; the fingerprint decides."""

    fingerprint: str
    code: str
    path: str
    setting: str


@dataclass(frozen=True, slots=True)
class Baseline:
    """The accepted findings of a file."""

    entries: tuple[Entry, ...] = ()

    def split(self, findings: Iterable[Located]) -> tuple[list[Located], list[Located], list[Entry]]:
        """Findings that are new, findings that are accepted, and entries that match nothing any more.

        What can be neither suppressed nor switched off cannot be accepted either.
        """
        accepted = {entry.fingerprint for entry in self.entries}
        new: list[Located] = []
        old: list[Located] = []
        for finding in findings:
            hidden = finding.fingerprint in accepted and not finding.rule.mandatory
            (old if hidden else new).append(finding)
        met = {finding.fingerprint for finding in old}
        return new, old, [entry for entry in self.entries if entry.fingerprint not in met]


def read_baseline(path: Path, shown: str) -> Baseline:
    """Read a baseline file.

    Raises ConfigurationError where it is missing or not one of ours.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return Baseline(tuple(_entry(entry) for entry in document["findings"]))
    except FileNotFoundError:
        raise ConfigurationError(f"there is no baseline `{shown}`", help="create it with --write-baseline") from None
    except OSError as error:
        raise ConfigurationError(f"cannot read the baseline `{shown}`: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ConfigurationError(
            f"`{shown}` is no baseline written by kmconfig", help="write it anew with --write-baseline"
        ) from None


def baseline_text(findings: Iterable[Located]) -> str:
    """The file that accepts these findings, sorted so that a change of it reads well in review."""
    entries = [
        {
            "fingerprint": found.fingerprint,
            "code": found.rule.code,
            "path": found.place.span.path,
            "setting": found.setting,
        }
        for found in findings
        if not found.rule.mandatory
    ]
    entries.sort(key=lambda entry: (entry["path"], entry["code"], entry["setting"], entry["fingerprint"]))
    return json.dumps({"version": 1, "findings": entries}, indent=2, ensure_ascii=True) + "\n"


def _entry(fields: dict[str, Any]) -> Entry:
    values = [fields[name] for name in ("fingerprint", "code", "path", "setting")]
    if not all(isinstance(value, str) for value in values):
        raise TypeError("an entry holds text only")
    return Entry(*values)
