"""What a secret of AWS holds, kept so that it does not show, and the part of it that a reference wants."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, final

from kmconfig.secrets.aws.faults import Fault
from kmconfig.secrets.store import Answer, SecretProblem, accept

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
        return accept(ref, self._text) if ref.key is None else self._field(ref, ref.key)

    def _field(self, ref: SecretRef, key: str) -> Answer:
        fields = _parsed(self._text)
        if not isinstance(fields, dict):
            return SecretProblem(
                ref=ref,
                kind="invalid",
                message=f"`{ref.source}:{ref.name}` holds no JSON object, so it has no key `{key}`",
                help="drop the `#key` if the whole text is the secret",
            )
        if key not in fields:
            return SecretProblem(
                ref=ref,
                kind="missing",
                message=f"`{ref.source}:{ref.name}` has no key `{key}`",
                help=_guess(key, list(fields)),
            )
        value = fields[key]
        if not isinstance(value, str):
            return SecretProblem(
                ref=ref,
                kind="invalid",
                message=f"`{ref}` is not a string",
                help="write the value in double quotes: secrets are never converted from numbers or other types",
            )
        return accept(ref, value)


Read: TypeAlias = Content | Fault
"""What reading a version came to."""


def answer(ref: SecretRef, read: Read) -> Answer:
    return read.problem(ref) if isinstance(read, Fault) else read.answer(ref)


def _guess(key: str, known: list[str]) -> str | None:
    """Names of keys are shown only where one looks like what was written; they are not secret, but not ours."""
    from difflib import get_close_matches  # noqa: PLC0415 - only misspelt keys pay for it

    close = get_close_matches(key, known, 1)
    return f"did you mean `{close[0]}`?" if close else None


def _parsed(text: str) -> object:
    import json  # noqa: PLC0415 - loaded with boto3 anyway, but not before

    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
