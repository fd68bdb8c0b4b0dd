"""Every example of every rule's manual, linted with all rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmconfig.lint.manual import examples
from kmconfig.lint.rules.all import RULES
from tests.lint.clean import TODAY, found_marks, run_lint, write_example

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.lint.manual import Example

_EXAMPLES = [
    pytest.param(example, id=f"{rule.code}-{'bad' if example.bad else 'good'}-{number}")
    for rule in RULES
    for number, example in enumerate(examples(rule.manual), start=1)
]


@pytest.mark.parametrize("example", _EXAMPLES)
def test_findings_are_exactly_the_marked_ones(tmp_path: Path, example: Example) -> None:
    wanted = write_example(tmp_path, example)
    outcome = run_lint(tmp_path, today=example.today or TODAY, observed=example.observed, dns=example.dns)
    assert outcome.crashes == []
    assert outcome.skipped == []
    assert found_marks(outcome) == wanted


@pytest.mark.parametrize("example", _EXAMPLES)
def test_marks_stand_in_bad_examples_only(tmp_path: Path, example: Example) -> None:
    assert bool(write_example(tmp_path, example)) == example.bad
