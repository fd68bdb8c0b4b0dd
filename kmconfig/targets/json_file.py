"""A file with all settings as JSON, values included: for tests and for other platforms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmconfig.targets.files.local import LocalFile
from kmconfig.targets.settings_file import SettingsFileReader, open_keeper, open_writer

if TYPE_CHECKING:
    from kmconfig.environment.environment import Environment
    from kmconfig.source.value import Value
    from kmconfig.targets.access import Access

__all__ = ["JsonFileReader", "open_keeper", "open_reader", "open_writer"]


class _Json:
    def read(self, data: bytes) -> Any:
        import json  # noqa: PLC0415

        return json.loads(data)

    def write(self, document: dict[str, Any]) -> bytes:
        import json  # noqa: PLC0415

        return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "surrogateescape")


class JsonFileReader(SettingsFileReader):
    """Reads the file and plans against it."""

    def __init__(self, file: LocalFile) -> None:
        super().__init__("file", file, _Json())


def open_reader(environment: Environment, block: Value[Any], access: Access) -> JsonFileReader:  # noqa: ARG001
    """The reader of a settings file."""
    shown = block.data["path"].data
    return JsonFileReader(LocalFile(access.root / shown, shown))
