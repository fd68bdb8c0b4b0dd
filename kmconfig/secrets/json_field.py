"""One field of a secret that is kept as a JSON object: what ``#key`` of a reference names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.secrets.store import Answer, SecretProblem, accept

if TYPE_CHECKING:
    from kmconfig.environment.reference import SecretRef


def field_of(ref: SecretRef, key: str, text: str, *, shown: str, whole: str) -> Answer:
    """The value of ``key`` in the JSON object ``text``, exactly as it is, or why there is none.

    ``shown`` is how messages name the object, ``whole`` what a reference without a key takes, such as ``file``.
    """
    fields = _parsed(text)
    if not isinstance(fields, dict):
        return SecretProblem(
            ref=ref,
            kind="invalid",
            message=f"`{shown}` holds no JSON object, so it has no key `{key}`",
            help=f"drop the `#key` if the whole {whole} is the secret",
        )
    if key not in fields:
        message = f"`{shown}` has no key `{key}`"
        return SecretProblem(ref=ref, kind="missing", message=message, help=_guess(key, list(fields)))
    value = fields[key]
    if not isinstance(value, str):
        return SecretProblem(
            ref=ref,
            kind="invalid",
            message=f"`{ref}` is not a string",
            help="write the value in double quotes: secrets are never converted from numbers or other types",
        )
    return accept(ref, value)


def _guess(key: str, known: list[str]) -> str | None:
    """Names of keys are shown only where one looks like what was written; they are not secret, but not ours."""
    from difflib import get_close_matches  # noqa: PLC0415 - only misspelt keys pay for it

    close = get_close_matches(key, known, 1)
    return f"did you mean `{close[0]}`?" if close else None


def _parsed(text: str) -> object:
    import json  # noqa: PLC0415 - most secrets are plain text

    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
