"""The published schemas are sound, complete for people, and keep to the keywords that the shape check knows."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path as Folder
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from kmconfig.environment.defaults import default_of
from kmconfig.environment.schemas import SCHEMA_NAMES, load_schema, schema_text
from kmconfig.environment.shape_checks import python_pattern
from kmconfig.environment.shape_names import resolve, schemas_at
from kmconfig.errors import UsageError
from tests.environment.results import RESULTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.source.value import Path

KEYWORDS = {
    *("$schema", "$id", "$ref", "$defs", "title", "description", "default", "examples", "patternErrorMessage"),
    *("errorMessage", "type", "enum", "const", "properties", "required", "additionalProperties", "minProperties"),
    *("maxProperties", "items", "minItems", "maxItems", "uniqueItems", "minLength", "maxLength", "pattern", "minimum"),
    *("maximum", "oneOf", "anyOf", "allOf", "if", "then", "dependentRequired"),
}
NAMED = ("properties", "$defs")
LISTED = ("oneOf", "anyOf", "allOf")
SINGLE = ("items", "additionalProperties", "if", "then")
FOR_PEOPLE = ("environment", "project")


def walk(schema: dict[str, Any], path: Path = ()) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every schema within a schema, with its way through the keywords."""
    yield path, schema
    for word in NAMED:
        for name, child in schema.get(word, {}).items():
            yield from walk(child, (*path, word, name))
    for word in LISTED:
        for index, child in enumerate(schema.get(word, ())):
            yield from walk(child, (*path, word, index))
    for word in SINGLE:
        if isinstance(schema.get(word), dict):
            yield from walk(schema[word], (*path, word))


def settings(schema: dict[str, Any]) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The properties that people fill in."""
    for path, part in walk(schema):
        if len(path) > 1 and path[-2] == "properties" and "complete" not in path:
            yield path, part


@pytest.mark.parametrize("name", SCHEMA_NAMES)
def test_a_schema_is_a_schema(name: str) -> None:
    schema = load_schema(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"].endswith("/" + SCHEMA_NAMES[name])
    assert schema["title"]
    assert schema["description"]


@pytest.mark.parametrize("name", SCHEMA_NAMES)
def test_only_known_keywords_and_local_references(name: str) -> None:
    schema = load_schema(name)
    for path, part in walk(schema):
        assert part.keys() <= KEYWORDS, path
        assert ("if" in part) == ("then" in part), path
        if "if" in part:
            assert part["if"].keys() <= {"required", "properties"}, path
            assert all(child.keys() == {"const"} for child in part["if"].get("properties", {}).values()), path
        if "$ref" in part:
            assert re.fullmatch(r"#/\$defs/[a-z_]+", part["$ref"]), path
            assert resolve(schema, part), path


@pytest.mark.parametrize("name", SCHEMA_NAMES)
def test_every_result_has_an_example_that_is_tested(name: str) -> None:
    assert name in RESULTS or name in FOR_PEOPLE


@pytest.mark.parametrize("name", SCHEMA_NAMES)
def test_objects_are_closed_but_receipts(name: str) -> None:
    for path, part in walk(load_schema(name)):
        closed = "additionalProperties" in part or part.get("type") != "object" or "properties" not in part
        assert closed or name == "receipt", path


@pytest.mark.parametrize("name", SCHEMA_NAMES)
def test_patterns_hold_everywhere_and_explain_themselves(name: str) -> None:
    for path, part in walk(load_schema(name)):
        if "pattern" not in part:
            continue
        pattern = part["pattern"]
        re.compile(pattern)
        assert part["patternErrorMessage"].startswith("must be "), path
        assert pattern.startswith("^"), path
        assert pattern.endswith("$"), path
        assert "\\$" not in pattern, path  # the shape check reads every `$` as the end of the text
        assert "[$" not in pattern, path
        assert not re.search(r"\\[dwsDWSbBAZzpP]", pattern), path  # these differ between languages
        assert not re.search(r"\\[^u.\[\]]", pattern), path  # ECMA-262 with `u` knows no needless escapes


def test_no_pattern_takes_long_for_hostile_text() -> None:
    """A pattern that looks at each pair of characters would need hours for these."""
    starts = ("", "[", "https://", "imaps://", "/", "a@", "a#")
    texts = [
        start + unit * 100_000 + "\x07"
        for start in starts
        for unit in ("a", "1.", "a@", "/a", " ", "a-", "a:", ":", "a.")
    ]
    patterns = {part["pattern"] for name in SCHEMA_NAMES for _, part in walk(load_schema(name)) if "pattern" in part}
    for pattern in patterns:
        search = re.compile(python_pattern(pattern)).search
        assert not any(search(text) for text in texts), pattern


@pytest.mark.parametrize("name", FOR_PEOPLE)
def test_every_setting_is_described(name: str) -> None:
    schema = load_schema(name)
    for path, part in settings(schema):
        assert part.get("title"), path
        assert part.get("description", "").endswith("."), path
        whole = resolve(schema, part)
        if "properties" not in whole:
            assert whole.get("examples"), path


@pytest.mark.parametrize("name", FOR_PEOPLE)
def test_text_has_a_longest_length(name: str) -> None:
    for path, part in walk(load_schema(name)):
        if "pattern" in part:
            assert part.get("maxLength", 0) > 0, path


@pytest.mark.parametrize("name", FOR_PEOPLE)
def test_defaults_and_examples_are_sound(name: str) -> None:
    schema = load_schema(name)
    for path, part in walk(schema):
        validator = jsonschema.Draft202012Validator({**part, "$defs": schema["$defs"]})
        for example in (*part.get("examples", ()), *([part["default"]] if "default" in part else ())):
            assert validator.is_valid(example), (path, example)


def test_layers_may_take_back_any_setting() -> None:
    schema = load_schema("environment")
    kept = {"version", "extends", "tier"}

    def check(part: dict[str, Any], path: Path) -> None:
        for name, child in part["properties"].items():
            validator = jsonschema.Draft202012Validator({**child, "$defs": schema["$defs"]})
            assert validator.is_valid(None) != (not path and name in kept), (*path, name)
            if "properties" in child and name not in {"target", "auth"}:
                check(child, (*path, name))

    check(schema, ())
    assert schema["required"] == ["version"]


def test_only_the_version_is_needed_in_a_layer() -> None:
    assert jsonschema.Draft202012Validator(load_schema("environment")).is_valid({"version": 1})


def test_defaults_are_the_ones_in_use() -> None:
    schema = load_schema("environment")
    for path, part in settings(schema):
        setting = tuple(name for word, name in zip(path[::2], path[1::2], strict=False) if word == "properties")
        if setting[0] in {"application", "email"} and path[0] != "$defs":
            assert part.get("default") == default_of(setting), setting


def test_secrets_are_references_only() -> None:
    schema = load_schema("environment")
    for path in [("email", "smtp", "password"), ("email", "mailgun", "api_key"), ("target", "settings_api", "api_key")]:
        assert schemas_at(schema, path)[1]
        validator = jsonschema.Draft202012Validator({**schemas_at(schema, path)[0][0], "$defs": schema["$defs"]})
        assert not validator.is_valid("text")


def test_an_unknown_schema_is_named() -> None:
    with pytest.raises(UsageError) as caught:
        schema_text("environments")
    assert "environment" in (caught.value.help or "")


def test_an_installed_package_finds_its_schemas(tmp_path: Folder) -> None:
    root = Folder(__file__).parents[2]
    package = tmp_path / "kmconfig"
    shutil.copytree(root / "schema", package / "schema")
    for name in ("errors.py", "environment/__init__.py", "environment/schemas.py"):
        (package / name).parent.mkdir(exist_ok=True)
        shutil.copy(root / "kmconfig" / name, package / name)
    program = "from kmconfig.environment.schemas import schema_text; print(schema_text('plan'), end='')"
    call = [sys.executable, "-E", "-c", program]
    printed = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert printed == schema_text("plan")
