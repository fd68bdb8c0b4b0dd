"""Layers over each other: deep for mappings, whole for the rest, and nothing forgotten of where it was."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmconfig.environment.merge import SECRET_SETTINGS, Merged, lookup, merge
from kmconfig.source.parser import Document, parse
from kmconfig.source.span import SourceFile, Span
from kmconfig.source.value import Value
from tests.source.properties import steady


def layer(text: str, name: str = "a.yaml") -> Document:
    return parse(SourceFile(name, text))


def layers(*texts: str) -> list[Document]:
    return [layer(text, f"{number}.yaml") for number, text in enumerate(texts)]


def merged(*texts: str) -> Merged:
    return merge(layers(*texts))


@pytest.mark.parametrize(
    ("texts", "plain"),
    [
        ([], {}),
        (["owner: a"], {"owner": "a"}),
        (["owner: a", "owner: b"], {"owner": "b"}),
        (["version: 1\ntier: production\nextends: x.yaml\nowner: a"], {"owner": "a"}),
        (["email: {version: 1, tier: x}"], {"email": {"version": 1, "tier": "x"}}),
        # mappings merge deep, lists and scalars replace
        (["email: {a: 1, b: 2}", "email: {b: 3, c: 4}"], {"email": {"a": 1, "b": 3, "c": 4}}),
        (["email: {a: {b: {c: 1}}}", "email: {a: {b: {d: 2}}}"], {"email": {"a": {"b": {"c": 1, "d": 2}}}}),
        (["a: [1, 2]", "a: [3]"], {"a": [3]}),
        (["a: [1, 2]", "a: []"], {"a": []}),
        (["a: {b: 1}", "a: []"], {"a": []}),
        (["a: [1]", "a: {b: 1}"], {"a": {"b": 1}}),
        (["a: {b: 1}", "a: {}"], {"a": {"b": 1}}),
        # null removes
        (["a: 1\nb: 2", "a: null"], {"b": 2}),
        (["a: {b: 1, c: 2}", "a: {b: ~}"], {"a": {"c": 2}}),
        (["a: {b: 1}", "a: ~"], {}),
        (["a: {b: 1}", "a: ~", "a: {c: 1}"], {"a": {"c": 1}}),
        (["a: ~", "b: {c: ~, d: 1}"], {"b": {"d": 1}}),
        # secret references, the target and a login replace whole
        (
            ["email: {smtp: {password: {env: A, max_age: 90d}}}", "email: {smtp: {password: {vault: b#c}}}"],
            {"email": {"smtp": {"password": {"vault": "b#c"}}}},
        ),
        (
            ["email: {smtp: {username: a}}", "email: {smtp: {username: {env: A}}}"],
            {"email": {"smtp": {"username": {"env": "A"}}}},
        ),
        (
            ["email: {smtp: {username: {env: A}}}", "email: {smtp: {username: a}}"],
            {"email": {"smtp": {"username": "a"}}},
        ),
        (["target: {file: {path: a}}", "target: {vault: {path: b}}"], {"target": {"vault": {"path": "b"}}}),
        (
            ["stores: {vault: {mount: a, auth: {jwt: {role: a}}}}", "stores: {vault: {auth: {token: {}}}}"],
            {"stores": {"vault": {"mount": "a", "auth": {"token": {}}}}},
        ),
        (["target: {file: {path: a}}", "target: ~"], {}),
        # what is no mapping is no layer
        (["a: 1", "[b]", "c"], {"a": 1}),
        (["a: 1", ""], {"a": 1}),
    ],
)
def test_merging(texts: list[str], plain: object) -> None:
    assert merged(*texts).root.plain() == plain


@pytest.mark.parametrize("path", sorted(map(str, SECRET_SETTINGS)))
def test_a_secret_reference_is_never_mixed_of_two(path: str) -> None:
    keys = next(found for found in SECRET_SETTINGS if str(found) == path)
    texts = [
        "".join(f"{{{key}: " for key in keys) + reference + "}" * len(keys) for reference in ("{env: A}", "{file: b}")
    ]
    found = lookup(merged(*texts).root, keys)
    assert found is not None
    assert found.plain() == {"file": "b"}


def test_origins_and_what_they_override() -> None:
    root = merged("a: 1\nb: {c: 1}", "\nb: {c: 2}", "x: 1", "\n\nb: {c: 3, d: 4}").root
    value = lookup(root, ("b", "c"))
    assert value is not None
    assert (str(value.span), str(value.key_span)) == ("3.yaml:3:8", "3.yaml:3:5")
    assert [(over.data, str(over.span)) for over in value.overrides] == [(2, "1.yaml:2:8"), (1, "0.yaml:2:8")]
    mapping = lookup(root, ("b",))
    assert mapping is not None
    assert [str(over.span) for over in mapping.overrides] == ["1.yaml:2:4", "0.yaml:2:4"]
    untouched = lookup(root, ("a",))
    assert untouched is not None
    assert (str(untouched.span), untouched.overrides) == ("0.yaml:1:4", ())


def test_merging_leaves_the_layers_alone() -> None:
    documents = layers("a: {b: 1, c: [1]}\ntarget: {file: {path: x}}", "a: {b: 2, d: *x}\ntarget: {file: {path: *x}}")
    before = [document.root.plain() for document in documents if document.root is not None]
    merge(documents).root.data["a"].data["new"] = Value(1, ("a", "new"))
    assert [document.root.plain() for document in documents if document.root is not None] == before


@pytest.mark.parametrize(
    ("texts", "plain", "broken"),
    [
        # what is refused is not there, nor what it may have replaced
        (["a: *x\nb: 1"], {"b": 1}, {("a",)}),
        (["a: 1", "a: *x"], {}, {("a",)}),
        (["a: {b: 1, c: 2}", "a: {b: !x 1}"], {"a": {"c": 2}}, {("a", "b")}),
        (["a: {b: 1}\na: {c: 1}\nd: 1"], {"d": 1}, {(), ("a",)}),
        (["target: {file: {path: !x a, b: 1}}"], {"target": {"file": {"b": 1}}}, {("target", "file", "path")}),
        # an open mapping is there
        (["a: {<<: {x: 1}, b: 1}"], {"a": {"b": 1}}, {("a",)}),
        # later layers say it anew, or remove it, or know no better
        (["a: *x", "a: 1"], {"a": 1}, set()),
        (["a: *x", "a: ~"], {}, set()),
        (["a: {b: *x}", "a: ~"], {}, set()),
        (["a: {b: *x}", "a: 1"], {"a": 1}, set()),
        (["a: {b: *x}", "a: {c: 1}"], {"a": {"c": 1}}, {("a", "b")}),
        (["a: {b: *x}", "a: {b: {c: 1}}"], {"a": {"b": {"c": 1}}}, {("a", "b")}),
        (["a: [1, *x]", "a: [1, 2]"], {"a": [1, 2]}, set()),
        (["target: {file: {path: *x}}", "target: {vault: {path: a}}"], {"target": {"vault": {"path": "a"}}}, set()),
        (
            ["email: {smtp: {password: {env: *x}}}", "email: {smtp: {password: {env: A}}}"],
            {"email": {"smtp": {"password": {"env": "A"}}}},
            set(),
        ),
        (["a: *x", "b: 1", "a: *y"], {"b": 1}, {("a",)}),
    ],
)
def test_what_is_refused(texts: list[str], plain: object, broken: object) -> None:
    found = merged(*texts)
    assert (found.root.plain(), found.broken) == (plain, broken)


def test_below_a_broken_path_nothing_absent_is_known() -> None:
    found = merged("a: *x\nb: {c: *x}")
    known = {("b",), ("b", "d"), ("c",), ()}
    unknown = {("a",), ("a", "z"), ("b", "c"), ("b", "c", "z")}
    assert {path for path in known | unknown if found.unknown(path)} == unknown


def test_lookup() -> None:
    root = merged("a: {b: [1, {c: 2}]}").root
    assert lookup(root, ()) is root
    assert [value and value.plain() for value in (lookup(root, ("a", "b", 0)), lookup(root, ("a", "b", 1, "c")))] == [
        1,
        2,
    ]
    for path in [("x",), ("a", "x"), ("a", "b", 2), ("a", "b", -1), ("a", "b", "0"), ("a", "b", 0, "x"), (0,)]:
        assert lookup(root, path) is None


_KEYS = st.sampled_from("abc")
_LEAVES = st.integers(0, 9) | st.lists(st.integers(0, 3), max_size=2) | st.sampled_from(("x", "y"))


def trees(*, nulls: bool) -> st.SearchStrategy[dict[str, Any]]:
    leaves = _LEAVES | st.none() if nulls else _LEAVES
    return st.dictionaries(
        _KEYS, st.recursive(leaves, lambda below: st.dictionaries(_KEYS, below, max_size=3)), max_size=3
    )


def document(data: dict[str, Any], number: int = 0) -> Document:
    file = SourceFile(f"{number}.yaml", "")
    found = Document(file)
    found.root = written(data, (), file)
    return found


def written(data: Any, path: tuple[str | int, ...], file: SourceFile) -> Value[Any]:
    if isinstance(data, dict):
        data = {key: written(value, (*path, key), file) for key, value in data.items()}
    elif isinstance(data, list):
        data = [written(value, (*path, index), file) for index, value in enumerate(data)]
    return Value(data, path, Span(file, 0, 0), Span(file, 0, 0))


def model(below: Any, above: Any) -> Any:
    """Merging as the contract says it, on plain data."""
    if not isinstance(above, dict):
        return above
    result = dict(below) if isinstance(below, dict) else {}
    for key, value in above.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = model(result.get(key), value)
    return result


@steady
@given(st.lists(trees(nulls=True), max_size=4))
def test_merging_is_what_the_contract_says(data: list[dict[str, Any]]) -> None:
    expected: Any = {}
    for above in data:
        expected = model(expected, above)
    assert merge(map(document, data)).root.plain() == expected


@steady
@given(trees(nulls=False), trees(nulls=False), trees(nulls=False))
def test_merging_is_associative_where_nothing_is_removed_or_changes_its_kind(a: Any, b: Any, c: Any) -> None:
    kinds = [shape(tree) for tree in (a, b, c)]
    if any(kinds[i].get(path, kind) is not kind for i in range(3) for other in kinds for path, kind in other.items()):
        return
    right = merge([document(b), document(c)]).root.plain()
    assert merge([document(a), document(right)]).root.plain() == merge(map(document, (a, b, c))).root.plain()


def shape(data: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], bool]:
    """Which paths hold mappings."""
    found = {path: isinstance(data, dict)}
    for key, value in data.items() if isinstance(data, dict) else ():
        found |= shape(value, (*path, key))
    return found


@steady
@given(trees(nulls=True))
def test_a_layer_twice_is_a_layer_once(data: dict[str, Any]) -> None:
    assert merge([document(data), document(data)]).root.plain() == merge([document(data)]).root.plain()


@steady
@given(st.lists(trees(nulls=True), min_size=1, max_size=5))
def test_every_value_comes_from_the_last_layer_that_has_it(data: list[dict[str, Any]]) -> None:
    documents = [document(tree, number) for number, tree in enumerate(data)]
    stack: list[Value[Any]] = list(merge(documents).root.data.values())
    while stack:
        value = stack.pop()
        says = [
            number
            for number, found in enumerate(documents)
            if found.root and lookup(found.root, value.path) is not None
        ]
        assert value.span is not None
        assert value.span.path == f"{says[-1]}.yaml"
        chain = [int(over.span.path.removesuffix(".yaml")) for over in value.overrides if over.span is not None]
        assert chain == sorted(set(chain), reverse=True)
        assert set(chain) <= set(says[:-1])
        if isinstance(value.data, dict):
            stack += value.data.values()
