"""What a resolver says to one question."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

Kind: TypeAlias = Literal["found", "empty", "nxdomain", "servfail", "refused", "timeout", "error"]
RecordType: TypeAlias = Literal["A", "AAAA", "MX", "TXT"]


class Answer(NamedTuple):
    """The records of a name, or why there are none.

    ``kind`` is ``found``; ``empty`` (the name exists and has no such record); ``nxdomain`` (there is no such name);
    or no answer at all: ``servfail``, ``refused``, ``timeout`` or ``error``. ``records`` are in presentation form, a
    TXT record as its whole text; an MX record is its preference, a blank and its host. ``aliases`` are the names that
    CNAME records led to, in order. ``detail`` says more to people where nothing was answered.
    """

    kind: Kind
    records: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    detail: str = ""

    @property
    def known(self) -> bool:
        """Whether the answer says what there is, be it nothing."""
        return self.kind in ("found", "empty", "nxdomain")


Ask: TypeAlias = "Callable[[str, RecordType], Answer]"
"""Looks up the records of a name, given without a dot at its end. Never raises for what a server may answer.

What was asked once is remembered, and what is being asked waited for, so that several may ask the same.
"""
