"""Secrets from files: `file: /run/secrets/x`, or `file: /run/secrets/x.json#key` for a JSON object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.secrets.secret_file import Unreadable, read_secret_file
from kmconfig.secrets.store import Answer, Metadata, SecretProblem, accept, described

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from kmconfig.environment.reference import SecretRef


class FileStore:
    """Reads files below ``root`` or at absolute paths, each once.

    Exactly one line ending at the end is not part of the value; all else is.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def resolve(self, refs: Sequence[SecretRef]) -> Mapping[SecretRef, Answer]:
        contents = {name: read_secret_file(self._root / name) for name in {ref.name for ref in refs}}
        return {ref: _answer(ref, contents[ref.name]) for ref in refs}

    def describe(self, refs: Sequence[SecretRef]) -> Mapping[SecretRef, Metadata]:
        """Say whether they are there: nothing here knows versions or ages."""
        return described(self.resolve(refs))

    def identity(self) -> None:
        """Nobody logs in."""

    def close(self) -> None:
        """There is nothing to give back."""


def _answer(ref: SecretRef, content: str | Unreadable) -> Answer:
    if isinstance(content, Unreadable):
        return SecretProblem(ref=ref, kind=content.kind, message=content.message, help=content.help)
    if ref.key is not None:
        return _field(ref, ref.key, content)
    return accept(ref, content.removesuffix("\n").removesuffix("\r") if content.endswith("\n") else content)


def _field(ref: SecretRef, key: str, content: str) -> Answer:
    fields = _parsed(content)
    if not isinstance(fields, dict):
        return SecretProblem(
            ref=ref,
            kind="invalid",
            message=f"`{ref.name}` holds no JSON object, so it has no key `{key}`",
            help="drop the `#key` if the whole file is the secret",
        )
    if key not in fields:
        return SecretProblem(ref=ref, kind="missing", message=f"`{ref.name}` has no key `{key}`")
    value = fields[key]
    if not isinstance(value, str):
        return SecretProblem(
            ref=ref,
            kind="invalid",
            message=f"`{ref}` is not a string",
            help="write the value in double quotes: secrets are never converted from numbers or other types",
        )
    return accept(ref, value)


def _parsed(content: str) -> object:
    import json  # noqa: PLC0415 - most files hold plain text

    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None
