"""``kmconfig report``: where the page goes, what it is made from, and what never stands on it."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

import pytest

from kmconfig.report.page.document import MARKER
from tests.cli.project import PASSWORD
from tests.cli.report_page import EPOCH, KINDS, give, page
from tests.cli.running import write
from tests.environment.results import RESULTS
from tests.report.page.markup import Markup
from tests.report.page.sample import grow

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.running import Call

PLAINTEXT = "tR0ub4dor-and-three"
LEAKED = "SG.abcdefghijklmnopqrstuv.ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefg"


@pytest.fixture(autouse=True)
def _same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)


def test_the_page_is_written(kmconfig: Call, root: Path) -> None:
    ran = kmconfig("report", "--output", "site/pages")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "site/pages/index.html: no findings in 4 files, 3 environments\n"
    shown = Markup(page(root, "site/pages")).shown
    assert "made on 2026-01-01 00:00 UTC" in shown
    for told in ("production", "staging", "development", "environments/base.yaml:8:11", "env: KM_STAGING_PASSWORD"):
        assert told in shown
    assert stat.S_IMODE((root / "site/pages/index.html").stat().st_mode) == 0o644
    assert [path.name for path in (root / "site/pages").iterdir()] == ["index.html"]
    assert kmconfig("report", "--output", "site/pages", "-q").out == ""


def test_findings_do_not_fail_it(kmconfig: Call, root: Path) -> None:
    own = (root / "environments/staging.yaml").read_text(encoding="utf-8")
    write(root, {"environments/staging.yaml": own.replace("  smtp:\n", "  smtp:\n    port: 465\n")})
    ran = kmconfig("report", "--output", "site")
    assert ran.code == 0
    assert "1 error" in ran.out
    shown = Markup(page(root)).shown
    for told in ("KM201", "port-encryption-mismatch", "Remedy", "encryption: ssl"):
        assert told in shown


def test_a_rule_that_fails_itself(kmconfig: Call, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("failed")

    monkeypatch.setattr("kmconfig.environment.environment.Environment.email", property(fail))
    ran = kmconfig("report", "--output", "site")
    assert (ran.code, "rules failed themselves" in ran.err) == (70, True)
    assert "internal error: RuntimeError" in Markup(page(root)).shown


def test_accepted_findings_stay_away(kmconfig: Call, root: Path) -> None:
    own = (root / "environments/staging.yaml").read_text(encoding="utf-8")
    write(root, {"environments/staging.yaml": own.replace("  smtp:\n", "  smtp:\n    port: 465\n")})
    write(root, {"kmconfig.yaml": "version: 1\nlint: {baseline: accepted.json}\n"})
    assert kmconfig("lint", "--write-baseline", "-q").code == 0
    assert kmconfig("report", "--output", "site").code == 0
    assert "KM201" not in page(root)


def test_the_same_input_makes_the_same_bytes(kmconfig: Call, root: Path) -> None:
    files = [part for kind in KINDS for part in (f"--{kind}", give(root, f"{kind}.json", RESULTS[kind]))]
    for folder in ("one", "other"):
        assert kmconfig("report", "--output", folder, *files).code == 0
    assert page(root, "one") == page(root, "other")


def test_the_time_can_be_given(kmconfig: Call, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    ran = kmconfig("report", "--output", "site")
    assert (ran.code, "SOURCE_DATE_EPOCH" in ran.err) == (64, True)
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert kmconfig("report", "--output", "site").code == 0
    assert "made on 2026-01-01 00:00" not in page(root)


def test_paths_start_where_it_was_told_to(kmconfig: Call, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root.parent)
    give(root, "dns.json", RESULTS["dns"])
    assert kmconfig("report", "-C", root, "--output", "site", "--dns", "dns.json").code == 0
    assert "no-spf" in page(root)


# Where it goes


def test_a_page_of_somebody_else_stays(kmconfig: Call, root: Path) -> None:
    write(root, {"site/index.html": "<h1>mine</h1>", "site/logo.svg": "<svg/>"})
    ran = kmconfig("report", "--output", "site")
    assert ran.code == 3
    assert "was not written by `kmconfig report`" in ran.err
    assert "--force" in ran.err
    assert page(root) == "<h1>mine</h1>"
    assert kmconfig("report", "--output", "site", "--force").code == 0
    assert MARKER in page(root)
    assert (root / "site/logo.svg").read_text(encoding="utf-8") == "<svg/>"
    assert kmconfig("report", "--output", "site").code == 0


@pytest.mark.parametrize("output", ["taken", "taken/below", "environments/base.yaml/site"])
def test_no_folder_to_write_to(kmconfig: Call, root: Path, output: str) -> None:
    write(root, {"taken": "a file"})
    ran = kmconfig("report", "--output", output)
    assert ran.code == 64
    assert f"cannot write `{output}/index.html`" in ran.err
    assert (root / "taken").read_text(encoding="utf-8") == "a file"


def test_a_file_in_place_of_the_folder(kmconfig: Call, root: Path) -> None:
    write(root, {"page.html": "a file"})
    ran = kmconfig("report", "--output", "page.html")
    assert "`page.html` is a file" in ran.err
    assert "--output names a folder" in ran.err


def test_a_folder_in_place_of_the_page(kmconfig: Call, root: Path) -> None:
    (root / "site/index.html").mkdir(parents=True)
    assert kmconfig("report", "--output", "site").code == 3
    assert kmconfig("report", "--output", "site", "--force").code == 64


def test_a_link_to_somebody_else_s_file_is_not_followed(kmconfig: Call, root: Path) -> None:
    write(root, {"other.html": "<h1>mine</h1>", "site/logo.svg": ""})
    (root / "site/index.html").symlink_to(root / "other.html")
    for options in ((), ("--force",)):
        ran = kmconfig("report", "--output", "site", *options)
        assert ran.code == 3
        assert "remove the link" in ran.err
        assert (root / "other.html").read_text(encoding="utf-8") == "<h1>mine</h1>"


def test_a_link_to_nothing_is_not_followed(kmconfig: Call, root: Path) -> None:
    (root / "site").mkdir()
    (root / "site/index.html").symlink_to(root / "nowhere.html")
    assert kmconfig("report", "--output", "site", "--force").code == 3
    assert not (root / "nowhere.html").exists()


def test_the_folder_has_to_be_named(kmconfig: Call, root: Path) -> None:
    assert kmconfig("report").code == 64


def test_no_environment(kmconfig: Call, root: Path) -> None:
    for tier in ("production", "staging", "development"):
        (root / f"environments/{tier}.yaml").unlink()
    ran = kmconfig("report", "--output", "site")
    assert (ran.code, "there is no environment" in ran.err) == (65, True)
    assert not (root / "site").exists()


# What never stands on it


def test_no_secret_that_was_committed_is_shown(kmconfig: Call, root: Path) -> None:
    own = (root / "environments/production.yaml").read_text(encoding="utf-8")
    broken = own.replace("{env: KM_PRODUCTION_PASSWORD, max_age: 90d}", PLAINTEXT)
    assert broken != own
    write(root, {"environments/production.yaml": f"{broken}description: the key {LEAKED} and {PLAINTEXT}\n"})
    drift = json.loads(json.dumps(RESULTS["drift"]))
    drift["results"][0]["differences"][0].update(live=PLAINTEXT, expected=LEAKED)
    ran = kmconfig("report", "--output", "site", "--drift", give(root, "drift.json", drift), "-v", "-v", "-v")
    assert ran.code == 65
    assert "misses settings of production" in ran.err
    text = page(root)
    for secret in (PLAINTEXT, LEAKED, LEAKED[4:20], PASSWORD):
        assert secret not in text + ran.out + ran.err
    shown = Markup(text).shown
    assert "the key *** and ***" in shown
    assert "incomplete" in shown
    assert "KM301" in shown


def test_a_file_that_may_be_an_environment(kmconfig: Call, root: Path) -> None:
    write(root, {"environments/eu.yaml": "version: 1\ntier: [production\n"})
    ran = kmconfig("report", "--output", "site")
    assert ran.code == 65
    assert "the page is written, and misses what stands in environments/eu.yaml" in ran.err


def test_hundreds_of_environments(kmconfig: Call, root: Path) -> None:
    grow(root, 300)
    assert kmconfig("report", "--output", "site").code == 0
    text = page(root)
    assert len(text) < 3_000_000
    read = Markup(text)
    assert len(read.all("details")) > 300
    shown = read.shown
    assert "303" in shown
    assert "… and 280 more values" in shown or "more values" in shown
