"""Which setting was meant: the schema by path, near misses of keys and words, keys that belong elsewhere."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kmconfig.source.value import Path

    Schema = dict[str, Any]

REFERENCE_TITLE: Final = "Secret reference"
_SECRET_WORDS: Final = (
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "privatekey",
    "credential",
)
_LONGEST_WORD: Final = 40

#: what people call settings elsewhere; counts only where the setting on the right is known
_OTHER_NAMES: Final = {
    "mailer": "driver",
    "transport": "driver",
    "from": "sender",
    "hostname": "host",
    "server": "host",
    "user": "username",
    "login": "username",
    "pass": "password",
    "security": "encryption",
    "secure": "encryption",
    "scheme": "encryption",
    "address": "email",
    "key": "api_key",
    "to": "recipients",
    "environment": "tier",
    "stage": "tier",
    "inherits": "extends",
}
_OTHER_WORDS: Final = {
    "starttls": "tls",
    "smtps": "ssl",
    "implicit": "ssl",
    "off": "none",
    "no": "none",
    "false": "none",
    "plain": "none",
    "dev": "development",
    "local": "development",
    "stage": "staging",
    "prod": "production",
    "live": "production",
    "docker": "container",
    "kubernetes": "container",
    "amazonses": "ses",
    "postal": "smtp",
}


def resolve(root: Schema, schema: Schema) -> Schema:
    """The schema with what its ``$ref`` chain says; words nearer to the setting win."""
    while "$ref" in schema:
        target: Any = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        schema = {**target, **{key: item for key, item in schema.items() if key != "$ref"}}
    return schema


def schemas_at(root: Schema, path: Path) -> tuple[list[Schema], bool]:
    """All schemas that speak of a path, and whether it is a secret reference or lies inside one."""
    found = list(_spread(root, root))
    secret = False
    for part in path:
        steps = (_step(schema, part) for schema in found)
        found = [schema for step in steps if step is not None for schema in _spread(root, step)]
        secret = secret or any(schema.get("title") == REFERENCE_TITLE for schema in found)
    return found, secret


def _step(schema: Schema, part: str | int) -> Schema | None:
    if isinstance(part, int):
        step: Schema | bool | None = schema.get("items")
    else:
        step = schema.get("properties", {}).get(part, schema.get("additionalProperties"))
    return step if isinstance(step, dict) else None


def _spread(root: Schema, schema: Schema) -> Iterator[Schema]:
    yield schema
    if "$ref" in schema:
        yield from _spread(root, resolve(root, {"$ref": schema["$ref"]}))
    for word in ("anyOf", "oneOf"):
        for branch in schema.get(word, ()):
            yield from _spread(root, branch)


def example_of(root: Schema, path: Path) -> Any:
    """What could stand at a path: the setting's own example or default, or None."""
    schemas = schemas_at(root, path)[0]
    for schema in schemas:
        if "examples" in schema:
            return schema["examples"][0]
    return next((schema["default"] for schema in schemas if "default" in schema), None)


def sounds_secret(key: str | int) -> bool:
    """Whether what stands under such a key may be a secret, wherever the key stands."""
    text = squash(str(key))
    return text.endswith(("pass", "key")) or any(word in text for word in _SECRET_WORDS)


def squash(key: str) -> str:
    """A key without what people vary: case, hyphens and underscores."""
    return key.lower().replace("_", "").replace("-", "")


def meant_key(key: str, names: Sequence[str]) -> str | None:
    """The known key of this level that was surely meant: written another way, cut, or called so elsewhere."""
    text = squash(key)
    for name in names:
        if squash(name) == text:
            return name
    other = _OTHER_NAMES.get(text)
    if other in names:
        return other
    longer = [name for name in names if len(text) > 3 and squash(name).startswith(text)]
    return longer[0] if len(longer) == 1 else None


def meant_word(word: str, words: Sequence[str]) -> str | None:
    """The allowed word that was meant."""
    other = _OTHER_WORDS.get(squash(word))
    return other if other in words else nearest(squash(word), words)


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The word that fewest slips away, one for short words and two for long; None if all are farther."""
    if len(word) > _LONGEST_WORD:
        return None
    best, limit = None, 1 if len(word) < 7 else 2
    for candidate in words:
        if len(candidate) < 3 or abs(len(candidate) - len(word)) > limit:
            continue
        distance = _distance(word.lower(), candidate)
        if distance <= limit and distance < len(candidate) - 1:
            best, limit = candidate, distance - 1
    return best


def _distance(one: str, other: str) -> int:
    """Letters wrong, missing, doubled or swapped with their neighbour."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for index, letter in enumerate(one):
        above, row, older = row, [index + 1], before
        before = above
        for column, match in enumerate(other):
            cost = min(above[column + 1] + 1, row[column] + 1, above[column] + (letter != match))
            if index and column and letter == other[column - 1] and one[index - 1] == match:
                cost = min(cost, older[column - 1] + 1)
            row.append(cost)
    return row[-1]


def home_of(root: Schema, key: str, parent: Path) -> Path | None:
    """Where a key belongs that is not known at ``parent``: the place with most of the way in common.

    ``sender_email`` is the ``email`` of ``sender``. Another part of the file is too far away to be meant.
    """
    text = squash(key)
    homes = [
        path
        for path in _settings(root, root, ())
        if text in (squash(str(path[-1])), squash("".join(map(str, path[-2:])))) and parent[:1] in ((), path[:1])
    ]
    return max(homes, key=lambda path: (_shared(path, parent), -len(path)), default=None)


def _shared(path: Path, other: Path) -> int:
    return next((i for i, (a, b) in enumerate(zip(path, other, strict=False)) if a != b), min(len(path), len(other)))


def _settings(root: Schema, schema: Schema, path: Path) -> Iterator[Path]:
    for part in _spread(root, schema):
        if part.get("title") == REFERENCE_TITLE:
            return
        for name, child in part.get("properties", {}).items():
            yield (*path, name)
            yield from _settings(root, child, (*path, name))


def yaml_line(data: Any) -> str:
    """A scalar, list or mapping as YAML on one line, for examples in messages."""
    if isinstance(data, dict):
        return "{" + ", ".join(f"{key}: {yaml_line(item)}" for key, item in data.items()) + "}"
    if isinstance(data, list):
        return "[" + ", ".join(yaml_line(item) for item in data) + "]"
    if isinstance(data, str) and data and not set(data) & set(" {}[],\"'&*!|>%`"):
        return data if ": " not in data and not data.startswith(("#", "-", "@")) else json.dumps(data)
    return json.dumps(data, ensure_ascii=False)
