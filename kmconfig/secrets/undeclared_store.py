"""Stands for a store that an environment refers to without saying how it is reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.environment.words import known
from kmconfig.secrets.store import SecretProblem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kmconfig.environment.reference import SecretRef, Source

_EXAMPLES = {"aws": "{region: eu-west-1}", "vault": "{address: https://vault.acme.example, auth: …}"}


class UndeclaredStore:
    """Answers every reference with what to declare."""

    def __init__(self, source: Source) -> None:
        self._name = "aws" if source in ("aws_secret", "ssm") else source

    def resolve(self, refs: Sequence[SecretRef]) -> Mapping[SecretRef, SecretProblem]:
        return {ref: self._problem(ref) for ref in refs}

    def describe(self, refs: Sequence[SecretRef]) -> Mapping[SecretRef, SecretProblem]:
        return self.resolve(refs)

    def identity(self) -> None:
        return None

    def close(self) -> None:
        """There is nothing to give back."""

    def _problem(self, ref: SecretRef) -> SecretProblem:
        return SecretProblem(
            ref=ref,
            kind="undeclared",
            message=f"`{ref}` lies in a store that this environment does not declare",
            help=f"write `stores: {{{self._name}: {_example(self._name)}}}` in the environment or in a layer of it",
        )


def _example(name: str) -> str:
    kind = known().stores.get(name)
    if kind is None:
        return _EXAMPLES.get(name, "{}")
    return f"{{{', '.join(f'{setting}: …' for setting in kind.required)}}}"
