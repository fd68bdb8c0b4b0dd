"""YAML that is written is read back as it was meant, by this package's parser and by PyYAML's."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from kmconfig.source.writing import Flow, yaml_flow, yaml_lines, yaml_scalar
from tests.source.properties import steady
from tests.source.reading import read

CHARACTERS = st.characters(codec="utf-8")
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**9), 10**9),
    st.text(CHARACTERS, max_size=30),
    st.sampled_from(("yes", "No", "~", "null", "0465", "1e3", "12:30", "0x1f", ".5", "- a", "a: b", "a #b", "=", "<<")),
)
KEYS = st.text(CHARACTERS, min_size=1, max_size=12)
TREES = st.dictionaries(
    KEYS,
    st.recursive(
        st.one_of(SCALARS, st.lists(SCALARS, max_size=3)),
        lambda children: st.dictionaries(KEYS, children, max_size=3),
        max_leaves=6,
    ),
    min_size=1,
    max_size=4,
)


def text_of(tree: dict[str, Any]) -> str:
    return "\n".join(yaml_lines(tree)) + "\n"


@steady
@given(TREES)
@example({"a": "\u2028", "b": "\x85", "c": "\ufeff", "d": "\x7f", "e": "'", "f": '"', "g": "\\", "h": "%"})
def test_written_is_read(tree: dict[str, Any]) -> None:
    text = text_of(tree)
    document = read(text)
    assert document.problems == []
    assert document.root is not None
    assert document.root.plain() == tree
    assert yaml.safe_load(text) == tree


@steady
@given(st.dictionaries(KEYS, SCALARS, min_size=1, max_size=3), st.lists(SCALARS, max_size=3))
def test_flow_is_read(mapping: dict[str, Any], items: list[Any]) -> None:
    tree = {"mapping": Flow(mapping), "items": items}
    assert yaml.safe_load(text_of(tree)) == {"mapping": mapping, "items": items}
    assert text_of(tree).count("\n") == 2


@pytest.mark.parametrize(
    "plain",
    [
        "smtp.sendgrid.net",
        "licensing@acme.example",
        "/usr/sbin/sendmail",
        "../keymanager/.env",
        "-bs",
        "keymanager/production/smtp#password",
        "90d",
        "https://licenses.acme.example/app",
        "Acme License Portal",
        "Zürich",
        "eu-west-1",
    ],
)
def test_what_people_write_without_quotes_has_none(plain: str) -> None:
    assert yaml_scalar(plain) == plain


def test_one_line_of_words() -> None:
    assert yaml_flow([["php", "artisan", "queue:restart"]]) == '[[php, artisan, "queue:restart"]]'
