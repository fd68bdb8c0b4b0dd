"""`kmconfig lint`: which files it looks at, what it prints, and how it ends."""

from __future__ import annotations

import json
import os
import stat
from typing import TYPE_CHECKING

import pytest

from kmconfig.environment.schemas import load_schema
from tests.cli.project import environment
from tests.cli.running import write
from tests.cli.validity import assert_valid

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.running import Call, Ran

MISSPELT = "version: 1\nemial: {}\n"


def places(ran: Ran) -> list[tuple[str, int, str]]:
    return [(found["path"], found["line"], found["code"]) for found in ran.document["findings"]]


def test_a_sound_repository(lint: Callable[..., Ran]) -> None:
    ran = lint()
    assert (ran.code, ran.err, ran.document["findings"]) == (0, "", [])
    assert ran.document["summary"]["files"] == 4
    assert ran.document["summary"]["environments"] == 3
    assert_valid(ran.document, "findings")


def test_text_for_people(kmconfig: Call, root: Path) -> None:
    assert kmconfig("lint").out == "no findings in 4 files, 3 environments\n"
    write(root, {"environments/base.yaml": MISSPELT})
    ran = kmconfig("lint")
    assert ran.code == 1
    assert "error[KM104]: " in ran.out
    assert "--> environments/base.yaml:2:1" in ran.out
    assert "did you mean `email`?" in ran.out
    assert "`kmconfig explain KM104`; in development, production, staging" in ran.out


def test_findings_are_valid_json(lint: Callable[..., Ran], root: Path) -> None:
    write(root, {"environments/staging.yaml": environment("staging") + "x: 1\n", "environments/a.yaml": "version: [\n"})
    ran = lint()
    assert ran.code == 1
    assert {code for _, _, code in places(ran)} >= {"KM101", "KM104"}
    assert_valid(ran.document, "findings")


def test_a_file(lint: Callable[..., Ran], root: Path) -> None:
    write(root, {"environments/staging.yaml": environment("staging") + "x: 1\n"})
    assert lint("environments/staging.yaml").code == 1
    clean = lint("environments/production.yaml")
    assert clean.code == 0
    assert clean.document["summary"]["environments"] == 1
    assert clean.document["summary"]["files"] == 2


def test_a_folder(lint: Callable[..., Ran], root: Path) -> None:
    write(root, {"environments/acme/eu.yaml": environment("production", name="eu", base="../base.yaml") + "x: 1\n"})
    ran = lint("environments/acme")
    assert places(ran) == [("environments/acme/eu.yaml", 10, "KM104")]
    assert ran.document["findings"][0]["environments"] == ["acme/eu"]
    assert lint("environments").document["summary"]["files"] == 5


def test_a_layer_is_linted_with_what_is_built_on_it(lint: Callable[..., Ran], root: Path) -> None:
    base = root / "environments/base.yaml"
    base.write_text(base.read_text(encoding="utf-8").replace("smtp.sendgrid.net", "yourdomain.com"), encoding="utf-8")
    ran = lint("environments/base.yaml")
    assert ran.code == 1
    assert ran.document["findings"][0]["environments"] == ["development", "production", "staging"]


def test_a_file_outside_the_environments_folder(lint: Callable[..., Ran], root: Path) -> None:
    write(root, {"proposed/new.yaml": environment("staging"), "proposed/base.yaml": "version: 1\nemial: {}\n"})
    ran = lint("proposed/new.yaml")
    assert ran.code == 1
    assert ("proposed/base.yaml", 2, "KM104") in places(ran)
    assert ran.document["summary"]["environments"] == 1


def test_the_project_file(lint: Callable[..., Ran], root: Path) -> None:
    write(root, {"kmconfig.yaml": "version: 1\nlint:\n  fial_on: note\n"})
    ran = lint("kmconfig.yaml")
    assert (ran.code, places(ran)) == (1, [("kmconfig.yaml", 3, "KM104")])
    assert lint().code == 1


def test_absolute_paths_and_other_folders(
    lint: Callable[..., Ran], root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(root, {"environments/staging.yaml": environment("staging") + "x: 1\n"})
    monkeypatch.chdir(root / "environments")
    for path in (root / "environments/staging.yaml", "staging.yaml", "./staging.yaml", "../environments/staging.yaml"):
        assert places(lint(path)) == [("environments/staging.yaml", 10, "KM104")], path


@pytest.mark.parametrize("path", ["nowhere.yaml", "environments/nowhere.yaml", "out"])
def test_no_file_matched(kmconfig: Call, root: Path, path: str) -> None:
    ran = kmconfig("lint", path)
    assert (ran.code, ran.out) == (65, "")
    assert "no file" in ran.err
    assert "help: " in ran.err


def test_an_empty_folder_is_no_repository(kmconfig: Call, tmp_path: Path) -> None:
    assert kmconfig("-C", tmp_path, "lint").code == 65


@pytest.mark.parametrize("content", [b"\xff\xfe", b"\0", b"version: [", b"", b"- a\n", b"%x\n" * 99])
def test_unreadable_files_are_findings(lint: Callable[..., Ran], root: Path, content: bytes) -> None:
    (root / "environments/odd.yaml").write_bytes(content)
    ran = lint()
    assert (ran.code, ran.err) == (1, "")
    assert_valid(ran.document, "findings")


def test_a_file_that_cannot_be_opened(lint: Callable[..., Ran], root: Path) -> None:
    (root / "environments/odd.yaml").symlink_to("nowhere")
    assert ("environments/odd.yaml", 1, "KM110") in places(lint())


@pytest.mark.parametrize(
    ("flag", "project", "code"),
    [
        (None, None, 0),
        (None, "warning", 1),
        (None, "note", 1),
        ("never", "warning", 0),
        ("warning", None, 1),
        ("note", "never", 1),
        ("error", "note", 0),
    ],
)
def test_fail_on(lint: Callable[..., Ran], root: Path, flag: str | None, project: str | None, code: int) -> None:
    # The reply address is a warning in production.
    base = root / "environments/base.yaml"
    base.write_text(base.read_text(encoding="utf-8") + "  reply_to: noreply@acme.example\n", encoding="utf-8")
    if project is not None:
        write(root, {"kmconfig.yaml": f"version: 1\nlint: {{fail_on: {project}}}\n"})
    ran = lint(*(("--fail-on", flag) if flag else ()))
    assert "warning" in {found["severity"] for found in ran.document["findings"]}
    assert ran.code == code


def test_select_and_ignore(lint: Callable[..., Ran], root: Path) -> None:
    text = environment("staging") + "x: 1\n"
    write(root, {"environments/staging.yaml": text.replace("timeout: 20s", "port: 26")})
    codes = {code for _, _, code in places(lint())}
    assert "KM104" in codes
    assert len(codes) > 1
    assert {code for _, _, code in places(lint("--select", "KM1"))} == {"KM104"}
    assert {code for _, _, code in places(lint("--select", "unknown-key"))} == {"KM104"}
    assert {code for _, _, code in places(lint("--ignore", "KM2,KM4"))} == {"KM104"}


@pytest.mark.parametrize("word", ["unknown-key", "KM301", "KM1", "KM003,KM205"])
def test_what_cannot_be_switched_off_cannot_be_ignored(kmconfig: Call, root: Path, word: str) -> None:
    ran = kmconfig("lint", "--ignore", word)
    assert ran.code == 64
    assert "cannot be ignored" in ran.err


@pytest.mark.parametrize("option", ["--select", "--ignore"])
@pytest.mark.parametrize(("word", "guess"), [("yaml-sintax", "yaml-syntax"), ("unknown-kye", "unknown-key")])
def test_an_unknown_rule(kmconfig: Call, root: Path, option: str, word: str, guess: str) -> None:
    ran = kmconfig("lint", option, word)
    assert ran.code == 64
    assert f"there is no rule `{word}`" in ran.err
    assert f"did you mean `{guess}`?" in ran.err


def test_suppressions(lint: Callable[..., Ran], root: Path) -> None:
    base = root / "environments/base.yaml"
    line = "  reply_to: noreply@acme.example  # kmconfig: ignore[noreply-reply-to] nobody reads it yet\n"
    base.write_text(base.read_text(encoding="utf-8") + line, encoding="utf-8")
    hidden = lint()
    assert (hidden.document["findings"], hidden.document["summary"]["suppressed"]) == ([], 1)
    shown = lint("--no-suppressions")
    assert len(shown.document["findings"]) == 1


def test_several_formats_at_once(kmconfig: Call, root: Path) -> None:
    ran = kmconfig("lint", "--format", "text", "--format", "json=report.json")
    assert (ran.code, ran.out) == (0, "no findings in 4 files, 3 environments\n")
    assert_valid(json.loads((root / "report.json").read_text(encoding="utf-8")), "findings")


def test_output_is_replaced_as_a_whole(kmconfig: Call, root: Path) -> None:
    report = root / "report.json"
    report.write_text("old", encoding="utf-8")
    before = report.stat().st_ino
    ran = kmconfig("lint", "--format", "json", "--output", report)
    assert (ran.code, ran.out) == (0, "")
    assert report.stat().st_ino != before
    assert json.loads(report.read_text(encoding="utf-8"))["version"] == 1
    assert not list(root.glob(".report*"))


def test_a_report_in_a_file_is_not_coloured(kmconfig: Call, root: Path) -> None:
    write(root, {"environments/base.yaml": MISSPELT})
    assert kmconfig("lint", "--color", "always", "--output", "report.txt").code == 1
    assert "\x1b" not in (root / "report.txt").read_text(encoding="utf-8")
    assert stat.S_IMODE((root / "report.txt").stat().st_mode) == 0o644


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--format", "xml"), "there is no format `xml`"),
        (("--format", "jsn"), "did you mean `json`?"),
        (("--format", "text", "--format", "json"), "cannot share stdout"),
        (("--output", "nowhere/report.txt"), "cannot write"),
        (("--fail-on", "fatal"), "fatal"),
        (("--fxi",), "--fxi"),
    ],
)
def test_wrong_calls(kmconfig: Call, root: Path, options: tuple[str, ...], said: str) -> None:
    ran = kmconfig("lint", *options)
    assert (ran.code, ran.out) == (64, "")
    assert said in ran.err


def test_at_most_a_hundred_findings_a_file(lint: Callable[..., Ran], root: Path) -> None:
    text = environment("staging") + "".join(f"x{number}: 1\n" for number in range(150))
    write(root, {"environments/staging.yaml": text})
    findings = lint().document["findings"]
    assert len(findings) == 101
    assert "50 more findings" in " ".join(found["message"] for found in findings)


def test_the_schema_of_findings_is_strict() -> None:
    assert load_schema("findings")["additionalProperties"] is False


def test_a_path_that_is_not_there_is_no_success(kmconfig: Call, root: Path) -> None:
    ran = kmconfig("lint", str(root / "environments/base.yaml"), str(root / "nope.yaml"))
    assert ran.code == 65
    assert "nope.yaml" in ran.err


def test_an_environments_folder_that_is_not_there_is_no_success(kmconfig: Call, root: Path) -> None:
    write(root, {"kmconfig.yaml": "version: 1\nenvironments: nowhere\n"})
    assert kmconfig("lint").code == 65


def test_a_severity_that_is_none_is_one_finding(kmconfig: Call, root: Path) -> None:
    write(root, {"kmconfig.yaml": "version: 1\nlint: {rules: {KM205: bad}}\n"})
    text = environment("staging").replace("timeout: 20s", "port: 26")
    write(root, {"environments/staging.yaml": text})
    ran = kmconfig("lint", "--format", "json")
    assert ran.code == 1
    found = {finding["code"]: finding["severity"] for finding in ran.document["findings"]}
    assert found["KM107"] == "error"
    assert set(found.values()) <= {"error", "warning", "note"}


def test_a_file_name_that_is_no_text(kmconfig: Call, root: Path) -> None:
    name = os.fsdecode(b"\xff.yaml")
    write(root, {f"environments/{name}": environment("staging")})
    assert kmconfig("lint").code in (0, 1)
    assert "internal error" not in kmconfig("plan", "--all").err


def test_plugins_may_be_allowed_where_none_is_installed(kmconfig: Call, root: Path) -> None:
    write(root, {"kmconfig.yaml": "version: 1\nplugins: true\n"})
    assert kmconfig("lint").code == 0
    assert kmconfig("plan", "--all").code == 0
