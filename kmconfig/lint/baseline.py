"""Findings that a team has accepted for now, by fingerprint, so that only new ones fail."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kmconfig.errors import ConfigurationError
from kmconfig.lint.finding import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kmconfig.environment.project import Project
    from kmconfig.lint.engine import Outcome
    from kmconfig.lint.finding import Located


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One accepted finding, at most as severe as ``severity``.

    The fingerprint tells it from others; ``code``, ``path`` and ``setting`` are for people.
    """

    fingerprint: str
    severity: str
    code: str
    path: str
    setting: str


@dataclass(frozen=True, slots=True)
class Baseline:
    """The accepted findings of a file."""

    entries: tuple[Entry, ...] = ()

    def split(self, findings: Iterable[Located]) -> tuple[list[Located], list[Located], list[Entry]]:
        """Findings that are new, findings that are accepted, and entries that match nothing.

        What can be neither suppressed nor switched off cannot be accepted either, and what became more severe
        was not accepted as that. Each entry accepts one finding.
        """
        accepted = {entry.fingerprint: entry for entry in self.entries}
        new: list[Located] = []
        old: list[Located] = []
        for finding in findings:
            entry = accepted.get(finding.fingerprint)
            hidden = entry is not None and not finding.rule.mandatory and _no_worse(finding.severity, entry.severity)
            if hidden:
                del accepted[finding.fingerprint]
            (old if hidden else new).append(finding)
        return new, old, [entry for entry in self.entries if accepted.get(entry.fingerprint) is entry]

    def accept(self, outcome: Outcome) -> list[Entry]:
        """Take the accepted findings out of a result and count them; returns the entries that match nothing.

        The result must hold all findings: a limit would hide some behind others.
        """
        outcome.findings, old, unmatched = self.split(outcome.findings)
        outcome.baselined = len(old)
        return unmatched


def configured_baseline(project: Project) -> tuple[Path, str] | None:
    """Where the baseline of the project file lies, and how it is written there; None where it names none.

    Raises ConfigurationError where it leads out of the repository.
    """
    value = project.file.get("lint", "baseline")
    if value is None or not isinstance(value.data, str):
        return None
    root, path = os.path.realpath(project.root), os.path.realpath(project.root / value.data)
    if not path.startswith(f"{root}/"):
        raise ConfigurationError(
            f"`lint.baseline` leads out of the repository: {value.data}",
            help="name a file below the root; another one can be given with --baseline",
        )
    return Path(path), value.data


def _no_worse(severity: str, than: str) -> bool:
    return SEVERITIES.index(severity) >= SEVERITIES.index(than)


def is_complete(outcome: Outcome) -> bool:
    """Whether what was not found is not there: every file could be read, and no rule failed itself."""
    return not outcome.crashes and not any(found.rule.code.startswith("KM1") for found in outcome.findings)


def baseline_of(findings: Iterable[Located]) -> Baseline:
    """The baseline that accepts what of these findings can be accepted."""
    return Baseline(
        tuple(
            Entry(
                fingerprint=found.fingerprint,
                severity=found.severity,
                code=found.rule.code,
                path=found.place.span.path,
                setting=found.setting,
            )
            for found in findings
            if not found.rule.mandatory
        )
    )


def baseline_text(baseline: Baseline) -> str:
    """A baseline as a file, sorted so that a change of it reads well in review."""
    entries = sorted(baseline.entries, key=lambda entry: (entry.path, entry.code, entry.setting, entry.fingerprint))
    document = {"version": 1, "findings": [{name: getattr(entry, name) for name in _FIELDS} for entry in entries]}
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def read_baseline(path: Path, shown: str) -> Baseline:
    """Read a baseline file, which messages call ``shown``.

    Raises ConfigurationError where it is missing or not one of ours.
    """
    reason = ""
    try:
        if path.exists() and not path.is_file():
            reason = "it is not a regular file"
        else:
            return _read(json.loads(path.read_bytes()))
    except FileNotFoundError:
        raise ConfigurationError(f"there is no baseline `{shown}`", help="create it with --write-baseline") from None
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ConfigurationError(
            f"`{shown}` is no baseline that this kmconfig can read",
            help="restore it, or delete it and write it anew with --write-baseline",
        ) from None
    raise ConfigurationError(f"cannot read the baseline `{shown}`: {reason[0].lower()}{reason[1:]}")


_FIELDS = ("code", "path", "setting", "severity", "fingerprint")


def _read(document: Any) -> Baseline:
    if document["version"] != 1:
        raise ValueError("a version of another kmconfig")
    return Baseline(tuple(_entry(fields) for fields in document["findings"]))


def _entry(fields: dict[str, Any]) -> Entry:
    values = {name: fields[name] for name in _FIELDS}
    if not all(isinstance(value, str) for value in values.values()) or values["severity"] not in SEVERITIES:
        raise TypeError("an entry holds text, and one of the severities")
    return Entry(**values)
