"""Which rule was meant by a word that names none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmconfig.errors import UsageError
from kmconfig.lint.catalogue import nearest, remedy
from kmconfig.lint.selection import Selection
from tests.lint.clean import run_lint, write_environment

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("word", "guess"),
    [
        ("KM230", "KM203"),
        ("km230", "KM203"),
        ("KM5022", "KM502"),
        ("KM2003", None),
        ("KM-203", "KM203"),
        ("MK203", "KM203"),
        ("KM2O9", "KM209"),
        ("KM299", "KM209"),
        ("KM216", None),
        ("KM999", None),
        ("KM20", None),
        ("KM2", None),
        ("KM", None),
        ("KM203 KM205", None),
        ("no-rotation", "no-rotation-limit"),
        ("localhost", "localhost-relay"),
        ("no-encrption", "no-encryption"),
        ("No-Encryption", "no-encryption"),
        ("misspelled-host", "misspelt-host"),
        ("sendmail-in-staging", "sendmail-in-container"),
        ("wonderful", None),
        ("x" * 100_000, None),
    ],
)
def test_what_was_meant(word: str, guess: str | None) -> None:
    assert nearest(word) == guess


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("KM230", "did you mean `KM203`?"),
        ("km2", "`KM2` is an area: name single rules"),
        ("KM20", "`KM20` is an area: name single rules"),
        ("KM203 no-encryption", "separate rules by a comma"),
        ("KM216", "`kmconfig rules` lists all rules"),
        ("KM203 and more", "`kmconfig rules` lists all rules"),
        ("KM9", "KM9 rules come from packages: install the one that has it, and set `plugins: true` in kmconfig.yaml"),
    ],
)
def test_what_to_do(word: str, told: str) -> None:
    assert remedy(word) == told


def _unknown(root: Path) -> list[tuple[str, str | None]]:
    """What is said of unknown rules, with the text that a safe fix would write."""
    return [
        (found.help, found.fix.edits[0].text if found.fix is not None and found.fix.safe else None)
        for found in run_lint(root).findings
        if found.rule.code == "KM002"
    ]


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ("KM216", [("`kmconfig rules` lists all rules", None)]),
        ("KM230", [("did you mean `KM203`?", "KM203")]),
        ("KM2", [("`KM2` is an area: name single rules", None)]),
        ("KM203 KM205", [("separate rules by a comma", None)]),
        ("KM203, KM502", []),
    ],
)
def test_in_suppressions(tmp_path: Path, named: str, told: list[tuple[str, str | None]]) -> None:
    write_environment(tmp_path, f"owner: x  # kmconfig: ignore[{named}] for a test\n")
    assert _unknown(tmp_path) == told


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ("KM216", [("`kmconfig rules` lists all rules", None)]),
        ("KM230", [("did you mean `KM203`?", "KM203")]),
        ("KM2", [("`KM2` is an area: name single rules", None)]),
        ("KM203 KM205", [("give each rule a line of its own", None)]),
    ],
)
def test_in_the_project_file(tmp_path: Path, named: str, told: list[tuple[str, str | None]]) -> None:
    write_environment(tmp_path, "owner: x\n")
    (tmp_path / "kmconfig.yaml").write_text(f"version: 1\nlint: {{rules: {{{named}: off}}}}\n", encoding="utf-8")
    assert _unknown(tmp_path) == told


@pytest.mark.parametrize(
    ("word", "told"), [("KM230", "did you mean `KM203`?"), ("KM203 KM205", "separate rules by a comma")]
)
def test_on_the_command_line(word: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        Selection.read([word], [])
    assert caught.value.help == told


def test_areas_are_selected_as_before() -> None:
    selected = Selection.read(["km2"], ["KM20"]).selected
    assert selected is not None
    assert {"KM201", "KM215"} <= selected
