"""An environment as it is before any store is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.rules.references import references
from kmconfig.targets.goal import Candidate

if TYPE_CHECKING:
    from kmconfig.environment.environment import Environment


def unresolved(environment: Environment) -> Candidate:
    """A candidate in which each secret knows its reference and nothing else. It can be shown, not applied."""
    unread = frozenset(reference.data for reference in references(environment))
    return Candidate(environment=environment, secrets={}, unread=unread)
