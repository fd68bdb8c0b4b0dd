"""Secrets from the process environment: `env: NAME`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.secrets.store import Answer, Metadata, SecretProblem, accept, described

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kmconfig.environment.reference import SecretRef


class EnvStore:
    """Reads variables of ``environ`` exactly as they are."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def resolve(self, refs: Sequence[SecretRef]) -> Mapping[SecretRef, Answer]:
        return {ref: self._one(ref) for ref in refs}

    def describe(self, refs: Sequence[SecretRef]) -> Mapping[SecretRef, Metadata]:
        """Say whether they are there: nothing here knows versions or ages."""
        return described(self.resolve(refs))

    def identity(self) -> None:
        """Nobody logs in."""

    def close(self) -> None:
        """There is nothing to give back."""

    def _one(self, ref: SecretRef) -> Answer:
        if ref.name not in self._environ:
            return SecretProblem(
                ref=ref,
                kind="missing",
                message=f"the variable `{ref.name}` is not set",
                help=f"set `{ref.name}` in the environment this command runs in",
            )
        return accept(ref, self._environ[ref.name])
