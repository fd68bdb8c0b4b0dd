"""The benchmark measures what it says: a corpus that never changes, defects where it says, ratios round by round."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from benchmarks.corpus import Defect, write_corpus, write_installation
from benchmarks.measure import BenchmarkError, Command, Ratio, Run, interleave, ratio, run
from benchmarks.report import Result, document, growth, table
from benchmarks.scenarios import Budget, Scenario
from kmconfig.environment.project import Project
from tests.lint.clean import found_marks, run_lint

if TYPE_CHECKING:
    from pathlib import Path

_MIB = 1024 * 1024


def _contents(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_same_numbers_give_the_same_corpus(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    defects = write_corpus(first, files=45, every=4)
    assert write_corpus(second, files=45, every=4) == defects
    assert _contents(first) == _contents(second)
    assert len(_contents(first)) == 45


def test_a_larger_corpus_begins_with_the_smaller_one(tmp_path: Path) -> None:
    small, large = tmp_path / "small", tmp_path / "large"
    write_corpus(small, files=10, every=3)
    write_corpus(large, files=30, every=3)
    assert _contents(small).items() <= _contents(large).items()


def test_files_without_defects_lint_clean(tmp_path: Path) -> None:
    assert write_corpus(tmp_path, files=10) == []
    outcome = run_lint(tmp_path)
    assert outcome.findings == []
    assert outcome.files == 10
    assert len(outcome.environments) == 9


@pytest.mark.parametrize(("files", "every", "codes"), [(10, 3, 3), (10, 2, 5), (4, 2, 2), (20, 10, 2)])
def test_defects_are_where_the_corpus_says(tmp_path: Path, files: int, every: int, codes: int) -> None:
    defects = write_corpus(tmp_path, files=files, every=every)
    outcome = run_lint(tmp_path)
    assert outcome.crashes == []
    assert {Defect(*mark) for mark in found_marks(outcome)} == set(defects)
    assert len({defect.code for defect in defects}) == codes


def test_the_planned_environment_is_sound(tmp_path: Path) -> None:
    write_installation(tmp_path)
    assert run_lint(tmp_path).count("error") == 0
    assert Project(tmp_path).names() == ["staging"]
    assert (tmp_path / "application" / ".env").is_file()


def test_ratio_compares_round_by_round() -> None:
    """A round in which the whole machine was slow must not move the ratio."""
    ours = [Run(2.0, 0), Run(30.0, 0), Run(2.0, 0)]
    theirs = [Run(1.0, 0), Run(10.0, 0), Run(1.0, 0)]
    assert ratio(ours, theirs) == Ratio(median=2.0, lowest=2.0, highest=3.0)


def test_ratio_needs_as_many_rounds_of_both() -> None:
    with pytest.raises(ValueError, match="shorter"):
        ratio([Run(1.0, 0), Run(1.0, 0)], [Run(1.0, 0)])


def test_commands_run_in_turn(tmp_path: Path) -> None:
    log = tmp_path / "log"
    runs = interleave([_writes(log, "a"), _writes(log, "b")], rounds=2)
    assert log.read_text(encoding="utf-8") == "ababab"
    assert [len(of_one) for of_one in runs.values()] == [2, 2]


def test_a_run_knows_its_time_and_its_memory(tmp_path: Path) -> None:
    measured = run(_python(tmp_path, f"bytearray({128 * _MIB})"))
    assert measured.seconds > 0
    assert 128 * _MIB < measured.peak < 400 * _MIB


def test_a_program_that_failed_is_not_measured(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match="python: exit code 3"):
        run(_python(tmp_path, "raise SystemExit(3)"))
    assert run(_python(tmp_path, "raise SystemExit(3)", exits={3})).seconds > 0


def test_table_and_document_tell_what_was_kept(tmp_path: Path) -> None:
    result = Result(_scenario(tmp_path, 1_000), {"kmconfig lint": [Run(0.5, _MIB)], "slow": [Run(2.0, _MIB)]})
    text = "\n".join(table(result))
    assert "0.25 x" in text
    assert "must 0.5 x: kept" in text
    assert "must 0.1 x: BROKEN" in text
    assert "must 2 MiB: kept" in text
    assert "absent" in text
    assert "not installed" in text
    (scenario,) = document([result])["scenarios"]
    assert [(entry["must"], entry["kept"]) for entry in scenario["ratios"]] == [(0.5, True), (0.1, False)]
    assert scenario["not_installed"] == ["absent"]


def test_growth_is_the_cost_of_a_file_beside_that_in_the_smaller_corpus(tmp_path: Path) -> None:
    small = Result(_scenario(tmp_path, 1_000), {"kmconfig lint": [Run(1.0, _MIB)], "slow": [Run(1.0, _MIB)]})
    large = Result(_scenario(tmp_path, 10_000), {"kmconfig lint": [Run(20.0, _MIB)], "slow": [Run(1.0, _MIB)]})
    assert growth([small]) is None
    assert growth([small, large]) == pytest.approx(2.0)


def _scenario(folder: Path, files: int) -> Scenario:
    return Scenario(
        title="lint",
        files=files,
        commands=(_python(folder, "pass"),),
        missing=("absent",),
        peak={"kmconfig lint": 2 * _MIB},
        budgets=(
            Budget("kmconfig lint", "slow", 0.5),
            Budget("kmconfig lint", "slow", 0.1),
            Budget("kmconfig lint", "absent", 1),
        ),
    )


def _python(folder: Path, code: str, *, exits: set[int] | None = None) -> Command:
    return Command(
        label="python",
        arguments=(sys.executable, "-c", code),
        folder=folder,
        environment={},
        exits=frozenset(exits or {0}),
    )


def _writes(log: Path, letter: str) -> Command:
    code = f"open({str(log)!r}, 'a').write({letter!r})"
    return Command(label=letter, arguments=(sys.executable, "-c", code), folder=log.parent, environment={})
