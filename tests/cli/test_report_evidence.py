"""``kmconfig report``: what other commands have seen, read from files and pipes, and what is refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from kmconfig.cli.app import COMMANDS
from tests.cli.report_page import EPOCH, KINDS, give, page, receipt
from tests.cli.running import write
from tests.environment.results import RESULTS
from tests.report.page.markup import Markup
from tests.report.page.sample import grow
from tests.servers.requirements import require

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.running import Call


@pytest.fixture(autouse=True)
def _same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_command_printed_is_told(kmconfig: Call, root: Path, kind: str) -> None:
    name = give(root, f"{kind}.json", RESULTS[kind])
    assert kmconfig("report", "--output", "site", f"--{kind}", name).code == 0
    read = Markup(page(root))
    told = {"secrets": "12 of 90 days", "dns": "no-spf", "drift": "1 drifted", "plan": "1 pending"}
    assert told[kind] in read.shown
    assert f"{kind}.json" in read.shown


def test_a_saved_plan_is_a_plan(kmconfig: Call, root: Path) -> None:
    name = give(root, "plan.json", {"version": 1, **RESULTS["plan"]["results"][0]})
    assert kmconfig("report", "--output", "site", "--plan", name).code == 0
    assert "1 pending" in Markup(page(root)).shown


SEEN = {"secrets": "env:KM_PRODUCTION_PASSWORD", "plan": "Plan of ", "drift": "Drift"}


@pytest.mark.parametrize("command", [command for command in SEEN if command in COMMANDS])
def test_commands_print_what_is_wanted(kmconfig: Call, root: Path, command: str) -> None:
    assert kmconfig(command, "--all", "--format", "json", "--output", "seen.json").code in (0, 1, 2)
    assert kmconfig("report", "--output", "site", f"--{command}", "seen.json").code == 0
    assert SEEN[command] in Markup(page(root)).shown


def without(kind: str, field: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(json.dumps(RESULTS[kind]))
    del document["results"][0][field]
    return document


@pytest.mark.parametrize(
    ("option", "text", "told"),
    [
        ("--dns", "{\n  nothing", "given.json:2:3` is not JSON"),
        ("--dns", "\xff", "is not JSON"),
        ("--dns", '{"version": NaN}', "is not JSON"),
        ("--dns", "[" * 100_000, "is not JSON"),
        ("--dns", "[]", "must be a mapping"),
        ("--dns", json.dumps(RESULTS["findings"]), "unknown key `findings`"),
        ("--dns", json.dumps(without("dns", "checks")), "`results[0].checks` is missing"),
        ("--dns", json.dumps({**RESULTS["dns"], "version": 2}), "version 2"),
        ("--secrets", json.dumps(RESULTS["dns"]), "results[0]"),
        ("--drift", json.dumps(without("drift", "result")), "`results[0].result` is missing"),
        ("--plan", json.dumps(RESULTS["drift"]), "results[0]"),
    ],
)
def test_a_file_that_is_something_else(kmconfig: Call, root: Path, option: str, text: str, told: str) -> None:
    (root / "given.json").write_bytes(text.encode("latin-1"))
    ran = kmconfig("report", "--output", "site", option, "given.json")
    assert ran.code == 65
    assert "given.json" in ran.err
    assert told in ran.err
    assert ran.err.count("kmconfig: ") == 1
    assert not (root / "site").exists()


def test_a_file_that_is_too_large(kmconfig: Call, root: Path) -> None:
    with (root / "large.json").open("wb") as stream:
        stream.truncate((64 << 20) + 1)
    ran = kmconfig("report", "--output", "site", "--dns", "large.json")
    assert (ran.code, "`large.json` is larger than 64 MiB" in ran.err) == (65, True)


@pytest.mark.parametrize("option", [f"--{kind}" for kind in KINDS])
@pytest.mark.parametrize("given", ["/dev/zero", "/dev/null", "pipe", "site.d"])
def test_pipes_and_devices_are_no_files(kmconfig: Call, root: Path, option: str, given: str) -> None:
    os.mkfifo(root / "pipe")
    (root / "site.d").mkdir()
    ran = kmconfig("report", "--output", "site", option, given)
    assert ran.code == 64
    assert f"cannot read `{given}`: it is " in ran.err
    assert "name a file with the JSON" in ran.err
    assert not (root / "site").exists()


def test_a_pipe_among_receipts(kmconfig: Call, root: Path) -> None:
    folder = root / ".kmconfig/state/receipts/production"
    folder.mkdir(parents=True)
    os.mkfifo(folder / "01.json")
    ran = kmconfig("report", "--output", "site")
    assert (ran.code, "it is not a regular file" in ran.err) == (64, True)


@pytest.mark.parametrize(
    "line", ["{} --dns <(sleep 0.1; cat dns.json) --drift <(cat drift.json)", "cat dns.json | {} --dns /dev/stdin"]
)
def test_what_the_shell_pipes_is_read(root: Path, line: str) -> None:
    for kind in KINDS:
        give(root, f"{kind}.json", RESULTS[kind])
    require("process substitution", packages="bash", programs=("bash",))
    called = f"{sys.executable} -m kmconfig report --output site"
    ran = subprocess.run(
        ["bash", "-c", line.format(called)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr
    shown = Markup(page(root)).shown
    assert "no-spf" in shown
    assert "a pipe" in shown


@pytest.mark.parametrize("option", [*(f"--{kind}" for kind in KINDS), "--receipts"])
def test_a_file_that_is_not_there(kmconfig: Call, root: Path, option: str) -> None:
    ran = kmconfig("report", "--output", "site", option, "missing")
    assert ran.code == 64
    assert "cannot read `missing`" in ran.err


def test_receipts_lie_in_the_state_folder(kmconfig: Call, root: Path) -> None:
    first = receipt(run="20260101T000000Z-0a", started="2026-01-01T00:00:00+00:00", message="the first one")
    later = receipt(run="20260201T000000Z-0b", started="2026-02-01T00:00:00+00:00", result="rolled_back")
    folder = ".kmconfig/state/receipts/production"
    give(root, f"{folder}/20260101T000000Z-0a.json", first)
    give(root, f"{folder}/20260201T000000Z-0b.json", later)
    write(root, {f"{folder}/.half.json": "{"})
    assert kmconfig("report", "--output", "site").code == 0
    shown = Markup(page(root)).shown
    assert shown.index("20260201T000000Z-0b") < shown.index("20260101T000000Z-0a")
    assert "rolled back Last apply production, 2026-02-01 00:00 UTC" in " ".join(shown.split())
    assert "the first one" in shown
    assert kmconfig("report", "--output", "site", "--receipts", ".kmconfig/state/receipts").code == 0
    assert "20260201T000000Z-0b" in page(root)


def test_receipts_of_nested_environments(kmconfig: Call, root: Path) -> None:
    grow(root, 1)
    give(root, "state/receipts/eu/customer-000/01.json", receipt(run="01", environment="eu/customer-000"))
    assert kmconfig("report", "--output", "site", "--receipts", "state").code == 0
    assert "Last runs" in page(root)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"version": 1, "run": "01"}, "is missing"),
        (receipt(run=7), "`run` must be text, not a number"),
        (receipt(steps="none"), "`steps` must be a list, not text"),
        (receipt(result="sent"), "`result` must be"),
    ],
)
def test_a_receipt_that_is_none(kmconfig: Call, root: Path, content: dict[str, Any], told: str) -> None:
    give(root, ".kmconfig/state/receipts/production/01.json", content)
    ran = kmconfig("report", "--output", "site")
    assert ran.code == 65
    assert "production/01.json" in ran.err
    assert told in ran.err


def test_a_state_folder_of_somebody_else(kmconfig: Call, root: Path) -> None:
    write(root, {".kmconfig/state/receipts": "a file, and no folder"})
    ran = kmconfig("report", "--output", "site")
    assert (ran.code, ran.err) == (0, "")
    write(root, {"kmconfig.yaml": "version: 1\nstate: gone\n"})
    assert kmconfig("report", "--output", "site").code == 0
    assert "no receipts were given" in page(root)
