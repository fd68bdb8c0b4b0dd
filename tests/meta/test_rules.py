"""Conventions that every rule keeps."""

from __future__ import annotations

import re
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kmconfig.lint import rules
from kmconfig.lint.manual import examples, prose
from kmconfig.lint.rules.all import RULES

if TYPE_CHECKING:
    from kmconfig.lint.rule import Rule

_FOLDER = Path(rules.__file__).parent
_ALL = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


def test_codes_and_names_are_unique() -> None:
    assert len({rule.code for rule in RULES}) == len(RULES)
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_rules_are_registered_in_order() -> None:
    assert [rule.code for rule in RULES] == sorted(rule.code for rule in RULES)


def test_every_module_with_a_rule_is_registered() -> None:
    registered = {Path(str(sys.modules[rule.module].__file__)) for rule in RULES}
    present = {path for path in _FOLDER.glob("*/*.py") if path.stem != "__init__"}
    assert registered == present


@_ALL
def test_code_and_name_are_well_formed(rule: Rule) -> None:
    assert re.fullmatch(r"KM[0-8]\d\d", rule.code)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.name)
    assert rule.module.rpartition(".")[2] == rule.name.replace("-", "_")
    assert find_spec(rule.module) is not None


@_ALL
def test_the_manual_explains_and_shows(rule: Rule) -> None:
    assert len(prose(rule.manual)) > 100
    assert "```" not in prose(rule.manual)
    shown = examples(rule.manual)
    assert {example.bad for example in shown} == {True, False}


@_ALL
def test_bad_examples_show_the_rule_itself(rule: Rule) -> None:
    for example in examples(rule.manual):
        if example.bad:
            text = "".join(f"{fence.text} {fence.first_line}" for fence in example.fences)
            assert rule.code in text


@_ALL
def test_a_rule_looks_at_one_thing_at_most(rule: Rule) -> None:
    assert rule.check is None or rule.check_file is None


@_ALL
def test_severities_are_known_words(rule: Rule) -> None:
    assert set(rule.severities) == {"production", "staging", "development"}
    assert set(rule.severities.values()) <= {"error", "warning", "note", None}
    assert rule.code[2] != "1" or set(rule.severities.values()) == {"error"}


@pytest.mark.parametrize("path", sorted(_FOLDER.glob("*/*.py")), ids=lambda path: path.stem)
def test_rules_are_pure(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for word in ("import os", "import socket", "import time", "open(", "print(", "date.today", "subprocess"):
        assert word not in text
