"""What a look at a message that arrived asks of the DNS; who answers is given from outside."""

from __future__ import annotations

from typing import Protocol


class NotAnswered(Exception):  # noqa: N818 - a result, not a fault of the program
    """DNS could not be asked; whether there is a record is not known."""


class Names(Protocol):
    """Knows names. Bounded in time, whatever is asked."""

    def text(self, name: str) -> str | None:
        """Return the text of a name's TXT record, None where there is none. Raises NotAnswered."""
        ...

    def organisation(self, domain: str) -> str | None:
        """Return the domain of the organisation that a domain belongs to, None where the DNS does not tell."""
        ...
