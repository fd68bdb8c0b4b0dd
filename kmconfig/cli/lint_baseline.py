"""The baseline of ``kmconfig lint``: where it lies, reading and writing it, and saying what it no longer needs."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmconfig.cli.beside import say_beside
from kmconfig.cli.options import current
from kmconfig.cli.output import write_text
from kmconfig.lint.baseline import (
    Baseline,
    baseline_of,
    baseline_text,
    configured_baseline,
    is_complete,
    read_baseline,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kmconfig.environment.project import Project
    from kmconfig.lint.baseline import Entry
    from kmconfig.lint.engine import Outcome

_NAMED_ENTRIES = 5


@dataclass(frozen=True, slots=True)
class BaselinePlace:
    """Where the baseline lies, and how people call it."""

    path: Path
    shown: str

    def read(self) -> Baseline:
        """The accepted findings. Raises ConfigurationError."""
        return read_baseline(self.path, self.shown)

    def write(self, baseline: Baseline) -> None:
        """Replace the file as a whole. Raises UsageError."""
        write_text(baseline_text(baseline), str(self.path))


def baseline_place(project: Project, option: str | None) -> BaselinePlace | None:
    """The baseline of a call: the option's, relative to the folder it runs in, or the project file's.

    Raises ConfigurationError where the project file's leads out of the repository.
    """
    if option is not None:
        return BaselinePlace(current().folder / option, option)
    configured = configured_baseline(project)
    return None if configured is None else BaselinePlace(*configured)


def write_baseline(place: BaselinePlace, outcome: Outcome) -> Baseline:
    """Accept all findings that can be accepted; what else stands in the baseline goes.

    Where not everything could be read, entries stay: what they accept may stand there.

    Raises ConfigurationError where what lies there is no baseline, and UsageError where it cannot be written.
    """
    known = place.read() if os.path.lexists(place.path) else Baseline()
    accepted = baseline_of(outcome.findings)
    count, refused = len(accepted.entries), len(outcome.findings) - len(accepted.entries)
    found = {entry.fingerprint for entry in accepted.entries}
    unmatched = [entry for entry in known.entries if entry.fingerprint not in found]
    kept = [] if is_complete(outcome) else unmatched
    accepted = Baseline((*accepted.entries, *kept))
    place.write(accepted)
    told = f"{_plural(count, 'finding')} accepted in {place.shown}"
    if len(unmatched) > len(kept):
        told += f"; {_plural(len(unmatched), 'entry', 'entries')} dropped that matched nothing"
    if refused:
        told += f"; {_plural(refused, 'finding')} cannot be accepted"
    say_beside(told)
    return accepted


def report_unmatched(place: BaselinePlace, unmatched: Sequence[Entry], outcome: Outcome) -> None:
    """Say which entries match nothing any more, where that can be known."""
    if not unmatched or not is_complete(outcome):
        return
    say_beside(f"{place.shown}: {_plural(len(unmatched), 'entry matches', 'entries match')} nothing any more")
    for entry in unmatched[:_NAMED_ENTRIES]:
        say_beside(f"  {entry.code} {entry.path} {entry.setting}".rstrip())
    if len(unmatched) > _NAMED_ENTRIES:
        say_beside(f"  and {len(unmatched) - _NAMED_ENTRIES} more")
    say_beside("  help: --write-baseline drops what is no longer needed")


def _plural(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or f'{one}s'}"
