"""Settings as a TOML file, which is ours as a whole: only the format is written here."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Any

from kmconfig.plugins.targets import (
    LocalFile,
    Rendered,
    SettingsFileReader,
    document_of,
    open_keeper,
    open_writer,
    told,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kmconfig.plugins.targets import Access, Candidate, Environment, Value

__all__ = ["open_keeper", "open_reader", "open_writer", "render"]


def open_reader(environment: Environment, block: Value[Any], access: Access) -> SettingsFileReader:  # noqa: ARG001
    """The reader of the file that ``target: {acme_toml: {path: …}}`` names."""
    path = block.data["path"].data
    return SettingsFileReader("acme_toml", LocalFile(access.root / path, path), Toml())


def render(candidate: Candidate, block: Value[Any] | None) -> Rendered:  # noqa: ARG001
    """What the file would hold, with references in the place of secrets."""
    shown = document_of(candidate, told=lambda secret: f"<{secret.reference}>")
    return Rendered("acme_toml", (document_of(candidate, told=told),), Toml().write(shown).decode())


class Toml:
    """How the file is written."""

    def read(self, data: bytes) -> Any:
        """What the file holds."""
        return tomllib.loads(data.decode())

    def write(self, document: Mapping[str, Any]) -> bytes:
        """The file, one table after the other."""
        return "".join(_table(document, ())).encode()


def _table(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    if path:
        yield f"\n[{'.'.join(path)}]\n"
    for key, value in table.items():
        if not isinstance(value, dict):
            yield f"{key} = {_value(value)}\n"
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _table(value, (*path, key))


def _value(value: Any) -> str:
    """Text, numbers, booleans and lists are written as in JSON, but for one character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
