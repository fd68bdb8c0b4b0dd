"""libyaml and the pure loader give the same tree, the same spans and the same faults.

Where they cannot: for text that neither takes, both say KM101, but libyaml points at the start of what it could
not finish and the pure loader at its end, or the other way round. And of text at the edge of YAML one may take
what the other refuses (a tab behind a value, `?` or `:` at the end of a word in brackets); then one says KM101 and
nothing is read, which is safe.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from kmconfig.source.comments import comments
from tests.source.properties import steady
from tests.source.reading import nodes, read_bytes

if TYPE_CHECKING:
    from kmconfig.source.parser import Document

pytestmark = pytest.mark.skipif(not yaml.__with_libyaml__, reason="PyYAML was built without libyaml")

Seen = tuple[object, ...]


def seen(document: Document) -> Seen:
    """All that a document says, in a form that can be compared."""
    tree = sorted(
        (str(node.path), _data(node.data), _range(node.span), _range(node.key_span)) for node in nodes(document.root)
    )
    problems = [(problem.code, _range(problem.span), problem.path) for problem in document.problems]
    notes = [_range(span) for span in comments(document.file)]
    return tree, problems, notes, document.broken, document.open


def _data(data: Any) -> str:
    return type(data).__name__ if isinstance(data, (dict, list)) else repr(data)


def _range(span: Any) -> tuple[int, int] | tuple[()]:
    return () if span is None else (span.start, span.end)


def unparsed(document: Document) -> bool:
    return document.root is None


_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"), exclude_characters="\ufeff"), max_size=20),
    st.sampled_from(["# no comment", "a: b", "- a", "0465", "off", "|", ">", "*a", "&a", "!a", "a\nb", "\n", " a "]),
)
_TREES = st.recursive(
    _SCALARS,
    lambda below: (
        st.lists(below, max_size=4) | st.dictionaries(st.text(max_size=6) | st.sampled_from("ab"), below, max_size=4)
    ),
    max_leaves=12,
)


@st.composite
def dumped(draw: st.DrawFn) -> str:
    """YAML as PyYAML writes it, in one of its styles."""
    text: str = yaml.safe_dump(
        draw(_TREES),
        default_flow_style=draw(st.sampled_from((True, False, None))),
        default_style=draw(st.sampled_from((None, "'", '"', "|", ">"))),
        allow_unicode=draw(st.booleans()),
        indent=draw(st.sampled_from((2, 4, 8))),
        width=draw(st.sampled_from((20, 80))),
        explicit_start=draw(st.booleans()),
        line_break=draw(st.sampled_from(("\n", "\r\n", "\r"))),
    )
    return text


def readings(text: str) -> tuple[object, object]:
    """What each loader sees in a text; the same of both where either refuses it for a reason that is known."""
    pure, c = (read_bytes(text.encode(errors="replace"), loader) for loader in ("pure", "c"))
    if unparsed(pure) or unparsed(c):
        reasons = {document.problems[-1].code for document in (pure, c) if unparsed(document)}
        return reasons - {"KM101", "KM107"}, set()
    if "KM103" in codes_of(pure) & codes_of(c) and "!" in text:
        return None, None  # they end a tag in brackets at different commas; it is refused either way
    return seen(pure), seen(c)


def codes_of(document: Document) -> set[str]:
    """The codes of what a document has wrong."""
    return {problem.code for problem in document.problems}


@steady
@given(dumped())
@example("a: |+\n  # x\n\n\n")
@example("? |\n  a\n: - b\n")
@example("a: [b: c, ? d : e, {f}, 'g': h]\n")
@example("'a\n\n  b': \"c\\\n  d\"\n")
@example("a: [b: ]\nc: {d:  , e : # x\n  , f}\n")
@example("- - - a\n    - b\n  - c\n")
def test_written_yaml(text: str) -> None:
    pure, c = (read_bytes(text.encode(), loader) for loader in ("pure", "c"))
    assert seen(pure) == seen(c)


SEED = """\
version: 1  # kmconfig: ignore[KM203] x
extends: [base.yaml, 'eu.yaml']
email: &mail
  smtp: {host: "smtp.acme.example", port: 0465, password: {vault: a/b#c}}
  sender:
    name: Größe 😀
  <<: *mail
description: |
  # one
  two
"""
_PIECES = st.sampled_from(
    [
        *"\t\r\n #:,-?[]{}&*!|>'\"%@`~<=.0aä😀",
        "\r\n",
        "---\n",
        "...\n",
        "<<: ",
        "!!str ",
        "&a ",
        "*a",
        "\\u00e9",
        "? ",
        "- ",
        ": ",
    ]
)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A settings file into which somebody typed."""
    text = SEED
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        text = text[:start] + draw(_PIECES) + text[end:]
    return text


@steady
@given(mutated())
def test_mutated_settings(text: str) -> None:
    pure, c = readings(text)
    assert pure == c


@steady
@given(st.lists(_PIECES, max_size=25).map("".join))
def test_assembled_text(text: str) -> None:
    pure, c = readings(text)
    assert pure == c


@steady
@given(st.binary(max_size=60))
def test_any_bytes(raw: bytes) -> None:
    for loader in ("pure", "c"):
        document = read_bytes(raw, loader)
        assert document.root is not None or document.problems
        for problem in document.problems:
            assert 0 <= problem.span.start <= problem.span.end <= len(document.file.text)


@steady
@given(st.text(max_size=40))
def test_any_text(text: str) -> None:
    pure, c = readings(text)
    assert pure == c
