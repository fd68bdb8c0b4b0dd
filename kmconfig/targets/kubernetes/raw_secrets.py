"""Secrets that reach the application as they are, where Laravel reads something else in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.errors import CouldNotCheck
from kmconfig.targets.variables.texts import variable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.reference import SecretRef
    from kmconfig.source.value import Value
    from kmconfig.targets.goal import Candidate
    from kmconfig.targets.kubernetes.wanted import Wanted


def require_unchanged(goal: Candidate, found: Wanted) -> None:
    """Refuse secrets that an ExternalSecret would fetch and Laravel then change. Raises CouldNotCheck.

    Other targets put such a text into quotes. Here nothing of ours writes it.
    """
    if found.external_secret is None:
        return
    for reference in _changed(goal, found):
        raise CouldNotCheck(
            f"the secret of `{reference.setting}` ({reference.span}) is a word such as `null`, or stands in quotes:"
            " from a pod's environment Laravel reads something else than the test message would prove",
            help="set another secret at the provider, or say `secrets: secret_ref` and keep it in single quotes there",
        )


def quoting_notes(goal: Candidate, found: Wanted) -> Iterator[str]:
    """What a Secret that exists has to hold in another way."""
    if found.external_secret is None:
        for reference in _changed(goal, found):
            yield (
                f"the Secret has to hold the value of `{reference.setting}` in single quotes: Laravel reads it, a word"
                " such as `null` or a text in quotes, as something else without them"
            )


def _changed(goal: Candidate, found: Wanted) -> Iterator[Value[SecretRef]]:
    for reference in found.secrets.values():
        secret = goal.secrets.get(reference.data)
        if secret is not None and variable(secret) != secret:
            yield reference
