"""Secrets from files: `file: /run/secrets/x`, or `file: /run/secrets/x.json#key` for a JSON object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.secrets.json_field import field_of
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
        return field_of(ref, ref.key, content, shown=ref.name, whole="file")
    return accept(ref, content.removesuffix("\n").removesuffix("\r") if content.endswith("\n") else content)
