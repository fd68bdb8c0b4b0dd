"""The published JSON Schemas, as they ship with the package."""

from __future__ import annotations

import os
from functools import cache
from typing import Any, Final

from kmconfig.errors import UsageError

#: what ``kmconfig schema`` calls them, and their files
SCHEMA_NAMES: Final = {
    "environment": "kmconfig.v1.schema.json",
    "project": "project.v1.schema.json",
    "findings": "findings.v1.schema.json",
    "show": "show.v1.schema.json",
    "render": "render.v1.schema.json",
    "init": "init.v1.schema.json",
    "import": "import.v1.schema.json",
    "diff": "diff.v1.schema.json",
    "secrets": "secrets.v1.schema.json",
    "dns": "dns.v1.schema.json",
    "test": "test.v1.schema.json",
    "plan": "plan.v1.schema.json",
    "drift": "drift.v1.schema.json",
    "receipt": "receipt.v1.schema.json",
    "history": "history.v1.schema.json",
}

_PACKAGE: Final = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 - start-up
_FOLDERS: Final = (f"{_PACKAGE}/schema", f"{os.path.dirname(_PACKAGE)}/schema")  # noqa: PTH120


@cache
def schema_text(name: str) -> str:
    """The text of a published schema by its name in :data:`SCHEMA_NAMES`.

    Raises :class:`UsageError` for another name.
    """
    if name not in SCHEMA_NAMES:
        raise UsageError(f"there is no schema `{name}`", help=f"one of {', '.join(SCHEMA_NAMES)}")
    with open(_location(SCHEMA_NAMES[name]), encoding="utf-8") as file:  # noqa: PTH123 - start-up
        return file.read()


@cache
def load_schema(name: str) -> dict[str, Any]:
    """A published schema as data. It is shared: do not change it."""
    import json  # noqa: PLC0415 - start-up

    schema: dict[str, Any] = json.loads(schema_text(name))
    return schema


def schema_folder() -> str:
    """Where the schemas lie."""
    return os.path.dirname(_location(SCHEMA_NAMES["environment"]))  # noqa: PTH120 - start-up


def _location(file_name: str) -> str:
    """In a wheel the schemas lie in the package, in a checkout beside it."""
    packaged, beside = (f"{folder}/{file_name}" for folder in _FOLDERS)
    return packaged if os.path.exists(packaged) else beside  # noqa: PTH110
