"""A store in memory with versions and ages, in the place of Vault."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kmconfig.secrets.masker import Masker
from kmconfig.secrets.secret import Secret
from kmconfig.secrets.store import Answer, Description, Metadata, ProblemKind, SecretProblem
from kmconfig.secrets.stores import Place, Stores

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from kmconfig.environment.reference import SecretRef, Source
    from kmconfig.secrets.store import Store


class Held(NamedTuple):
    """One secret: its value or why there is none, and what is known of it or why not even that."""

    value: str | ProblemKind
    metadata: ProblemKind | None = None
    version: str | None = "7"
    created: datetime | None = None
    readable: bool = True


class FakeStore:
    """Holds secrets by name and key, such as ``km/smtp#password``, and notes what it is asked."""

    def __init__(self, **held: Held) -> None:
        self.held: dict[str, Held] = dict(held)
        self.described: list[str] = []
        self.resolved: list[str] = []

    def resolve(self, refs: Sequence[SecretRef]) -> Mapping[SecretRef, Answer]:
        self.resolved += [ref.name for ref in refs]
        return {ref: self._value(ref) for ref in refs}

    def describe(self, refs: Sequence[SecretRef]) -> Mapping[SecretRef, Metadata]:
        self.described += [ref.name for ref in refs]
        return {ref: self._metadata(ref) for ref in refs}

    def identity(self) -> str | None:
        return "token from VAULT_TOKEN"

    def close(self) -> None:
        """Nothing was taken."""

    def _value(self, ref: SecretRef) -> Answer:
        held = self.held[ref.name]
        if held.readable:
            return Secret(held.value, reference=str(ref))
        return _problem(ref, held.value)  # type: ignore[arg-type]

    def _metadata(self, ref: SecretRef) -> Metadata:
        held = self.held[ref.name]
        if held.metadata is not None:
            return _problem(ref, held.metadata)
        return Description(ref=ref, version=held.version, created=held.created)


def fresh(value: str, created: datetime | None, *, version: str | None = "7") -> Held:
    """A secret that is there, with its age."""
    return Held(value, version=version, created=created)


def gone(kind: ProblemKind) -> Held:
    """A secret of which neither the value nor anything else can be had."""
    return Held(kind, metadata=kind, readable=False)


def closed(kind: ProblemKind, created: datetime | None) -> Held:
    """A secret of which there is everything but the value."""
    return Held(kind, created=created, readable=False)


def open_only(value: str) -> Held:
    """A secret whose value may be read, and whose metadata may not."""
    return Held(value, metadata="denied")


class FakeStores(Stores):
    """The stores of a run, of which that of Vault is in memory."""

    def __init__(self, store: FakeStore, *, root: Path, environ: Mapping[str, str] | None = None) -> None:
        super().__init__(root=root, environ=environ or {}, masker=Masker())
        self.store = store

    def _opened(self, source: Source, place: Place) -> Store:
        return self.store if source == "vault" else super()._opened(source, place)


def _problem(ref: SecretRef, kind: ProblemKind) -> SecretProblem:
    return SecretProblem(ref=ref, kind=kind, message=f"{kind}: `{ref}`", help=f"what to do when it is {kind}")
