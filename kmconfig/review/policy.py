"""Changes of the project file and of the baseline: what is allowed, and what is let pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmconfig.errors import ConfigurationError
from kmconfig.lint.baseline import configured_baseline, read_baseline
from kmconfig.review.model import Change, Risk, gravest_first, rank
from kmconfig.review.risks.policy import POLICY
from kmconfig.source.value import setting_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.project import Project
    from kmconfig.environment.projectfile import ProjectFile
    from kmconfig.review.state import State
    from kmconfig.source.value import Path, Value


def project_changes(base: State, head: State) -> tuple[Change, ...]:
    """What changes in the project file and the baseline, the gravest first."""
    found = [*_settings(base.project.file, head.project.file), *_baseline(base.project, head.project)]
    return tuple(sorted(found, key=lambda change: rank(change.severity)))


def _settings(base: ProjectFile, head: ProjectFile) -> Iterator[Change]:
    before, after = _leaves(base), _leaves(head)
    for path in dict.fromkeys((*after, *before)):
        then, now = before.get(path), after.get(path)
        old, new = (value.plain() if value is not None else None for value in (then, now))
        if old == new:
            continue
        setting = setting_name(path)
        risks = [risk for prefix, check in POLICY if _is_within(setting, prefix) for risk in check(setting, old, new)]
        yield Change(
            setting=setting,
            before=old,
            after=new,
            place=now.span if now is not None else None,
            risks=gravest_first(risks),
        )


def _is_within(setting: str, prefix: str) -> bool:
    return setting == prefix or setting.startswith(f"{prefix}.")


def _leaves(file: ProjectFile) -> dict[Path, Value[Any]]:
    root = file.document.root if file.document is not None else None
    found: dict[Path, Value[Any]] = {}
    pending = [root] if root is not None else []
    while pending:
        value = pending.pop()
        if isinstance(value.data, dict):
            pending += reversed(value.data.values())
        elif value.path and value.path != ("version",):
            found[value.path] = value
    return found


def _baseline(base: Project, head: Project) -> Iterator[Change]:
    before, after = _accepted(base), _accepted(head)
    if before == after:
        return
    grown, shrunk = len(after - before), len(before - after)
    risk = Risk("medium", f"{grown} more findings are accepted and no longer fail, without being corrected")
    yield Change(
        setting="baseline",
        before=f"{len(before)} accepted findings",
        after=f"{len(after)} accepted findings, {grown} added, {shrunk} removed",
        risks=(risk,) if grown else (),
    )


def _accepted(project: Project) -> set[tuple[str, str]]:
    """The findings a baseline accepts; none where it cannot be read, which lint reports."""
    try:
        place = configured_baseline(project)
        return {(entry.fingerprint, entry.severity) for entry in read_baseline(*place).entries} if place else set()
    except ConfigurationError:
        return set()
