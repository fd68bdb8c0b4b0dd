"""What a secret of AWS holds, kept so that it does not show, and the part of it that a reference wants."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, final

from kmconfig.secrets.aws.faults import Fault
from kmconfig.secrets.json_field import field_of
from kmconfig.secrets.store import Answer, accept

if TYPE_CHECKING:
    from kmconfig.environment.reference import SecretRef


@final
class Content:
    """The text of one version of a secret. Its repr does not show it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return "<content>"

    def answer(self, ref: SecretRef) -> Answer:
        """All of it, or the field that ``ref`` names, exactly as it is."""
        if ref.key is None:
            return accept(ref, self._text)
        return field_of(ref, ref.key, self._text, shown=f"{ref.source}:{ref.name}", whole="text")


Read: TypeAlias = Content | Fault
"""What reading a version came to."""


def answer(ref: SecretRef, read: Read) -> Answer:
    return read.problem(ref) if isinstance(read, Fault) else read.answer(ref)
