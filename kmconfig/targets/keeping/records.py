"""Small named documents in a store that several machines reach: what a lease, a journal and snapshots are made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A document as it was read.

    ``token`` tells this state of it from all others. ``age`` is for how many seconds it has stood like this by the
    clock of the store, None where the store does not tell.
    """

    text: str = field(repr=False)
    token: str
    age: float | None = None


class Conflict(Exception):  # noqa: N818 - an answer of the store, not a fault; it never leaves this package
    """The document is no longer in the state that the writer expected."""


class Records(Protocol):
    """Keeps documents by name. All methods raise CouldNotCheck where the store gives no answer that can be used.

    A write that raises CouldNotCheck may have happened all the same. ``where`` says for people where they lie.
    """

    where: str

    def ensure(self) -> None:
        """Make sure, as far as the store tells, that documents can be written."""
        ...

    def get(self, name: str) -> Record | None:
        """A document, None where there is none."""
        ...

    def put(self, name: str, text: str, *, expected: str | None) -> str:
        """Write a document over the state with the token ``expected``, None for one that is not there.

        Returns the token of the new state. Raises Conflict where it was in another state.
        """
        ...

    def delete(self, name: str, *, expected: str) -> None:
        """Let go of a document. Raises Conflict as above."""
        ...
