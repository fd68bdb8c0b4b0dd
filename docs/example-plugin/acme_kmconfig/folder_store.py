"""Secrets in a folder of text files, one file for each account, with lines such as ``password=…``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kmconfig.plugins.stores import Description, SecretProblem, StoreUnreachable, accept

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from kmconfig.plugins.stores import Answer, Metadata, SecretRef, StoreOpening


def open_store(opening: StoreOpening) -> FolderStore:
    """The folder that ``stores: {acme_folder: {path: …}}`` names."""
    folder = opening.root / opening.settings["path"]
    if not folder.is_dir():
        raise StoreUnreachable(f"there is no folder `{folder}`", help="let the machine's configuration make it")
    return FolderStore(folder)


class FolderStore:
    """Reads each file once for all secrets in it. The time of a file is the version of what it holds."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def resolve(self, refs: Sequence[SecretRef]) -> Mapping[SecretRef, Answer]:
        """The values."""
        files = {name: self._lines(name) for name in {ref.name for ref in refs}}
        return {ref: self._value(ref, files[ref.name]) for ref in refs}

    def describe(self, refs: Sequence[SecretRef]) -> Mapping[SecretRef, Metadata]:
        """When each file was written, without reading it."""
        return {ref: self._description(ref) for ref in refs}

    def identity(self) -> None:
        """Nobody logs in."""

    def close(self) -> None:
        """There is nothing to give back."""

    def _lines(self, name: str) -> dict[str, str] | None:
        try:
            text = (self._folder / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return None
        return {key: value for key, sign, value in (line.partition("=") for line in text.splitlines()) if sign}

    def _value(self, ref: SecretRef, lines: dict[str, str] | None) -> Answer:
        if lines is None or ref.key is None or ref.key not in lines:
            return SecretProblem(ref=ref, kind="missing", message=f"`{ref}` is not there", help="ask the mail team")
        return accept(ref, lines[ref.key])

    def _description(self, ref: SecretRef) -> Metadata:
        try:
            written = datetime.fromtimestamp((self._folder / ref.name).stat().st_mtime, UTC)
        except OSError:
            return SecretProblem(ref=ref, kind="missing", message=f"`{ref}` is not there", help="ask the mail team")
        return Description(ref=ref, version=f"{written:%Y%m%dT%H%M%SZ}", created=written.replace(microsecond=0))
