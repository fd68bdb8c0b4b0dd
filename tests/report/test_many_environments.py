"""A finding that concerns a fleet names a few environments for people, and all of them for programs."""

from __future__ import annotations

import html
import json

import pytest

from kmconfig.lint.finding import Place
from kmconfig.report.lint_text import concerned
from kmconfig.source.span import SourceFile, Span
from tests.report.fixed import HOSTILE, MISMATCH, located, one
from tests.report.rendered import FORMATS

_PLACE = Place(Span(SourceFile("environments/base.yaml", "port: 465\n"), 6, 9))
_FOR_PEOPLE = pytest.mark.parametrize("name", ["lint.txt", "lint.github.txt", "lint.md"])


def _rendered(name: str, environments: tuple[str, ...]) -> str:
    found = located(MISMATCH, "error", "a fact", _PLACE, environments=environments, fingerprint="aa01")
    return FORMATS[name](one(found))


_FLEET = tuple(f"customer-{number:04}" for number in range(1500))


@_FOR_PEOPLE
def test_many_are_counted(name: str) -> None:
    rendered = _rendered(name, _FLEET)
    assert "in 1,500 environments (customer-0000, customer-0001, customer-0002, …)" in html.unescape(rendered)
    assert "customer-0003" not in rendered
    assert len(rendered) < 1000


@_FOR_PEOPLE
def test_few_are_named(name: str) -> None:
    rendered = _rendered(name, _FLEET[:5])
    assert f"in {', '.join(_FLEET[:5])}" in html.unescape(rendered)


def test_programs_are_told_all() -> None:
    (finding,) = json.loads(_rendered("lint.json", _FLEET))["findings"]
    assert finding["environments"] == list(_FLEET)


@_FOR_PEOPLE
def test_names_are_escaped_as_ever(name: str) -> None:
    rendered = _rendered(name, (HOSTILE, *"abcdef"))
    assert "in 7 environments" in rendered
    assert "\x1b" not in rendered
    assert "\n::error file=a.yaml" not in rendered


@pytest.mark.parametrize(
    ("count", "told"), [(0, ""), (1, "e0"), (5, "e0, e1, e2, e3, e4"), (6, "6 environments (e0, e1, e2, …)")]
)
def test_what_is_told_of_some(count: int, told: str) -> None:
    assert concerned(tuple(f"e{number}" for number in range(count))) == told
