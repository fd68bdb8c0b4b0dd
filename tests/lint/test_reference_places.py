"""The settings that rules look at for references are those that the schema lets hold one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmconfig.environment.merge import SECRET_SETTINGS
from kmconfig.environment.schemas import load_schema
from kmconfig.lint.rules.references import PLACES

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = load_schema("environment")


def holds_references(schema: dict[str, Any]) -> bool:
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        return name == "secret" or holds_references(SCHEMA["$defs"][name])
    return any(holds_references(branch) for branch in schema.get("anyOf", ()))


def places(schema: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if holds_references(schema):
        yield path
    for name, child in schema.get("properties", {}).items():
        yield from places(child, (*path, name))


def test_they_are_those_of_the_schema() -> None:
    assert sorted(places(SCHEMA)) == sorted(PLACES)


def test_those_that_layers_replace_whole_are_among_them() -> None:
    assert set(PLACES) >= SECRET_SETTINGS
