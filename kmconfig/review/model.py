"""The result of a comparison: what reports show. It has no slot for a secret."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kmconfig.lint.finding import Located
    from kmconfig.source.span import Span

Severity: TypeAlias = Literal["high", "medium", "info"]
SEVERITIES: tuple[Severity, ...] = ("high", "medium", "info")
Status: TypeAlias = Literal["added", "removed", "renamed", "changed", "unreadable"]
HIDDEN = "(plain text, hidden)"
"""Stands for a secret that somebody wrote into a file."""
UNKNOWN = "(missing or refused)"
"""Stands for a value that has to be there and is not, or that no setting can have; lint says which."""


@dataclass(frozen=True, slots=True)
class Risk:
    """What a change means, in a sentence for people who review it."""

    severity: Severity
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One setting before and after, None where there is none.

    ``before`` and ``after`` are plain data without secrets; a reference is a mapping as files have it, and ``secret``
    says whether it means another secret. ``place`` is where the new value stands; None for a default, and where
    nothing stands any more. ``risks`` have the gravest first.
    """

    setting: str
    before: Any
    after: Any
    secret: Literal["changed", "same"] | None = None
    place: Span | None = None
    risks: tuple[Risk, ...] = ()

    @property
    def severity(self) -> Severity | None:
        """That of the gravest risk, None without one."""
        return self.risks[0].severity if self.risks else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What lint says now and did not say before, and the other way round.

    ``hidden`` are those that are still there, and no longer shown: suppressed, switched off or accepted.
    """

    new: tuple[Located, ...] = ()
    fixed: tuple[Located, ...] = ()
    hidden: tuple[Located, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.new or self.fixed or self.hidden)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentReview:
    """One environment that changes.

    ``name`` is its name after the change, or the one it had. ``former`` is its name before where that was another.
    ``note`` says in words what became of the environment as a whole, ``risks`` what that means.
    """

    name: str
    status: Status
    tier: str = ""
    former: str | None = None
    note: str = ""
    risks: tuple[Risk, ...] = ()
    changes: tuple[Change, ...] = ()
    findings: Findings = field(default_factory=Findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedRisk:
    """A risk and the environments of a group for which it holds; none for all of them."""

    risk: Risk
    environments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedChange:
    """A change that several environments have in common, which may mean different things for them."""

    change: Change
    risks: tuple[SharedRisk, ...]

    @property
    def severity(self) -> Severity | None:
        """That of the gravest risk, None without one."""
        return self.risks[0].risk.severity if self.risks else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Changes that reach the same environments, the gravest first."""

    environments: tuple[str, ...]
    changes: tuple[SharedChange, ...]

    @property
    def severity(self) -> Severity | None:
        """That of the gravest risk, None without one."""
        return worst(change.severity for change in self.changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A whole comparison.

    ``base`` and ``head`` say in words what was compared. ``project`` are changes of the project file, of its baseline
    and of suppressions, ``findings`` those that concern no environment. ``notes`` say what was not compared.
    ``head_commit`` is the commit after the change, where it is one. ``of_environments`` says that two environments
    were compared, and nothing changed.
    """

    base: str
    head: str
    of_environments: bool = False
    environments: tuple[EnvironmentReview, ...] = ()
    groups: tuple[Group, ...] = ()
    project: tuple[Change, ...] = ()
    findings: Findings = field(default_factory=Findings)
    notes: tuple[str, ...] = ()
    crashed: tuple[str, ...] = ()
    head_commit: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing changes."""
        return not (self.environments or self.project or self.findings)

    def risks(self) -> list[Risk]:
        """All risks, each once however many environments have it."""
        found = [shared.risk for group in self.groups for change in group.changes for shared in change.risks]
        found += [risk for change in self.project for risk in change.risks]
        return found + [risk for environment in self.environments for risk in environment.risks]


def gravest_first(risks: list[Risk]) -> tuple[Risk, ...]:
    """The risks in order, each once."""
    return tuple(sorted(dict.fromkeys(risks), key=lambda risk: SEVERITIES.index(risk.severity)))


def rank(severity: Severity | None) -> int:
    """Where a severity stands in a list, the gravest first."""
    return len(SEVERITIES) if severity is None else SEVERITIES.index(severity)


def worst(severities: Iterable[Severity | None]) -> Severity | None:
    """The gravest of severities, None where there is none."""
    return min(severities, key=rank, default=None)
