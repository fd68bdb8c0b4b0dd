"""Values, spans and positions on their own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmconfig.source.span import SourceFile, Span
from kmconfig.source.value import Value, setting_name
from tests.source.properties import steady

_TEXTS = st.text(st.sampled_from("ab \n\r\t\u2028\x85\x0b\x0cé😀"), max_size=60)


def naive(text: str, offset: int) -> tuple[int, int]:
    """Walk through the text, character by character."""
    line = column = 1
    for index in range(min(offset, len(text))):
        if text[index] == "\n" or (text[index] == "\r" and text[index + 1 : index + 2] != "\n"):
            line, column = line + 1, 1
        else:
            column += 1
    return line, column + max(0, offset - len(text))


@steady
@given(_TEXTS)
def test_positions_agree_with_counting(text: str) -> None:
    file = SourceFile("x.yaml", text)
    assert [file.position(offset) for offset in range(len(text) + 1)] == [
        naive(text, offset) for offset in range(len(text) + 1)
    ]


@steady
@given(_TEXTS)
def test_lines_make_the_text(text: str) -> None:
    file = SourceFile("x.yaml", text)
    numbers = range(1, len(file.line_starts) + 1)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert [file.line(number) for number in numbers] == lines
    assert [file.line_span(number).text for number in numbers] == lines
    assert all(file.position(file.line_span(number).start) == (number, 1) for number in numbers)


@steady
@given(_TEXTS, st.data())
def test_spans_cut_and_place_text(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    span = Span(SourceFile("a/b.yaml", text), start, end)
    assert span.text == text[start:end]
    assert (span.line, span.column) == naive(text, start)
    assert (span.end_line, span.end_column) == naive(text, end)
    assert str(span) == f"a/b.yaml:{span.line}:{span.column}"


def test_spans_are_equal_by_file_and_range() -> None:
    file, same = SourceFile("a.yaml", "text"), SourceFile("a.yaml", "text")
    assert Span(file, 0, 1) == Span(same, 0, 1)
    assert len({Span(file, 0, 1), Span(same, 0, 1), Span(file, 0, 2), Span(SourceFile("b", "text"), 0, 1)}) == 3
    assert Span(file, 0, 1) != "a.yaml:1:1"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ((), ""),
        (("email",), "email"),
        (("email", "smtp", "port"), "email.smtp.port"),
        (("email", "test", "recipients", 0), "email.test.recipients[0]"),
        ((0, "a", 1, 2), "[0].a[1][2]"),
    ],
)
def test_setting_names(path: tuple[str | int, ...], name: str) -> None:
    assert setting_name(path) == name
    assert Value(None, path).setting == name


def test_a_value_knows_whether_it_was_written() -> None:
    span = Span(SourceFile("a.yaml", "587"), 0, 3)
    written, default = Value(587, ("port",), span), Value("tls", ("encryption",))
    assert (written.written, default.written) == (True, False)
    assert default.or_written(written) is written
    assert written.or_written(default) is written
    assert repr(written) == "Value(port at a.yaml:1:1)"
    assert repr(Value({}, ())) == "Value((root) at None)"


def test_plain_data_has_no_places() -> None:
    tree = Value({"a": Value([Value(1, ("a", 0)), Value(None, ("a", 1))], ("a",)), "b": Value({}, ("b",))}, ())
    assert tree.plain() == {"a": [1, None], "b": {}}
