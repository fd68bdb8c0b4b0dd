"""Baselines: what they hide, what they do not, and how they are kept."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kmconfig.environment.project import Project
from kmconfig.errors import ConfigurationError
from kmconfig.lint.baseline import Baseline, Entry, baseline_of, baseline_text, is_complete, read_baseline
from kmconfig.lint.engine import Crash, Outcome, lint
from tests.lint.clean import TODAY, write_environment

if TYPE_CHECKING:
    from kmconfig.lint.finding import Located

PORT_25 = "email:\n  smtp:\n    port: 25\n"
PLAINTEXT = "email:\n  smtp:\n    password: tiger7\n"


def look(root: Path) -> Outcome:
    project = Project(root)
    project.load()
    return lint(project, today=TODAY, limit=False)


def findings(root: Path, text: str, tier: str = "production") -> list[Located]:
    write_environment(root, text, tier=tier)
    return look(root).findings


def codes(found: list[Located]) -> list[str]:
    return [finding.rule.code for finding in found]


def test_accepted_findings_are_hidden(tmp_path: Path) -> None:
    found = findings(tmp_path, PORT_25)
    assert codes(found) == ["KM203"]
    new, old, unmatched = baseline_of(found).split(found)
    assert (new, old, unmatched) == ([], found, [])


def test_another_finding_is_not(tmp_path: Path) -> None:
    baseline = baseline_of(findings(tmp_path, PORT_25))
    new, old, _ = baseline.split(findings(tmp_path, PORT_25 + "  reply_to: noreply@acme.example\n"))
    assert (codes(new), codes(old)) == (["KM412"], ["KM203"])


@pytest.mark.parametrize(
    "text",
    [
        "# moved\n\n\n" + PORT_25,
        "owner: somebody-else\n" + PORT_25,
        'email: {smtp: {timeout: 9s, "port": 25}}\n',
        PORT_25.replace("\n", "  # a comment\n"),
    ],
)
def test_findings_are_known_again_where_they_moved(tmp_path: Path, text: str) -> None:
    baseline = baseline_of(findings(tmp_path, PORT_25))
    new, old, unmatched = baseline.split(findings(tmp_path, text))
    assert (new, codes(old), unmatched) == ([], ["KM203"], [])


def test_findings_are_known_again_in_new_words(tmp_path: Path) -> None:
    found = findings(tmp_path, PORT_25)
    reworded = [finding._replace(message="other words", help="other help") for finding in found]
    assert baseline_of(found).split(reworded)[1] == reworded


def test_what_became_worse_was_not_accepted(tmp_path: Path) -> None:
    (note,) = (found for found in findings(tmp_path, PORT_25, tier="development") if found.rule.code == "KM203")
    assert note.severity == "note"
    baseline = baseline_of([note])
    (error,) = findings(tmp_path, PORT_25)
    assert (error.severity, error.fingerprint) == ("error", note.fingerprint)
    assert baseline.split([error])[0] == [error]
    assert baseline_of([error]).split([note])[1] == [note]


def test_one_entry_accepts_one_finding(tmp_path: Path) -> None:
    line = "owner: a  # kmconfig: ignore[KM203] nothing\n"
    baseline = baseline_of(findings(tmp_path, line))
    found = findings(tmp_path, line + "description: b  # kmconfig: ignore[KM204] nothing\n")
    assert codes(found) == ["KM001", "KM001"]
    new, old, _ = baseline.split(found)
    assert (len(new), len(old)) == (1, 1)
    assert baseline.split([*old, *old])[0] == old


def test_some_findings_cannot_be_accepted(tmp_path: Path) -> None:
    found = findings(tmp_path, PLAINTEXT + "x: 1\n")
    assert set(codes(found)) == {"KM301", "KM104"}
    assert baseline_of(found).entries == ()
    forged = Baseline(
        tuple(
            Entry(fingerprint=finding.fingerprint, severity="error", code="KM203", path="x", setting="y")
            for finding in found
        )
    )
    assert forged.split(found)[0] == found


def test_stale_entries(tmp_path: Path) -> None:
    baseline = baseline_of(findings(tmp_path, PORT_25))
    outcome = Outcome(findings=findings(tmp_path, ""))
    assert baseline.accept(outcome) == list(baseline.entries)
    assert outcome.baselined == 0


def test_accepting_counts(tmp_path: Path) -> None:
    outcome = Outcome(findings=findings(tmp_path, PORT_25))
    assert baseline_of(outcome.findings).accept(outcome) == []
    assert (outcome.findings, outcome.baselined) == ([], 1)


def test_what_is_unreadable_hides_findings(tmp_path: Path) -> None:
    findings(tmp_path, PORT_25)
    assert is_complete(look(tmp_path))
    assert not is_complete(Outcome(crashes=[Crash("KM201", "production", "ValueError")]))
    findings(tmp_path, "email: [\n")
    assert not is_complete(look(tmp_path))


def test_a_file_and_back(tmp_path: Path) -> None:
    baseline = baseline_of(findings(tmp_path, PORT_25))
    file = tmp_path / "baseline.json"
    file.write_text(baseline_text(baseline), encoding="utf-8")
    assert read_baseline(file, "baseline.json") == baseline
    document = json.loads(file.read_text(encoding="utf-8"))
    assert document["version"] == 1
    assert [entry["path"] for entry in document["findings"]] == ["environments/production.yaml"]


def test_files_read_well_in_review(tmp_path: Path) -> None:
    found = findings(tmp_path, PORT_25 + "  reply_to: noreply@acme.example\n")
    assert baseline_text(baseline_of(found)) == baseline_text(baseline_of(reversed(found)))
    assert baseline_text(Baseline()) == '{\n  "version": 1,\n  "findings": []\n}\n'


def test_a_baseline_holds_no_secret(tmp_path: Path) -> None:
    found = findings(tmp_path, PORT_25 + "    password: tiger7-tiger7\n  reply_to: noreply@acme.example\n")
    assert "tiger7" not in baseline_text(baseline_of(found))


ENTRY = '{"code": "KM203", "path": "a", "setting": "b", "severity": "error", "fingerprint": "c"}'


def test_entries_as_written(tmp_path: Path) -> None:
    file = tmp_path / "baseline.json"
    file.write_text(f'{{"version": 1, "findings": [{ENTRY}]}}', encoding="utf-8")
    assert len(read_baseline(file, "b").entries) == 1


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"version": 2, "findings": []}',
        '{"version": 1}',
        '{"version": 1, "findings": {"a": 1}}',
        '{"version": 1, "findings": [1]}',
        '{"version": 1, "findings": [{}]}',
        f'{{"version": 1, "findings": [{ENTRY.replace("error", "fatal")}]}}',
        f'{{"version": 1, "findings": [{ENTRY.replace(chr(34) + "a" + chr(34), "7")}]}}',
        "[" * 100_000,
        "\udcff",
    ],
)
def test_what_is_no_baseline(tmp_path: Path, content: str) -> None:
    file = tmp_path / "baseline.json"
    file.write_text(content, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(ConfigurationError, match="`b` is no baseline"):
        read_baseline(file, "b")


def test_files_that_are_not_there_or_no_files(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="there is no baseline `b`"):
        read_baseline(tmp_path / "nowhere.json", "b")
    with pytest.raises(ConfigurationError, match="cannot read the baseline `b`: it is not a regular file"):
        read_baseline(tmp_path, "b")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ConfigurationError, match="it is not a regular file"):
        read_baseline(tmp_path / "pipe", "b")
    with pytest.raises(ConfigurationError, match="cannot read the baseline `b`: file name too long"):
        read_baseline(Path("x" * 300), "b")
