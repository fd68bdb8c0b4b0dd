"""The words of installed packages: found, checked, and put into the published schemas."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from kmconfig.environment.kind_checks import unmet_requirement
from kmconfig.environment.packages import Entry, fault_of, offered, require_usable
from kmconfig.environment.reference import OWN_SOURCES
from kmconfig.environment.schemas import load_schema
from kmconfig.environment.shape import check_shape
from kmconfig.environment.words import SECRET_FORMS, Schema, StoreKind, TargetKind, Words, learn
from kmconfig.source.span import SourceFile
from kmconfig.source.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

STORES = "kmconfig.stores"
TARGETS = "kmconfig.targets"

_Kind = TypeVar("_Kind", StoreKind, TargetKind)


def words_of_packages() -> Words:
    """The words of all installed packages, which this process knows from now on.

    Raises ConfigurationError where a package offers something that cannot be used.
    """
    words, faults = load_words()
    require_usable(faults)
    learn(words)
    return words


@cache
def load_words() -> tuple[Words, tuple[str, ...]]:
    """The same with its faults, looked for once in a process."""
    stores = offered(STORES, StoreKind, remedy="name what StoreKind(…) made, or a tuple of such")
    targets = offered(TARGETS, TargetKind, remedy="name what TargetKind(…) made, or a tuple of such")
    entries: dict[str, Entry] = {}
    faults = [*stores.faults, *targets.faults]
    words = Words(
        stores=_usable(stores.things, entries, faults),
        targets=_usable(targets.things, entries, faults),
        entries=entries,
        all_entries=(*stores.entries, *targets.entries),
    )
    return words._replace(schemas=_schemas(words), secrets=tuple(_secrets(words))), tuple(faults)


def _usable(things: Iterable[tuple[_Kind, Entry]], entries: dict[str, Entry], faults: list[str]) -> dict[str, _Kind]:
    """The kinds that can be used, by word; what is wrong with the others goes to ``faults``."""
    found: dict[str, _Kind] = {}
    for kind, entry in things:
        fault = unmet_requirement(kind, entry.package)
        if fault is None and kind.word in found:
            fault = f"the word `{kind.word}` is taken by {entries[found[kind.word].module]}; give it another one"
        if fault is None and not _compiles(kind):
            fault = f"the settings of `{kind.word}` make no schema; each alternative needs a type of its own"
        if fault is not None:
            faults.append(fault_of(entry, fault))
            continue
        found[kind.word] = kind
        entries[kind.module] = entry
    return found


def _compiles(kind: StoreKind | TargetKind) -> bool:
    """Whether the shape check can be made of the schema with this kind in it."""
    words = Words({kind.word: kind}) if isinstance(kind, StoreKind) else Words(targets={kind.word: kind})
    import json  # noqa: PLC0415 - few projects have plugins

    try:
        json.dumps(_environment(words))  # as `kmconfig schema` prints it
        check_shape(Value({}, ()), _environment(words), broken=set(), file=SourceFile(kind.word, ""))
    except Exception:  # noqa: BLE001 - the package's own data may be of any form
        return False
    return True


def _schemas(words: Words) -> dict[str, Schema]:
    return {"environment": _environment(words), "project": _project(words)}


def _environment(words: Words) -> Schema:
    schema = load_schema("environment")
    blocks = {word: _store_block(kind) for word, kind in words.stores.items() if kind.settings}
    targets = {word: _block(kind) for word, kind in words.targets.items()}
    properties = schema["properties"]
    return {
        **schema,
        "properties": {
            **properties,
            "stores": _with_properties(properties["stores"], blocks),
            "target": _with_properties(properties["target"], targets),
        },
        "$defs": {
            **schema["$defs"],
            "secret": _secret(schema["$defs"]["secret"], words.stores),
            "complete": _complete(schema["$defs"]["complete"], words.stores),
        },
    }


def _with_properties(schema: Schema, more: Mapping[str, Schema]) -> Schema:
    return {**schema, "properties": {**schema["properties"], **more}}


def _block(kind: StoreKind | TargetKind) -> Schema:
    block: Schema = {
        "title": kind.title,
        "description": kind.description,
        "type": "object",
        "additionalProperties": False,
        "properties": dict(kind.settings),
    }
    return {**block, "required": list(kind.required)} if kind.required else block


def _store_block(kind: StoreKind) -> Schema:
    """Layers may each give a part of it, or take it back, so that nothing is required of one file."""
    block = {key: value for key, value in _block(kind).items() if key != "required"}
    return {**block, "type": ["object", "null"]}


def _secret(schema: Schema, stores: Mapping[str, StoreKind]) -> Schema:
    sources = (*OWN_SOURCES, *stores)
    return {
        **_with_properties(schema, {word: _name(kind) for word, kind in stores.items()}),
        "description": "Where the secret lies, never the secret itself. Exactly one source: "
        f"{', '.join(sources[:-1])} or {sources[-1]}.",
        "oneOf": [{"required": [source]} for source in sources],
    }


def _name(kind: StoreKind) -> Schema:
    """What stands behind the word of a store in a reference."""
    texts: Schema = {"title": kind.title, "description": kind.description, "examples": [kind.example]}
    if kind.pattern is None:
        return {**texts, "$ref": "#/$defs/word"}
    form = {"type": "string", "maxLength": 1000, "pattern": kind.pattern}
    return {**texts, **form, "patternErrorMessage": f"must {kind.expected}"}


def _complete(schema: Schema, stores: Mapping[str, StoreKind]) -> Schema:
    blocks = {word: {"required": list(kind.required)} for word, kind in stores.items() if kind.required}
    return _with_properties(schema, {"stores": {"properties": blocks}}) if blocks else schema


def _project(words: Words) -> Schema:
    schema = load_schema("project")
    sources = [*OWN_SOURCES, *words.stores]
    policy = schema["properties"]["policy"]
    by_tier = policy["properties"]["secret_sources"]
    tiers: dict[str, Any] = {
        tier: {**lists, "items": {**lists["items"], "enum": sources}} for tier, lists in by_tier["properties"].items()
    }
    allowed = _with_properties(policy, {"secret_sources": {**by_tier, "properties": tiers}})
    return _with_properties(schema, {"policy": allowed})


def _secrets(words: Words) -> Iterable[tuple[str, str, str]]:
    """The settings of blocks whose value may be a reference, by their paths."""
    found = [(("stores", kind.word), kind.settings) for kind in words.stores.values()]
    found += [(("target", kind.word), kind.settings) for kind in words.targets.values()]
    for path, settings in found:
        yield from ((*path, name) for name, schema in settings.items() if schema.get("$ref") in SECRET_FORMS)
