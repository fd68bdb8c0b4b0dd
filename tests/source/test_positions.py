"""Every value and key knows where it starts and ends, in code points, whatever stands around it."""

from __future__ import annotations

import pytest

from tests.source.reading import LOADERS, nodes, read

pytestmark = pytest.mark.parametrize("loader", LOADERS)

#: text, path, what the span holds, line, column
SPANS = [
    # scalars
    ("a: 1\n", "a", "1", 1, 4),
    ("a: two words  # note\n", "a", "two words", 1, 4),
    ("a: 'it''s'\n", "a", "'it''s'", 1, 4),
    ('a: "b\\tc"\n', "a", '"b\\tc"', 1, 4),
    ("a:\n", "a", "", 1, 3),
    ("a:\nb: 1\n", "a", "", 1, 3),
    ("a: ~\n", "a", "~", 1, 4),
    ("a: one\n  two\nb: 1\n", "a", "one\n  two", 1, 4),
    ("a:\n    one\n", "a", "one", 2, 5),
    ('a: "one\n  two"\n', "a", '"one\n  two"', 1, 4),
    ("just text", "", "just text", 1, 1),
    # block scalars end with their last line that is not blank
    ("a: |\n  one\n  two\nb: 1\n", "a", "|\n  one\n  two", 1, 4),
    ("a: >-  # note\n  one\n\n\nb: 1\n", "a", ">-  # note\n  one", 1, 4),
    ("a: |+\n  one\n\n", "a", "|+\n  one", 1, 4),
    ("a: |\n  one\u00a0\nb: 1\n", "a", "|\n  one\u00a0", 1, 4),
    ("a: |\n  one", "a", "|\n  one", 1, 4),
    ("a: |\nb: 1\n", "a", "|", 1, 4),
    ("a: |2\n   one\nb: 1\n", "a", "|2\n   one", 1, 4),
    # collections
    ("a: {b: 1, c: [2]}  # note\n", "a", "{b: 1, c: [2]}", 1, 4),
    ("a: {b: 1, c: [2]}\n", "a.c", "[2]", 1, 14),
    ("a: {b: 1, c: [2]}\n", "a.c.0", "2", 1, 15),
    ("a: {}\n", "a", "{}", 1, 4),
    ("a: [\n  1,\n  2\n]\nb: 1\n", "a", "[\n  1,\n  2\n]", 1, 4),
    ("a: [b: 1 ]\n", "a.0", "b: 1", 1, 5),
    ("a: [b: 1, 2]\n", "a.0", "b: 1", 1, 5),
    ("a:\n  b: 1\n  c: 2\n\n# note\nd: 1\n", "a", "b: 1\n  c: 2", 2, 3),
    ("a:\n- 1\n- 2 # x]\n", "a", "- 1\n- 2", 2, 1),
    ("a:\n  - b: 1\n    c: 2\n", "a.0", "b: 1\n    c: 2", 2, 5),
    ("a: 1 # note]", "", "a: 1", 1, 1),
    ("a:\n  b: 1\n  b: 2\n", "a", "b: 1\n  b: 2", 2, 3),
    # beyond ASCII: columns count code points, not bytes or UTF-16 units
    ("ä: ö\n", "ä", "ö", 1, 4),
    ("a: 😀😀\nb: [😀, x]\n", "b.1", "x", 2, 8),
    ("ключ: 'значение'  # å\nb: 1\n", "ключ", "'значение'", 1, 7),
    ("a: e\u0301x\n", "a", "e\u0301x", 1, 4),
    # line ends
    ("a: 1\r\nb: 2\r\n", "b", "2", 2, 4),
    ("a: 1\rb: 2\r", "b", "2", 2, 4),
    ("a: |\r\n  one\r\n  two\r\nb: 2\r\n", "a", "|\r\n  one\r\n  two", 1, 4),
    ("a: |\r  one\r\rb: 2\r", "b", "2", 4, 4),
    ("a:\r\n\r\n  - 1\n\r  - 2\n", "a.1", "2", 5, 5),
    # around the document
    ("---\na: 1\n...\n", "a", "1", 2, 4),
    ("%YAML 1.2\n---\na: 1\n", "a", "1", 3, 4),
    ("\n\n# note\n  # note\na: 1\n", "a", "1", 5, 4),
    ("? a\n: 1\n", "a", "1", 2, 3),
]


def at(root: object, path: str) -> object:
    node = root
    for part in path.split(".") if path else ():
        data = node.data  # type: ignore[attr-defined]
        node = data[int(part)] if isinstance(data, list) else data[part]
    return node


@pytest.mark.parametrize("case", SPANS)
def test_a_value_has_its_place(loader: str, case: tuple[str, str, str, int, int]) -> None:
    text, path, held, line, column = case
    document = read(text, loader)
    value = at(document.root, path)
    span = value.span  # type: ignore[attr-defined]
    assert (span.text, span.line, span.column) == (held, line, column)
    before = text[: span.end].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert (span.end_line, span.end_column) == (len(before), len(before[-1]) + 1)


@pytest.mark.parametrize(
    ("text", "held", "line", "column"),
    [
        ("key: 1\n", "key", 1, 1),
        ("a: 1\n'key' : 1\n", "'key'", 2, 1),
        ('a: {"key": 1}\n', '"key"', 1, 5),
        ("ä:\n  - kéy: 1\n", "kéy", 2, 5),
        ("? key\n: 1\n", "key", 1, 3),
    ],
)
def test_a_key_has_its_place(loader: str, text: str, held: str, line: int, column: int) -> None:
    keys = [node.key_span for node in nodes(read(text, loader).root) if node.key_span is not None]
    assert (held, line, column) in [(span.text, span.line, span.column) for span in keys]


def test_paths_name_settings(loader: str) -> None:
    document = read("email:\n  test: {recipients: [a, b]}\n", loader)
    assert [node.setting for node in nodes(document.root)] == [
        *("", "email", "email.test", "email.test.recipients"),
        *("email.test.recipients[1]", "email.test.recipients[0]"),
    ]


@pytest.mark.parametrize("text", ["", "\n", "# note\n", "%YAML 1.2\n---\n...\n", "\r\n \r\n"])
def test_a_file_without_a_document_is_an_empty_mapping(loader: str, text: str) -> None:
    document = read(text, loader)
    assert document.root is not None
    assert document.root.plain() in ({}, None)
    assert document.problems == []
