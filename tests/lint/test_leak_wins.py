"""A leaked secret is heard of, whatever else is wrong with the text that it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmconfig.lint.selection import Selection
from tests.cli.project import environment, lay_out
from tests.cli.running import Call, caller, write
from tests.lint.fleet.comparing import WISH, as_fleet, in_memory, visible

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.lint.outcome import Outcome

_KEY = "SG." + "Qw3rTy7uIoP9aSdF1gHjKl." + "Zx5cVbN2mQ8wEr4tYu6iOp0aSdFgHjKlZx3cVbNmQ1w"


@pytest.fixture
def kmconfig(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Call:
    """Runs kmconfig in the repository."""
    monkeypatch.chdir(lay_out(tmp_path))
    return caller(capsys)


def _production(root: Path, **smtp: str) -> Path:
    lines = "".join(f"    {name}: {value}\n" for name, value in smtp.items())
    text = environment("production").replace("    timeout: 20s\n", f"    timeout: 20s\n{lines}")
    write(root, {"environments/production.yaml": text})
    return root / "environments/production.yaml"


def _codes(outcome: Outcome) -> list[str]:
    return [found.rule.code for found in outcome.findings]


def test_the_leak_is_the_only_finding_on_its_text(tmp_path: Path) -> None:
    _production(lay_out(tmp_path), username=_KEY)
    outcome = in_memory(tmp_path)
    assert _codes(outcome) == ["KM302"]
    assert visible(as_fleet(tmp_path)) == visible(outcome)


def test_no_fix_writes_over_a_leak(kmconfig: Call, tmp_path: Path) -> None:
    file = _production(tmp_path, username=_KEY)
    before = file.read_text(encoding="utf-8")
    for line in (("--fix",), ("--fix", "--unsafe-fixes"), ("--fix", "--select", "KM305")):
        assert kmconfig("lint", *line).code != 0
        assert file.read_text(encoding="utf-8") == before


def test_what_was_asked_for_alone_is_still_said(tmp_path: Path) -> None:
    _production(lay_out(tmp_path), username=_KEY)
    outcome = in_memory(tmp_path, WISH._replace(selection=Selection(frozenset({"KM305"}))))
    assert _codes(outcome) == ["KM305"]
    assert outcome.findings[0].fix is None


def test_other_texts_keep_their_findings_and_fixes(tmp_path: Path) -> None:
    _production(lay_out(tmp_path), username="apikay", encryption=_KEY)
    outcome = in_memory(tmp_path)
    assert _codes(outcome) == ["KM305", "KM302"]
    assert outcome.findings[0].fix is not None


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("KM101", "version: 1\ntier: production\nowner: [\n"),
        ("KM108", "version: 1\ntier: production\nextends: nowhere.yaml\n"),
        ("KM110", "version: 1\ntier: production\nowner: \udcff\n"),
    ],
)
def test_an_unreadable_file_is_never_left_out(kmconfig: Call, tmp_path: Path, code: str, text: str) -> None:
    file = tmp_path / "environments/production.yaml"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    ran = kmconfig("lint", "--select", "KM2")
    assert ran.code == 1
    assert code in ran.out
