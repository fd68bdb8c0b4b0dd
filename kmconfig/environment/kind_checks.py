"""What is asked of the kinds of stores and targets that packages bring, before their words count."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Final, TypeAlias

from kmconfig.environment.schemas import load_schema
from kmconfig.environment.shape_checks import python_pattern
from kmconfig.environment.words import SECRET_FORMS, StoreKind, TargetKind

Kind: TypeAlias = StoreKind | TargetKind

_WORD: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_MODULE: Final = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
_LONGEST: Final = 40

#: The keywords that blocks may use, with the types of their values.
_KEYWORDS: Final[dict[str, tuple[type, ...]]] = {
    **dict.fromkeys(("title", "description", "patternErrorMessage", "errorMessage", "pattern", "$ref"), (str,)),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), (int,)),
    **dict.fromkeys(("minimum", "maximum"), (int, float)),
    **dict.fromkeys(("enum", "required", "examples", "anyOf", "oneOf"), (list, tuple)),
    "type": (str, list, tuple),
    "uniqueItems": (bool,),
    "additionalProperties": (bool, dict),
    "properties": (dict,),
    "items": (dict,),
    "dependentRequired": (dict,),
    "const": (object,),
    "default": (object,),
}


def unmet_requirement(kind: Kind, package: str) -> str | None:
    """What a kind of store or target lacks, as a sentence with the remedy; None where it can be used."""
    for is_met, remedy in _REQUIREMENTS:
        if not is_met(kind):
            return f"`{kind.word}` {remedy}" if isinstance(kind.word, str) else remedy
    if kind.module.partition(".")[0] != package:
        return f"`{kind.word}` needs a `module` of the same package, `{package}`"
    return next(_faults_of_block(kind), None) or _pattern_fault(kind) or _example_fault(kind)


def _has_word(kind: Kind) -> bool:
    return isinstance(kind.word, str) and len(kind.word) <= _LONGEST and _WORD.fullmatch(kind.word) is not None


def _has_own_word(kind: Kind) -> bool:
    return kind.word not in published_names()


def _has_texts(kind: Kind) -> bool:
    texts = [kind.title, kind.description, *([kind.example, kind.expected] if isinstance(kind, StoreKind) else [])]
    return all(isinstance(text, str) and text.strip() and text.isprintable() for text in texts)


def _has_module(kind: Kind) -> bool:
    return isinstance(kind.module, str) and _MODULE.fullmatch(kind.module) is not None


def _has_settings(kind: Kind) -> bool:
    names = kind.settings if isinstance(kind.settings, Mapping) else (None,)
    return all(isinstance(name, str) and _WORD.fullmatch(name) is not None for name in names)


def _names_settings(kind: Kind) -> bool:
    named = (kind.required, *((kind.place,) if isinstance(kind, TargetKind) else ()))
    return all(isinstance(names, tuple) and set(names) <= kind.settings.keys() for names in named)


def _has_place(kind: Kind) -> bool:
    return isinstance(kind, StoreKind) or bool(kind.place)


_REQUIREMENTS: Final[tuple[tuple[Callable[[Kind], bool], str], ...]] = (
    (_has_word, "needs a word in lower case such as `acme_store`"),
    (_has_own_word, "is a word of the published schema; choose another one"),
    (_has_texts, "needs a title, a description and, as a store, an example, on one line each"),
    (_has_module, "needs the dotted name of a module"),
    (_has_settings, "needs `settings` that map names in lower case to their JSON Schemas"),
    (_names_settings, "names a setting under `required` or `place` that is not among its `settings`"),
    (_has_place, "needs a `place`: the settings that say where it writes"),
)


@cache
def published_names() -> frozenset[str]:
    """Every key of the published environment schema: a word that is one of them could be taken for it."""
    return frozenset(_names(load_schema("environment")))


def _names(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", ())
    for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from _names(part)


def _faults_of_block(kind: Kind) -> Iterator[str]:
    for name, schema in kind.settings.items():
        for fault in _faults(schema, may_be_secret=True):
            yield f"the setting `{name}` of `{kind.word}` {fault}"


def _faults(schema: Any, *, may_be_secret: bool = False) -> Iterator[str]:
    """What our compiler of schemas could not make of one."""
    if not isinstance(schema, dict):
        yield "has no JSON Schema"
        return
    for word, value in schema.items():
        if word not in _KEYWORDS:
            yield f"uses the keyword `{word}`, which is not among those that are supported"
        elif not isinstance(value, _KEYWORDS[word]):
            yield f"gives the keyword `{word}` a value of the wrong type"
        elif word == "pattern" and not _is_expression(value):
            yield "has a `pattern` that is no regular expression"
    yield from _fault_of_reference(schema.get("$ref"), may_be_secret=may_be_secret)
    for part in _parts(schema):
        yield from _faults(part)


def _fault_of_reference(target: Any, *, may_be_secret: bool) -> Iterator[str]:
    if not isinstance(target, str):
        return
    if target.removeprefix("#/$defs/") not in load_schema("environment")["$defs"]:
        yield f"refers to `{target}`, which the published schema does not define"
    elif target in SECRET_FORMS and not may_be_secret:
        yield "holds a reference to a secret inside, which only a setting of the block itself can be"


def _parts(schema: dict[str, Any]) -> Iterator[Any]:
    properties = schema.get("properties")
    yield from properties.values() if isinstance(properties, dict) else ()
    for word in ("items", "additionalProperties"):
        if isinstance(schema.get(word), dict):
            yield schema[word]
    for word in ("anyOf", "oneOf"):
        branches = schema.get(word)
        yield from branches if isinstance(branches, (list, tuple)) else ()


def _pattern_fault(kind: Kind) -> str | None:
    """None where a store's pattern is none, or a regular expression."""
    if not isinstance(kind, StoreKind) or kind.pattern is None or _is_expression(kind.pattern):
        return None
    return f"`{kind.word}` has a `pattern` that is no regular expression"


def _example_fault(kind: Kind) -> str | None:
    """None where a store's example is a name as its own pattern wants it."""
    if not isinstance(kind, StoreKind) or kind.pattern is None or re.search(python_pattern(kind.pattern), kind.example):
        return None
    return f"`{kind.word}` has an `example` that does not match its `pattern`"


def _is_expression(pattern: Any) -> bool:
    try:
        re.compile(python_pattern(pattern))
    except (re.error, AttributeError):
        return False
    return True
