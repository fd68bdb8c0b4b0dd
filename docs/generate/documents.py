"""The page on JSON that commands print, from the published schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docs.generate.markdown import prose, resolved, table
from kmconfig.environment.schemas import SCHEMA_NAMES, load_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Schemas of files that people write; they have pages of their own.
_WRITTEN_BY_PEOPLE = frozenset(("environment", "project"))


def documents_page() -> Iterator[str]:
    """Every document with its fields."""
    yield "# JSON documents"
    yield ""
    yield from prose(
        "What commands print with `--format json`, made from the schemas that `kmconfig schema NAME` prints. JSON "
        "goes alone to stdout; everything else goes to stderr. Every document has `version`, which is 1 and grows "
        "when a field changes its meaning or goes; fields may be added. `[]` stands for each element of a list, "
        "`*` for each key."
    )
    for name in SCHEMA_NAMES:
        if name not in _WRITTEN_BY_PEOPLE:
            yield from _document(name, load_schema(name))


def _document(name: str, schema: dict[str, Any]) -> Iterator[str]:
    yield from (f"## {name}", "", f"{schema['description']} `schema/{SCHEMA_NAMES[name]}`", "")
    yield from table(("Field", "Type", "Meaning"), _fields(schema, schema, "", frozenset()))
    yield ""


def _fields(
    schema: dict[str, Any], node: dict[str, Any], path: str, above: frozenset[str]
) -> Iterator[tuple[str, str, str]]:
    """The fields below a node. ``above`` are the references that lead here, which a document may repeat in itself."""
    for key, raw in node.get("properties", {}).items():
        here = f"{path}.{key}".removeprefix(".")
        yield from _field(schema, raw, here, above)
    extra = node.get("additionalProperties")
    if isinstance(extra, dict):
        yield from _field(schema, extra, f"{path}.*".removeprefix("."), above)


def _field(
    schema: dict[str, Any], raw: dict[str, Any], here: str, above: frozenset[str]
) -> Iterator[tuple[str, str, str]]:
    child = resolved(schema, raw)
    if here != "version":
        yield f"`{here}`", _type(schema, child), raw.get("description") or child.get("description", "")
    followed = {found["$ref"] for found in _within(raw) if "$ref" in found}
    if followed & above:
        return
    for part in _within(child):
        below = resolved(schema, part)
        place = here
        while "items" in below:
            below, place = resolved(schema, below["items"]), f"{place}[]"
        reference = frozenset(part[key] for key in ("$ref",) if key in part) | followed | _references(part)
        if not _references(part) & above:
            yield from _fields(schema, below, place, above | reference)


def _references(node: dict[str, Any]) -> frozenset[str]:
    """The references on the way to what a list holds."""
    found = {node["$ref"]} if "$ref" in node else set()
    return frozenset(found) | (_references(node["items"]) if isinstance(node.get("items"), dict) else frozenset())


def _within(node: dict[str, Any]) -> list[dict[str, Any]]:
    """The node itself, or what it may be one of."""
    return node.get("anyOf") or node.get("oneOf") or [node]


def _type(schema: dict[str, Any], node: dict[str, Any]) -> str:
    if "enum" in node:
        return ", ".join(f"`{value}`" if value is not None else "null" for value in node["enum"])
    if "const" in node:
        return f"`{node['const']}`"
    choices = node.get("anyOf") or node.get("oneOf")
    if choices:
        return " or ".join(dict.fromkeys(_type(schema, resolved(schema, choice)) for choice in choices))
    kind = node.get("type", "any")
    if kind == "array" and "items" in node:
        return f"list of {_type(schema, resolved(schema, node['items']))}"
    return " or ".join(kind) if isinstance(kind, list) else kind
