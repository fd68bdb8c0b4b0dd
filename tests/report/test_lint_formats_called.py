"""The formats as `kmconfig lint` writes them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from kmconfig.cli.lint_reports import WRITERS
from tests.cli.project import lay_out
from tests.cli.running import caller, write

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.running import Call

SECRET = "correct-horse-battery-staple"
NAME = "environments/::error a,b%0A`|@user.yaml"
HOSTILE = f"""\
version: 1
extends: base.yaml
tier: staging
email:
  smtp:
    password: {SECRET}
"x\\n::error file=prod.yaml,line=1::\\x1b[31m\\u202e ##[error] </details>": 1
"""
SUPPRESSED = "  reply_to: noreply@acme.example  # kmconfig: ignore[noreply-reply-to] nobody reads it yet\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sound repository, which is also the current folder."""
    folder = lay_out(tmp_path / "repository")
    (folder / ".git").mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def kmconfig(capsys: pytest.CaptureFixture[str]) -> Call:
    """Runs kmconfig in the current folder."""
    return caller(capsys)


def test_all_formats_in_one_run(kmconfig: Call, root: Path) -> None:
    write(root, {NAME: HOSTILE})
    options = [word for form in WRITERS for word in ("--format", f"{form}=report.{form}")]
    assert kmconfig("lint", *options).out == ""
    for form in WRITERS:
        assert kmconfig("lint", "--format", form).out == (root / f"report.{form}").read_text(encoding="utf-8"), form


@pytest.mark.parametrize("form", WRITERS)
def test_hostile_files_in_a_workflow_log(
    kmconfig: Call, root: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(root, {NAME: HOSTILE})
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    ran = kmconfig("lint", "--format", form)
    assert (ran.code, ran.err) == (1, "")
    assert SECRET not in ran.out
    assert not {"\x1b", "\u202e", "\r"} & set(ran.out)
    lines = ran.out.splitlines()
    if form == "github":
        assert all(line.startswith(("::error file=", "::warning file=", "::notice file=")) for line in lines)
    else:
        assert not [line for line in lines if line.lstrip().startswith("::") or "##[" in line]


@pytest.mark.parametrize("form", WRITERS)
def test_suppressed_findings_stay_away(kmconfig: Call, root: Path, form: str) -> None:
    base = root / "environments/base.yaml"
    base.write_text(base.read_text(encoding="utf-8") + SUPPRESSED, encoding="utf-8")
    assert "nobody reads" not in kmconfig("lint", "--format", form).out
    shown = kmconfig("lint", "--format", form, "--no-suppressions").out
    assert "base.yaml" in shown


def test_text_and_annotations_share_stdout(kmconfig: Call, root: Path) -> None:
    write(root, {"environments/staging.yaml": HOSTILE})
    ran = kmconfig("lint", "--format", "text", "--format", "github")
    assert ran.out.startswith("error[KM")
    assert "\n::error file=environments/staging.yaml,line=" in ran.out


@pytest.mark.parametrize(
    ("formats", "said"),
    [
        (("text", "sarif"), "text and sarif cannot share stdout"),
        (("github", "json"), "cannot share stdout"),
        (("text", "text"), "cannot share stdout"),
        (("json=-", "text"), "cannot share stdout"),
        (("json=a", "sarif=./a"), "two reports would go to `a`"),
        (("sarif=",), "names no file"),
        (("serif",), "did you mean `sarif`?"),
        (("pdf",), "text, json, sarif, github, gitlab, junit, markdown"),
    ],
)
def test_reports_that_cannot_be(kmconfig: Call, root: Path, formats: tuple[str, ...], said: str) -> None:
    ran = kmconfig("lint", *(word for entry in formats for word in ("--format", entry)))
    assert (ran.code, ran.out) == (64, "")
    assert said in ran.err
    assert not (root / "a").exists()


def test_two_formats_do_not_share_the_output_file(kmconfig: Call, root: Path) -> None:
    assert kmconfig("lint", "--format", "json", "--format", "text", "--output", "a").code == 64


def test_paths_are_those_of_the_repository(kmconfig: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    folder = lay_out(tmp_path / "deploy" / "mail settings")
    write(folder, {"kmconfig.yaml": "version: 1\n", "environments/staging.yaml": HOSTILE})
    monkeypatch.chdir(folder)
    shown = "deploy/mail settings/environments/staging.yaml"
    assert f"file={shown},line=" in kmconfig("lint", "--format", "github").out
    assert kmconfig("lint", "--format", "sarif").document["runs"][0]["results"][0]["locations"][0]["physicalLocation"][
        "artifactLocation"
    ]["uri"] == shown.replace(" ", "%20")
    assert json.loads(kmconfig("lint", "--format", "gitlab").out)[0]["location"]["path"] == shown
    assert kmconfig("lint", "--format", "json").document["findings"][0]["path"] == "environments/staging.yaml"


@pytest.mark.parametrize(
    ("paths", "category"),
    [
        ((), "kmconfig/"),
        (("environments/production.yaml",), "kmconfig/production/"),
        (("environments/staging.yaml", "environments/development.yaml"), "kmconfig/development+staging/"),
    ],
)
def test_uploads_for_different_files_are_kept_apart(
    kmconfig: Call, root: Path, paths: tuple[str, ...], category: str
) -> None:
    (run,) = kmconfig("lint", "--format", "sarif", *paths).document["runs"]
    assert run["automationDetails"] == {"id": category}


def test_junit_follows_the_fail_level_and_the_selection(kmconfig: Call, root: Path) -> None:
    base = root / "environments/base.yaml"
    base.write_text(base.read_text(encoding="utf-8") + "  reply_to: noreply@acme.example\n", encoding="utf-8")
    # A finding that environments share has the worst of its severities in each.
    for level, failures in (("error", "0"), ("warning", "3")):
        out = kmconfig("lint", "--format", "junit", "--fail-on", level, "--ignore", "KM201").out
        element = ET.fromstring(out.encode())  # noqa: S314 - our own document
        assert (element.get("failures"), element.get("skipped")) == (failures, "4")


def test_statistics_stand_behind_the_text(kmconfig: Call, root: Path) -> None:
    write(root, {"environments/staging.yaml": HOSTILE})
    plain = kmconfig("lint").out
    more = kmconfig("lint", "--statistics").out
    assert more.startswith(plain)
    assert more.removeprefix(plain).splitlines()[1].split() == ["code", "rule", "errors", "warnings", "notes", "total"]
    assert kmconfig("lint", "--statistics", "--format", "json").out == kmconfig("lint", "--format", "json").out
