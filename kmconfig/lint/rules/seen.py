"""What was seen of the secrets of an environment, as rules look at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kmconfig.lint.finding import Skipped
from kmconfig.lint.rules.references import references

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.reference import SecretRef
    from kmconfig.lint.observed import Observed, SecretState
    from kmconfig.source.value import Value


class Seen(NamedTuple):
    """A reference that counts, and what was seen of its secret."""

    reference: Value[SecretRef]
    state: SecretState


def look(env: Environment, observed: Observed) -> Iterator[Seen | Skipped]:
    """Every secret whose store gave an answer, be it that there is none; what gave no answer could not be checked."""
    for reference in references(env):
        state = observed.secret(env, reference)
        if state.status in ("denied", "error"):
            yield skipped(env, reference, state.detail)
        else:
            yield Seen(reference, state)


def skipped(env: Environment, reference: Value[SecretRef], reason: str) -> Skipped:
    """Could not check a secret. The reason reads the same from every rule."""
    return Skipped(f"`{reference.setting}` of `{env.name}`: {reason}")
