"""What settings files may not use is refused where it stands, and the rest is still read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmconfig.source.tree import MAX_KEY
from tests.source.reading import LOADERS, faults, read

if TYPE_CHECKING:
    from kmconfig.source.value import Path

pytestmark = pytest.mark.parametrize("loader", LOADERS)

#: text, problems, data that is left, broken paths, open mappings
REFUSED = [
    # aliases, anchors, tags
    ("a: *x\nb: 1\n", [("KM103", 1, 4)], {"a": None, "b": 1}, {("a",)}, set()),
    ("- *x\n- 2\n", [("KM103", 1, 3)], [None, 2], {(0,)}, set()),
    ("*x\n", [("KM103", 1, 1)], None, {()}, set()),
    ("*x : 1\nb: 2\n", [("KM103", 1, 1)], {"b": 2}, {()}, {()}),
    ("a: &x 1\n", [("KM103", 1, 4)], {"a": 1}, set(), set()),
    ("a: &x {b: 1}\nc: *x\n", [("KM103", 1, 4), ("KM103", 2, 4)], {"a": {"b": 1}, "c": None}, {("c",)}, set()),
    ("&x a: 1\n", [("KM103", 1, 1)], {"a": 1}, set(), set()),
    ("a: !!int '1'\n", [("KM103", 1, 4)], {"a": "1"}, {("a",)}, set()),
    ("a: !!str 1\n", [("KM103", 1, 4)], {"a": "1"}, {("a",)}, set()),
    ("a: ! 1\n", [("KM103", 1, 4)], {"a": "1"}, {("a",)}, set()),
    ("a: !env HOME\n", [("KM103", 1, 4)], {"a": "HOME"}, {("a",)}, set()),
    ("a: !!python/object/apply:os.system [x]\n", [("KM103", 1, 4)], {"a": ["x"]}, set(), set()),
    ("a: &x !!str b\n", [("KM103", 1, 4), ("KM103", 1, 4)], {"a": "b"}, {("a",)}, set()),
    # merge keys
    ("a:\n  <<: {b: 1}\n  c: 2\n", [("KM103", 2, 3)], {"a": {"c": 2}}, {("a",)}, {("a",)}),
    ("<<: *x\nc: 2\n", [("KM103", 1, 1)], {"c": 2}, {()}, {()}),
    ("<<: [*x, {a: &y 1}]\nc: 2\n", [("KM103", 1, 1)], {"c": 2}, {()}, {()}),
    # keys that are no text
    ("[a, b]: 1\nc: 2\n", [("KM105", 1, 1)], {"c": 2}, {()}, {()}),
    ("? {a: 1}\n: {b: 2}\nc: 2\n", [("KM105", 1, 3)], {"c": 2}, {()}, {()}),
    ("? - a\n  - b\nc: 2\n", [("KM105", 1, 3)], {"c": 2}, {()}, {()}),
    ("a: {{b}: 1, c: 2}\n", [("KM105", 1, 5)], {"a": {"c": 2}}, {("a",)}, {("a",)}),
    # the same key twice: neither counts
    ("a: 1\na: 2\nb: 3\n", [("KM102", 2, 1)], {"a": 1, "b": 3}, {(), ("a",)}, {()}),
    ("a: 1\n'a': 2\n\"a\": 3\n", [("KM102", 2, 1), ("KM102", 3, 1)], {"a": 1}, {(), ("a",)}, {()}),
    ("a: {b: 1}\na: {c: {d: 2}}\n", [("KM102", 2, 1)], {"a": {"b": 1}}, {(), ("a",)}, {()}),
    ("a: {b: , b: }\n", [("KM102", 1, 10)], {"a": {"b": None}}, {("a",), ("a", "b")}, {("a",)}),
    ("a: 1\na: *x\na: !x 3\n", [("KM102", 2, 1), ("KM102", 3, 1)], {"a": 1}, {(), ("a",)}, {()}),
    ("a: *x\na: 2\n", [("KM103", 1, 4), ("KM102", 2, 1)], {"a": None}, {(), ("a",)}, {()}),
    # a mapping that is open for one reason is refused for another
    ("a: {<<: 1}\na: 2\n", [("KM103", 1, 5), ("KM102", 2, 1)], {"a": {}}, {(), ("a",)}, {()}),
    # several documents
    ("a: 1\n---\nb: 2\n", [("KM103", 2, 1)], {"a": 1}, set(), set()),
    ("---\na: 1\n---\n", [("KM103", 3, 1)], {"a": 1}, set(), set()),
    ("a: 1\n...\n---\n", [("KM103", 3, 1)], {"a": 1}, set(), set()),
]


@pytest.mark.parametrize("case", REFUSED)
def test_refused(loader: str, case: tuple[str, object, object, set[Path], set[Path]]) -> None:
    text, problems, data, broken, opened = case
    document = read(text, loader)
    assert faults(document) == problems
    assert document.root is not None
    assert document.root.plain() == data
    assert (document.broken, document.open) == (broken, opened)
    assert document.refused == document.broken - document.open


def test_a_duplicate_shows_the_first(loader: str) -> None:
    problem = read("email:\n  smtp:\n    port: 1\n    port: 2\n", loader).problems[0]
    assert "`email.smtp.port`" in problem.message
    assert [(label.span.line, label.span.column) for label in problem.related] == [(3, 5)]
    assert problem.path == ("email", "smtp", "port")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: [1\n", 2),
        ("a: 'b\n", 2),
        ("a: b: c\n", 1),
        ("a:\n  - b\n c: 1\n", 3),
        ("a:\n\t- b\n", 2),
        ("@a: 1\n", 1),
        ("a: `b`\n", 1),
        ("a: %b\n", 1),
        ("a: }\n", 1),
        ('a: "\\q"\n', 1),
        ('a: "\\ud800"\n', 1),
        ('a: "\\ud83d\\ude00"\n', 1),
        ('a: "\\U00110000"\n', 1),
        ('a: "\\UFFFFFFFF"\n', 1),
        ("a: !<%FF> b\n", 1),
        ("a: !<%ED%A0%80> b\n", 1),
        ("a: !x!y b\n", 1),
        (f"%YAML 1.{'9' * 5000}\n---\na: 1\n", 1),
        ("%YAML 2.0\n---\na: 1\n", 1),
        ("%TAG ! a\n%TAG ! b\n---\na: 1\n", 2),
        ("a: 1\nb\n", 2),
    ],
)
def test_syntax_errors_have_a_line_and_leave_nothing(loader: str, text: str, line: int) -> None:
    document = read(text, loader)
    assert document.root is None
    problem = document.problems[-1]
    assert problem.code == "KM101"
    assert abs(problem.span.line - line) <= 1  # the loaders point at the start or at the end of what is open
    assert problem.help


@pytest.mark.parametrize(
    ("nested", "deep"),
    [("[", 20), ("{a: ", 20), ("- ", 20), ("? ", 20), ("[[", 10), ("- - ", 10)],
)
def test_twenty_levels_are_deep_enough(loader: str, nested: str, deep: int) -> None:
    assert all("nested" not in problem.message for problem in read(nested * deep, loader).problems)
    document = read(nested * (deep + 1), loader)
    assert document.root is None
    assert document.problems[-1].code == "KM101"
    assert "nested" in document.problems[-1].message


def test_depth_counts_inside_of_what_is_dropped(loader: str) -> None:
    document = read("a: 1\na: " + "[" * 20 + "]" * 20 + "\n", loader)
    assert document.root is None
    assert [problem.code for problem in document.problems] == ["KM102", "KM101"]


def test_long_keys_are_refused(loader: str) -> None:
    for length in (MAX_KEY, MAX_KEY + 1):
        document = read(f"? {'k' * length}\n: 1\nb: 2\n", loader)
        assert [problem.code for problem in document.problems] == ["KM104"] * (length > MAX_KEY)
        assert all(len(problem.message) < 100 for problem in document.problems)


@pytest.mark.parametrize("separator", ["\n", "\r", "\r\n"])
def test_directives_are_few(loader: str, separator: str) -> None:
    lines = [f"%TAG !t{number}! x" for number in range(17)]
    assert faults(read(separator.join([*lines, "---", "a: 1"]), loader)) == [("KM101", 17, 1)]
    assert faults(read(separator.join([*lines[:16], "---", "a: 1"]), loader)) == []
