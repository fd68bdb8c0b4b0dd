"""What a compiled schema checks: one function for each kind of data and each of the keywords in use."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from kmconfig.environment import shape_messages as say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kmconfig.source.value import Value

    Check = Callable[[Value[Any], say.Run], None]
    Schema = dict[str, Any]


#: A fleet says the same things again and again: so many sound texts are remembered for each setting.
_REMEMBERED = 1000


class Node:
    """A compiled schema: a check for each type of data that it allows.

    ``secret`` is set where nothing but a secret reference is due.
    """

    __slots__ = ("checks", "schema", "secret")

    def __init__(self, schema: Schema, *, secret: bool = False) -> None:
        self.schema = schema
        self.secret = secret
        self.checks: dict[type, Check] = {}


def walk(node: Node, value: Value[Any], run: say.Run) -> None:
    """Hold a value against a node; what is wrong goes to the run."""
    check = node.checks.get(type(value.data))
    if check is None:
        say.wrong_type(run, value, secret=node.secret)
    else:
        check(value, run)


def accept(_value: Value[Any], _run: say.Run) -> None:
    """Everything of this type is fine."""


def sequence(first: Check, others: list[Check]) -> Check:
    def check(value: Value[Any], run: say.Run) -> None:
        first(value, run)
        for other in others:
            other(value, run)

    return check


def every(node: Node) -> Check:
    return lambda value, run: walk(node, value, run)


def conditional(condition: Schema, consequence: Node) -> Check:
    """``if`` and ``then``; the condition may ask for keys and for their exact values."""
    required = condition.get("required", ())
    wanted = {name: part["const"] for name, part in condition.get("properties", {}).items()}

    def check(value: Value[Any], run: say.Run) -> None:
        data = value.data
        if not isinstance(data, dict) or not all(name in data for name in required):
            return
        if all(data[name].data == item for name, item in wanted.items() if name in data):
            walk(consequence, value, run)

    return check


def listed_check(node: Node, kind: type, items: Iterable[Any]) -> Check:
    allowed = frozenset(item for item in items if type(item) is kind)

    def check(value: Value[Any], run: say.Run) -> None:
        if value.data not in allowed:
            say.not_listed(run, value, node.schema)

    return check


def text_check(node: Node, schema: Schema) -> Check:
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength", 1 << 30)
    pattern: str = schema.get("pattern", "")
    search: Callable[[str], object] | None = None
    known: set[str] = set()

    def check(value: Value[Any], run: say.Run) -> None:
        nonlocal search
        if value.data in known:
            return
        if search is None:  # most files need few of the patterns, and compiling one takes a millisecond
            search = re.compile(python_pattern(pattern)).search
        if not shortest <= len(value.data) <= longest:
            say.bad_length(run, value, node.schema)
        elif search(value.data) is None:
            say.bad_text(run, value, node.schema)
        elif len(known) < _REMEMBERED:
            known.add(value.data)

    return check


def python_pattern(pattern: str) -> str:
    """An ECMA-262 pattern for :mod:`re`, whose ``$`` would let a line end pass."""
    return pattern.replace("$", r"\Z")


def number_check(node: Node, schema: Schema) -> Check:
    lowest, highest = schema.get("minimum", float("-inf")), schema.get("maximum", float("inf"))

    def check(value: Value[Any], run: say.Run) -> None:
        if not lowest <= value.data <= highest:
            say.out_of_range(run, value, node.schema)

    return check


def list_check(node: Node, schema: Schema, items: Node | None) -> Check:
    fewest, most = schema.get("minItems", 0), schema.get("maxItems", 1 << 30)
    unique = schema.get("uniqueItems", False)

    def check(value: Value[Any], run: say.Run) -> None:
        if not fewest <= len(value.data) <= most:
            say.bad_count(run, value, node.schema)
            return
        if items is not None:
            for item in value.data:
                walk(items, item, run)
        if unique and len(value.data) > 1:
            say.duplicates(run, value)

    return check


def mapping_check(node: Node, properties: dict[str, Node], rest: Node | None, *, closed: bool) -> Check:
    """Every key known, every value sound, nothing missing and not too much."""
    find, names = properties.get, list(properties)
    always, when_known = (_mapping_rules(node, table) for table in (_ALWAYS, _WHEN_KNOWN))

    def check(value: Value[Any], run: say.Run) -> None:
        unknown: list[Value[Any]] = []
        for key, child in value.data.items():
            known = find(key, rest)
            if known is None:
                if closed:
                    unknown.append(child)
                continue
            test = known.checks.get(type(child.data))
            if test is None:
                say.wrong_type(run, child, secret=known.secret)
            elif test is not accept:
                test(child, run)
        for child in unknown:
            say.unknown_key(run, names, value, child)
        for rule in always if unknown else (*always, *when_known):
            rule(value, run)

    return check


def _mapping_rules(node: Node, table: dict[str, Callable[[Node, Any], Check]]) -> list[Check]:
    return [make(node, node.schema[word]) for word, make in table.items() if word in node.schema]


def _required(node: Node, names: list[str]) -> Check:
    def check(value: Value[Any], run: say.Run) -> None:
        for name in names:
            if name not in value.data:
                say.missing(run, value, node.schema, name)

    return check


def _exactly_one(node: Node, branches: list[Schema]) -> Check:
    names = frozenset(name for branch in branches for name in branch["required"])

    def check(value: Value[Any], run: say.Run) -> None:
        present = [child for key, child in value.data.items() if key in names]
        if len(present) > 1:
            say.too_many(run, value, present)
        elif not present:
            say.none_of(run, value, [name for name in node.schema["properties"] if name in names])

    return check


def _at_least_one(_node: Node, branches: list[Schema]) -> Check:
    names = [name for branch in branches for name in branch["required"]]

    def check(value: Value[Any], run: say.Run) -> None:
        if not any(name in value.data for name in names):
            say.none_of(run, value, names)

    return check


def _dependent(node: Node, needs: dict[str, list[str]]) -> Check:
    def check(value: Value[Any], run: say.Run) -> None:
        for name, others in needs.items():
            if name in value.data:
                for other in others:
                    if other not in value.data:
                        say.missing(run, value, node.schema, other, because=value.data[name])

    return check


def _fewest(node: Node, count: int) -> Check:
    def check(value: Value[Any], run: say.Run) -> None:
        if len(value.data) < count:
            say.none_of(run, value, list(node.schema.get("properties", ())))

    return check


def _most(_node: Node, count: int) -> Check:
    def check(value: Value[Any], run: say.Run) -> None:
        if len(value.data) > count:
            say.too_many(run, value, list(value.data.values()))

    return check


_ALWAYS: Final[dict[str, Callable[[Node, Any], Check]]] = {
    "required": _required,
    "dependentRequired": _dependent,
}
#: what a mistyped key would set off as well
_WHEN_KNOWN: Final[dict[str, Callable[[Node, Any], Check]]] = {
    "oneOf": _exactly_one,
    "anyOf": _at_least_one,
    "minProperties": _fewest,
    "maxProperties": _most,
}
