"""The shape check and the ``jsonschema`` library agree on thousands of damaged documents.

Two differences are meant. The library takes ``587.0`` for an integer, which the shape check does not; and it
reads ``$`` as Python does, which lets a line end pass, while editors and the shape check read it as ECMA-262
says. The oracle here is the library with both put right.
"""

from __future__ import annotations

import copy
import json
import random
import re
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from jsonschema import validators

from kmconfig.environment.schemas import load_schema
from kmconfig.environment.shape import check_shape
from kmconfig.environment.shape_checks import python_pattern
from kmconfig.source.parser import parse
from kmconfig.source.span import SourceFile
from tests.environment.documents import ENVIRONMENT, LOGINS, PROJECT, TARGETS
from tests.environment.results import RESULTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.source.value import Path

MUTANTS = 2000
SCALARS: list[Any] = [
    *(None, True, False, 0, 1, 2, -1, 25, 65536, 1.5, 587.0, "", " ", "x", "587", "1", "tls", "TLS", "off", "auto"),
    *(
        "a@acme.example",
        "a@b@c",
        "https://a.example",
        "ftp://a",
        "a.example",
        "a b",
        "-a.example",
        "::1",
        "[::1]",
        ":::",
    ),
    *("1.2.3", "10.0.0.1", "30s", "0s", "30s\n", "a/b#c", "/a", "../a#b", "a\x07b", "a\u202eb", "a\nb", "ä", "😀"),
    *("x" * 64, "x" * 65, "x" * 300, "A_B", "9A", "arn:aws:iam::123456789012:role/x", [], {}, [[]], [""], {"env": "X"}),
    *({"env": "X", "vault": "a#b"}, {"max_age": "1d"}, {"vault": "a#b"}, ["x", "x"], [1, 1], {"x": 1}),
]
UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")


def _pattern(_validator: Any, pattern: str, instance: Any, _schema: Any) -> Iterator[jsonschema.ValidationError]:
    if isinstance(instance, str) and not re.search(python_pattern(pattern), instance):
        yield jsonschema.ValidationError("does not match")


def _is_integer(_checker: Any, instance: Any) -> bool:
    return isinstance(instance, int) and not isinstance(instance, bool)


Library: Any = jsonschema.Draft202012Validator
_extend: Any = validators.extend
Oracle: Any = _extend(
    Library, {"pattern": _pattern}, type_checker=Library.TYPE_CHECKER.redefine("integer", _is_integer)
)


def containers(data: Any, path: Path = ()) -> Iterator[tuple[Any, Path]]:
    if isinstance(data, (dict, list)):
        yield data, path
        for key, child in data.items() if isinstance(data, dict) else enumerate(data):
            yield from containers(child, (*path, key))


def damage(data: Any, dice: random.Random) -> None:
    """Change one thing, somewhere."""
    places = [place for place, _ in containers(data)]
    place = dice.choice(places)
    keys = list(place) if isinstance(place, dict) else list(range(len(place)))
    if not keys or dice.random() < 0.1:
        _add(place, dice)
        return
    key: Any = dice.choice(keys)
    action = dice.randrange(6)
    if action == 0:
        del place[key]
    elif action == 1 and isinstance(place, dict):
        place[dice.choice((key[:-1], key + "s", key.upper(), "host", "env", "path"))] = place.pop(key)
    elif action == 2 and isinstance(place[key], str):
        text = place[key]
        place[key] = dice.choice((text + "\n", " " + text, text.upper(), text + "/", text[1:], text + "\x85", text * 9))
    elif action == 3:
        place[key] = [copy.deepcopy(place[key])]
    elif action == 4:
        place[key] = copy.deepcopy(dice.choice([item for other in places for item in _children(other)]))
    else:
        place[key] = copy.deepcopy(dice.choice(SCALARS))


def _children(place: Any) -> list[Any]:
    return list(place.values() if isinstance(place, dict) else place)


def _add(place: Any, dice: random.Random) -> None:
    item = copy.deepcopy(dice.choice(SCALARS))
    if isinstance(place, list):
        place.insert(0, item)
    else:
        place[dice.choice(("extra", "env", "version", "vault", "jwt", "file", "secret_id", "tier"))] = item


def clean(data: Any, schema: dict[str, Any], definition: str | None = None) -> bool:
    text = json.dumps(data, ensure_ascii=False)
    text = UNPRINTABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", text)
    document = parse(SourceFile("document.yaml", text))
    assert document.root is not None
    assert not document.problems
    assert document.root.plain() == data
    return not check_shape(document.root, schema, broken=set(), definition=definition)


def mutants(originals: list[Any], count: int) -> Iterator[Any]:
    dice = random.Random(20240115)  # noqa: S311 - the same mutants every time
    for number in range(count):
        data = copy.deepcopy(originals[number % len(originals)])
        for _ in range(dice.choice((1, 1, 1, 2, 3))):
            damage(data, dice)
        yield data


def agree(oracle: Any, schema: dict[str, Any], originals: list[Any], count: int, definition: str | None = None) -> int:
    """Hold both against each other; how many of the mutants were sound."""
    sound = 0
    for data in mutants(originals, count):
        valid = oracle.is_valid(data)
        assert clean(data, schema, definition) == valid, json.dumps(data)
        sound += valid
    return sound


ENVIRONMENTS = [
    *({**ENVIRONMENT, "target": target} for target in TARGETS),
    *({"version": 1, "stores": {"vault": {"auth": login}}, "target": TARGETS[0]} for login in LOGINS),
]


@pytest.mark.parametrize("original", ENVIRONMENTS)
def test_whole_documents_are_sound(original: dict[str, Any]) -> None:
    schema = load_schema("environment")
    assert clean(original, schema)
    assert Library(schema).is_valid(original)


def test_environments_agree() -> None:
    schema = load_schema("environment")
    sound = agree(Oracle(schema), schema, ENVIRONMENTS, MUTANTS)
    assert MUTANTS * 0.05 < sound < MUTANTS * 0.6


def test_merged_environments_agree() -> None:
    schema = load_schema("environment")
    whole = {"$ref": "#/$defs/complete", "$defs": schema["$defs"]}
    drivers = [
        {**ENVIRONMENT, "email": {**ENVIRONMENT["email"], "driver": name}} for name in ("smtp", "mailgun", "ses")
    ]
    small = [{"version": 1, "email": {"driver": "ses", "sender": {"email": "a"}, "ses": {"region": "x"}}}]
    sound = agree(Oracle(whole), schema, drivers + small * 9, MUTANTS, "complete")
    assert 0 < sound < MUTANTS


def test_project_files_agree() -> None:
    schema = load_schema("project")
    assert 0 < agree(Oracle(schema), schema, [PROJECT], MUTANTS) < MUTANTS


@pytest.mark.parametrize("name", RESULTS)
def test_results_agree(name: str) -> None:
    schema = load_schema(name)
    assert Library(schema).is_valid(RESULTS[name])
    assert 0 < agree(Oracle(schema), schema, [RESULTS[name]], 200) < 200


@pytest.mark.parametrize(
    "data", [{"version": 1.0}, {"version": 1, "email": {"smtp": {"port": 587.0}}}, {"version": 1, "owner": "me\n"}]
)
def test_the_differences_that_are_meant(data: dict[str, Any]) -> None:
    schema = load_schema("environment")
    assert Library(schema).is_valid(data) or data.get("owner")
    assert not Oracle(schema).is_valid(data)
    assert not clean(data, schema)
