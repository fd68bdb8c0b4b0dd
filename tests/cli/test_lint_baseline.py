"""`kmconfig lint --baseline` and `--write-baseline`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from kmconfig.environment.project import Project
from kmconfig.lint import engine
from kmconfig.lint.rule import rule
from kmconfig.lint.rules.all import RULES
from tests.cli.project import environment
from tests.cli.running import write
from tests.cli.validity import assert_valid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from kmconfig.environment.environment import Environment
    from kmconfig.lint.finding import Finding
    from tests.cli.running import Call, Ran

STAGING = "environments/staging.yaml"
FILE = ".kmconfig-baseline.json"
PROJECT = f"version: 1\nlint: {{baseline: {FILE}, fail_on: note}}\n"
PORT_25 = environment("staging").replace("timeout: 20s", "port: 25")


@pytest.fixture
def adopted(root: Path, kmconfig: Call) -> Path:
    """A repository that has accepted what it found; returns its baseline."""
    write(root, {STAGING: PORT_25, "kmconfig.yaml": PROJECT})
    assert kmconfig("lint").code == 65
    assert kmconfig("lint", "--write-baseline").code == 0
    return root / FILE


def test_adoption(kmconfig: Call, root: Path) -> None:
    write(root, {STAGING: PORT_25, "kmconfig.yaml": PROJECT})
    ran = kmconfig("lint")
    assert (ran.code, ran.out) == (65, "")
    assert "create it with --write-baseline" in ran.err
    ran = kmconfig("lint", "--write-baseline")
    assert (ran.code, ran.err) == (0, f"1 finding accepted in {FILE}\n")
    assert ran.out == "no findings in 5 files, 3 environments (1 baselined)\n"
    ran = kmconfig("lint")
    assert (ran.code, ran.out, ran.err) == (0, "no findings in 5 files, 3 environments (1 baselined)\n", "")


def test_json_counts(lint: Callable[..., Ran], adopted: Path) -> None:
    document = lint().document
    assert_valid(document, "findings")
    assert (document["findings"], document["summary"]["baselined"]) == ([], 1)


def test_new_findings_fail(lint: Callable[..., Ran], root: Path, adopted: Path) -> None:
    write(root, {STAGING: PORT_25.replace("port: 25", "port: 25\n  reply_to: noreply@acme.example")})
    ran = lint()
    assert (ran.code, [found["code"] for found in ran.document["findings"]]) == (1, ["KM412"])
    assert ran.document["summary"]["baselined"] == 1


def test_the_same_finding_elsewhere_fails(lint: Callable[..., Ran], root: Path, adopted: Path) -> None:
    write(root, {"environments/production.yaml": environment("production").replace("timeout: 20s", "port: 25")})
    ran = lint()
    assert (ran.code, [found["path"] for found in ran.document["findings"]]) == (1, ["environments/production.yaml"])


def test_an_option_counts_more_than_the_project_file(
    kmconfig: Call, root: Path, adopted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    adopted.rename(root / "elsewhere.json")
    assert kmconfig("lint").code == 65
    assert kmconfig("lint", "--baseline", "elsewhere.json").code == 0
    monkeypatch.chdir(root.parent)
    assert kmconfig("-C", "repository", "lint", "--baseline", "elsewhere.json").code == 0


def test_what_cannot_be_accepted_stays(kmconfig: Call, root: Path) -> None:
    write(root, {STAGING: PORT_25.replace("password: {env: KM_STAGING_PASSWORD, max_age: 90d}", "password: tiger7")})
    ran = kmconfig("lint", "--write-baseline", "--baseline", FILE)
    assert ran.code == 1
    assert ran.err == f"1 finding accepted in {FILE}; 1 finding cannot be accepted\n"
    assert "error[KM301]" in ran.out
    assert "tiger7" not in ran.out + ran.err + (root / FILE).read_text(encoding="utf-8")


def test_stale_entries_are_reported_and_dropped(kmconfig: Call, root: Path, adopted: Path) -> None:
    write(root, {STAGING: environment("staging")})
    ran = kmconfig("lint")
    assert ran.code == 0
    assert ran.err.splitlines() == [
        f"{FILE}: 1 entry matches nothing any more",
        f"  KM203 {STAGING} email.smtp.port",
        "  help: --write-baseline drops what is no longer needed",
    ]
    assert kmconfig("lint", "-q").err == ""
    ran = kmconfig("lint", "--write-baseline")
    assert ran.err == f"0 findings accepted in {FILE}; 1 entry dropped that matched nothing\n"
    assert json.loads(adopted.read_text(encoding="utf-8"))["findings"] == []
    assert kmconfig("lint").err == ""


@pytest.mark.parametrize("options", [("environments/production.yaml",), ("--select", "KM4"), ("--ignore", "KM203")])
def test_who_looks_at_a_part_calls_nothing_stale(
    kmconfig: Call, root: Path, adopted: Path, options: tuple[str, ...]
) -> None:
    ran = kmconfig("lint", *options)
    assert (ran.code, ran.err) == (0, "")


def test_what_cannot_be_read_is_not_stale(kmconfig: Call, root: Path, adopted: Path) -> None:
    before = adopted.read_bytes()
    write(root, {STAGING: "version: [\n"})
    ran = kmconfig("lint")
    assert (ran.code, ran.err) == (1, "")
    assert kmconfig("lint", "--write-baseline").code == 1
    assert adopted.read_bytes() == before


def test_a_limit_hides_nothing_from_a_baseline(lint: Callable[..., Ran], root: Path) -> None:
    text = "".join(f"# kmconfig: ignore[KM203] {number}\n" for number in range(150))
    write(root, {STAGING: text + environment("staging")})
    assert lint("--write-baseline", "--baseline", FILE).document["summary"]["baselined"] == 150
    write(root, {STAGING: text + PORT_25})
    ran = lint("--baseline", FILE, "--fail-on", "error")
    assert ran.document["summary"]["baselined"] + len(ran.document["findings"]) == 151
    write(root, {STAGING: text + text + environment("staging")})
    document = lint("--baseline", FILE).document
    assert (document["summary"]["baselined"], len(document["findings"])) == (150, 101)


def test_accepted_findings_are_not_fixed(kmconfig: Call, root: Path) -> None:
    comment = "# kmconfig: ignore[KM204] one day\n"
    write(root, {STAGING: comment + environment("staging")})
    kmconfig("lint", "--write-baseline", "--baseline", FILE)
    ran = kmconfig("lint", "--fix", "--baseline", FILE)
    assert ran.out == "no findings in 4 files, 3 environments (1 baselined)\n"
    assert (root / STAGING).read_text(encoding="utf-8").startswith(comment)


def test_nobody_says_where(kmconfig: Call, root: Path) -> None:
    ran = kmconfig("lint", "--write-baseline")
    assert (ran.code, ran.out) == (64, "")
    assert "--baseline FILE" in ran.err


@pytest.mark.parametrize(
    "options", [("environments",), ("--select", "KM2"), ("--ignore", "KM2"), ("--fix",), ("--diff",), ("-",)]
)
def test_only_all_findings_can_be_accepted(kmconfig: Call, root: Path, options: tuple[str, ...]) -> None:
    ran = kmconfig("lint", "--write-baseline", "--baseline", FILE, *options)
    assert ran.code == 64
    assert not (root / FILE).exists()


def test_another_file_is_not_overwritten(kmconfig: Call, root: Path) -> None:
    write(root, {"package.json": '{"name": "portal"}'})
    ran = kmconfig("lint", "--write-baseline", "--baseline", "package.json")
    assert (ran.code, ran.out) == (65, "")
    assert (root / "package.json").read_text(encoding="utf-8") == '{"name": "portal"}'


@pytest.mark.parametrize("path", ["../outside.json", "/outside.json", "out/link/outside.json"])
def test_a_project_file_cannot_lead_outside(kmconfig: Call, root: Path, path: str) -> None:
    (root / "out/link").symlink_to(root.parent)
    write(root, {"kmconfig.yaml": f"version: 1\nlint: {{baseline: {path}}}\n"})
    ran = kmconfig("lint", "--write-baseline")
    assert (ran.code, ran.out) == (65, "")
    assert "leads out of the repository" in ran.err
    assert not (root.parent / "outside.json").exists()


def test_a_folder_that_is_not_there(kmconfig: Call, root: Path) -> None:
    ran = kmconfig("lint", "--write-baseline", "--baseline", "nowhere/baseline.json")
    assert ran.code == 64
    assert "cannot write `nowhere/baseline.json`" in ran.err


def test_a_rule_that_fails_itself(kmconfig: Call, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    @rule("KM999", "broken", severity="E/E/E")
    def broken(env: Environment) -> Iterator[Finding]:
        raise LookupError(env.name)

    monkeypatch.setattr(engine, "offline_rules", lambda: (*RULES, broken))
    assert Project(root).names()
    ran = kmconfig("lint", "--write-baseline", "--baseline", FILE)
    assert ran.code == 70
    assert not (root / FILE).exists()
