"""`kmconfig init` in scripts, from end to end."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kmconfig.providers.registry import PROVIDERS
from tests.cli.ordinary_user import NOBODY
from tests.cli.validity import assert_valid

if TYPE_CHECKING:
    from tests.cli.running import Call

ROOT = Path(__file__).parents[2]

SENDER = ("--sender", "licensing@acme.example")
USUAL = ("init", "--provider", "sendgrid", *SENDER, "--recipient", "a@acme.example", "--recipient", "b@partner.example")
WRITTEN = {
    *("environments/base.yaml", "environments/development.yaml", "environments/staging.yaml"),
    *("environments/production.yaml", "kmconfig.yaml", "schema/kmconfig.v1.schema.json"),
    *("schema/project.v1.schema.json", ".github/workflows/kmconfig.yml", ".pre-commit-config.yaml", ".gitignore"),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder."""
    root = tmp_path / "repository"
    root.mkdir()
    monkeypatch.chdir(root)
    return root


def contents(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if not path.is_dir() or path.is_symlink()}


def test_an_empty_folder_becomes_a_repository_that_lints_clean(folder: Path, kmconfig: Call) -> None:
    ran = kmconfig(*USUAL)
    assert ran.code == 0, ran.err
    assert contents(folder) == WRITTEN
    assert all(f"written {path}" in ran.out for path in WRITTEN)
    assert "IFS= read -rs PRODUCTION_SMTP_PASSWORD" in ran.out
    linted = kmconfig("lint", "--fail-on", "note")
    assert (linted.code, linted.err) == (0, ""), linted.out
    assert kmconfig("lint", "--format", "github").code == 0
    assert kmconfig("show", "production").code == 0
    for command in ran.out.splitlines():
        if command.startswith("  kmconfig "):
            assert kmconfig(*command.partition("#")[0].split()[1:], "--help").code == 0


def test_a_second_time_changes_nothing(folder: Path, kmconfig: Call) -> None:
    assert kmconfig(*USUAL).code == 0
    before = {path: (folder / path).stat().st_mtime_ns for path in WRITTEN}
    text = kmconfig(*USUAL)
    assert "nothing is written: everything was there already" in text.out
    assert "git add" not in text.out
    ran = kmconfig(*USUAL, "--format", "json")
    assert ran.code == 0, ran.err
    assert ran.document["written"] == []
    assert set(ran.document["kept"]) == WRITTEN
    assert ran.document["lines"] == []
    assert {path: (folder / path).stat().st_mtime_ns for path in WRITTEN} == before


def test_git_is_begun_only_where_there_is_none(folder: Path, kmconfig: Call) -> None:
    assert "\n  git init\n  git add environments/base.yaml " in kmconfig(*USUAL).out
    for path in WRITTEN:
        (folder / path).unlink()
    (folder / ".git").mkdir()
    again = kmconfig(*USUAL)
    assert "git init" not in again.out
    assert "\n  git add environments/base.yaml " in again.out


def test_secrets_in_aws_have_a_store_that_is_declared(folder: Path, kmconfig: Call) -> None:
    assert kmconfig(*USUAL, "--secrets", "aws", "--aws-region", "eu-west-1").code == 0
    assert "stores:\n  aws:\n    region: eu-west-1\n" in (folder / "environments/base.yaml").read_text()


@pytest.mark.parametrize("way", [("--driver", "ses", "--region", "eu-west-1"), ("--driver", "sendmail")])
def test_ways_without_secrets_need_no_region_for_them(folder: Path, kmconfig: Call, way: tuple[str, ...]) -> None:
    assert kmconfig("init", *SENDER, *way, "--secrets", "aws").code == 0
    assert "stores" not in (folder / "environments/base.yaml").read_text()


def test_files_that_exist_are_kept(folder: Path, kmconfig: Call) -> None:
    (folder / ".gitignore").write_text("/vendor/\n")
    ran = kmconfig(*USUAL)
    assert ran.code == 0
    assert (folder / ".gitignore").read_text() == "/vendor/\n"
    assert "kept    .gitignore" in ran.out
    assert "add to .gitignore" in ran.out
    assert "  .kmconfig/" in ran.out


@pytest.mark.parametrize("provider", [provider.slug for provider in PROVIDERS])
def test_json_is_valid(folder: Path, kmconfig: Call, provider: str) -> None:
    more = {"self-hosted": ("--host", "mail.acme.example"), "ses": ("--region", "eu-west-1")}.get(provider, ())
    ran = kmconfig("init", "--provider", provider, *SENDER, *more, "--format", "json")
    assert ran.code == 0, ran.err
    assert_valid(ran.document, "init")
    assert ran.document["provider"] == provider
    assert set(ran.document["written"]) == WRITTEN


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "--sender"),
        (SENDER, "--provider"),
        (("--provider", "sendgrid"), "--sender"),
        ((*SENDER, "--monthly", "100"), "--hosting"),
        ((*SENDER, "--monthly", "100"), "--sends is missing"),
        ((*SENDER, "--sends", "internal", "--hosting", "container"), "--monthly is missing"),
        ((*SENDER, "--provider", "ses"), "--region"),
        ((*SENDER, "--driver", "ses"), "--region"),
        ((*SENDER, "--provider", "self-hosted"), "--host"),
        ((*SENDER, "--provider", "sendgird"), "sendgrid"),
        ((*SENDER, "--provider", "sendgrid", "--target", "settings_api"), "--url"),
        ((*SENDER, "--provider", "sendgrid", "--target", "aws"), "--aws-region"),
        ((*SENDER, "--provider", "sendgrid", "--secrets", "aws"), "--aws-region"),
        ((*SENDER, "--driver", "mailgun", "--provider", "sendgrid"), "--provider"),
        ((*SENDER, "--driver", "sendmail", "--hosting", "container"), "container"),
        ((*SENDER, "--provider", "sendgrid", "--tier", "moon"), "--tier"),
        ((*USUAL[1:], "--secrets", "vault", "--vault-address", "http://vault.acme.example:8200"), "without TLS"),
        ((*USUAL[1:], "--vault-address", "http://10.0.0.1"), "without TLS"),
        (("--provider", "sendgrid", "--sender", "x@gmail.com"), "free-mail"),
    ],
)
def test_what_is_missing_is_named(folder: Path, kmconfig: Call, arguments: tuple[str, ...], told: str) -> None:
    ran = kmconfig("init", *arguments)
    assert ran.code == 64
    assert told in ran.err
    assert contents(folder) == set()


@pytest.mark.parametrize("address", ["https://vault.acme.example:8200", "http://127.0.0.1:8200", "http://localhost"])
def test_a_vault_behind_tls_or_on_this_machine(folder: Path, kmconfig: Call, address: str) -> None:
    assert kmconfig(*USUAL, "--secrets", "vault", "--vault-address", address).code == 0
    assert address in (folder / "environments/base.yaml").read_text()


@pytest.mark.parametrize(
    "option", ["--sender", "--provider", "--region", "--host", "--url", "--reply-to", "--domain", "--application-name"]
)
@pytest.mark.parametrize("text", ["x" * 5000, "@" * 5000, f"{'x' * 5000}@gmail.com"])
def test_messages_do_not_repeat_long_answers(folder: Path, kmconfig: Call, option: str, text: str) -> None:
    ran = kmconfig(*USUAL, "--driver", "smtp", "--provider", "self-hosted", "--host", "mail.acme.example", option, text)
    assert ran.code in (0, 64)
    assert len(ran.err) < 1500
    assert (contents(folder) == set()) is (ran.code == 64)


def test_the_root_is_said_where_it_is_another_folder(
    folder: Path, kmconfig: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    below = folder / "a b" / "below"
    below.mkdir(parents=True)
    (folder / "kmconfig.yaml").write_text("version: 1\n")
    assert "root    " not in kmconfig(*USUAL, "-C", ".").out
    for path in WRITTEN - {"kmconfig.yaml"}:
        (folder / path).unlink()
    monkeypatch.chdir(below)
    ran = kmconfig(*USUAL)
    assert ran.code == 0, ran.err
    assert ran.out.startswith(f"root    {folder}, the folder of the project, which is not this one\n")
    assert f"git -C {folder} add environments/base.yaml" in ran.out
    assert contents(folder) == WRITTEN


def test_what_kept_environments_say_otherwise_is_not_told(folder: Path, kmconfig: Call) -> None:
    other = ("--provider", "self-hosted", "--host", "mail.acme.example", *SENDER, "--url", "https://acme.example")
    assert kmconfig("init", *other, "--tier", "production").code == 0
    ran = kmconfig(*USUAL, "--secrets", "vault", "--tier", "production")
    assert ran.code == 0, ran.err
    assert "vault kv" not in ran.out
    assert "at the provider" not in ran.out
    more = kmconfig("init", *other, "--secrets", "vault", "--format", "json").document
    assert {secret["reference"].partition("#")[0] for secret in more["secrets"]} == {"vault:keymanager/staging/smtp"}
    assert more["steps"]


def test_advice_decides_where_no_flag_does(folder: Path, kmconfig: Call) -> None:
    advice = ("--sends", "customers", "--monthly", "50000", "--hosting", "container")
    ran = kmconfig("init", *SENDER, *advice, "--format", "json")
    assert ran.code == 0, ran.err
    assert (ran.document["driver"], ran.document["provider"]) == ("mailgun", "mailgun")
    assert "runtime: container" in (folder / "environments/production.yaml").read_text()


def test_answers_that_do_not_pass_lint_write_nothing(folder: Path, kmconfig: Call) -> None:
    ran = kmconfig(*USUAL, "--target-path", "a\tb{tier}")
    assert ran.code == 1
    assert "KM107" in ran.err
    assert contents(folder) == set()


def test_a_folder_that_leads_outside_writes_nothing(folder: Path, tmp_path: Path, kmconfig: Call) -> None:
    (tmp_path / "elsewhere").mkdir()
    (folder / ".github").symlink_to(tmp_path / "elsewhere")
    ran = kmconfig(*USUAL)
    assert ran.code == 3
    assert contents(folder) == {".github"}
    assert contents(tmp_path / "elsewhere") == set()


def test_a_folder_that_cannot_be_written(folder: Path) -> None:
    able = os.geteuid() != 0 or shutil.which("setpriv") is not None
    if not able:
        pytest.skip("root may write everywhere; needs setpriv: apt-get install util-linux")
    (folder / "environments").mkdir(mode=0o777)
    for parent in folder.parents[:3]:
        parent.chmod(parent.stat().st_mode | 0o755)
    folder.chmod(0o555)
    (folder / "environments").chmod(0o777)
    ran = subprocess.run(
        [*(NOBODY if os.geteuid() == 0 else ()), sys.executable, "-m", "kmconfig", *USUAL],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    folder.chmod(0o755)
    assert ran.returncode == 64, ran.stderr
    assert "cannot write" in ran.stderr
    assert contents(folder) == set()


def test_a_file_in_the_way_of_a_folder(folder: Path, kmconfig: Call) -> None:
    (folder / "schema").write_text("in the way")
    ran = kmconfig(*USUAL)
    assert ran.code == 64
    assert contents(folder) == {"schema"}


@pytest.mark.parametrize("name", ['a "b"', "a: b # c", "- [x]", "{{ x }}", "'", "\\n", "%", "ünï", "yes", "1e3", "* &"])
def test_hostile_names_stay_names(folder: Path, kmconfig: Call, name: str) -> None:
    assert kmconfig(*USUAL, "--application-name", name).code == 0
    shown = kmconfig("show", "production", "--format", "json").document
    assert shown["settings"]["application"]["name"] == name
    assert kmconfig("lint").code == 0


def test_quiet_says_nothing(folder: Path, kmconfig: Call) -> None:
    ran = kmconfig(*USUAL, "-q")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert contents(folder) == WRITTEN
