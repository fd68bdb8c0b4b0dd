"""`kmconfig secrets`: what it says of variables and files, of Vault, and how it ends."""

from __future__ import annotations

import io
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from kmconfig.lint.observed import Scopes
from kmconfig.secrets import sendgrid_scopes
from tests.cli.project import variable
from tests.cli.running import write
from tests.cli.validity import assert_valid
from tests.servers.vault.server import VaultServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.running import Call, Ran

KEY = f"SG.{'a1' * 11}.{'b2' * 21}c"
PATH = "keymanager/production/smtp"

#: An environment on the base layer whose password lies in Vault.
VAULTED = """\
version: 1
extends: base.yaml
tier: {tier}
email:
  smtp:
    password: {{vault: "{path}#password"{more}}}
stores:
  vault: {{address: "{address}", auth: {{token: {{}}}}}}
target:
  file: {{path: out/vaulted.json}}
"""


@pytest.fixture
def vault(monkeypatch: pytest.MonkeyPatch) -> Iterator[VaultServer]:
    """A server with a secret of today, whose token is in the environment."""
    with VaultServer() as server:
        monkeypatch.setenv("VAULT_TOKEN", server.root_token)
        server.put(PATH, {"password": KEY})
        yield server


@pytest.fixture(autouse=True)
def scopes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Takes the place of SendGrid's API; lists the hosts asked."""
    asked: list[str] = []

    def answer(_: object, host: str) -> Scopes:
        asked.append(host)
        return Scopes(("alerts.read", "api_keys.create"))

    monkeypatch.setattr(sendgrid_scopes, "ask_scopes", answer)
    return asked


def lay_out(root: Path, server: VaultServer, *, more: str = "", name: str = "vaulted", path: str = PATH) -> None:
    text = VAULTED.format(tier="production", address=server.address, more=more, path=path)
    write(root, {f"environments/{name}.yaml": text})


def statuses(ran: Ran) -> dict[str, str]:
    return {entry["setting"]: entry["status"] for entry in ran.result["references"]}


# Variables and files


@pytest.mark.parametrize(("arguments", "code"), [((), 0), (("--strict",), 1)])
def test_an_unknown_age_is_not_fine_and_fails_only_when_told(
    kmconfig: Call, root: Path, arguments: tuple[str, ...], code: int
) -> None:
    ran = kmconfig("secrets", "production", *arguments, "--format", "json")
    assert (ran.code, ran.err) == (code, "")
    assert_valid(ran.document, "secrets")
    (entry,) = ran.result["references"]
    assert (entry["status"], entry["source"], entry["reference"]) == ("unknown", "env", variable("production"))
    assert (entry["version"], entry["created"], entry["age_days"], entry["max_age"]) == (None, None, None, "90d")
    assert ran.result["stores"] == []


def test_a_missing_secret_fails(kmconfig: Call, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(variable("production"))
    ran = kmconfig("secrets", "production")
    assert (ran.code, ran.err) == (1, "")
    assert "missing" in ran.out
    assert f"`{variable('production')}` is not set" in ran.out
    assert "help: " in ran.out
    assert statuses(kmconfig("secrets", "production", "--format", "json")) == {"email.smtp.password": "missing"}


def test_an_empty_variable_is_no_secret(kmconfig: Call, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable("production"), "")
    ran = kmconfig("secrets", "production")
    assert ran.code == 1
    assert "set but empty" in ran.out


def test_a_file_that_cannot_be_read_could_not_be_checked(kmconfig: Call, root: Path) -> None:
    (root / "secret.txt").write_text("correct-horse-battery\n", encoding="utf-8")
    (root / "secret.txt").chmod(0o666)
    write(
        root,
        {
            "environments/staging.yaml": (root / "environments/staging.yaml")
            .read_text()
            .replace(f"env: {variable('staging')}", "file: secret.txt")
        },
    )
    ran = kmconfig("secrets", "staging", "--format", "json")
    assert ran.code == 5
    assert statuses(ran) == {"email.smtp.password": "error"}


def test_an_undeclared_store(kmconfig: Call, root: Path) -> None:
    text = (root / "environments/staging.yaml").read_text(encoding="utf-8")
    write(root, {"environments/staging.yaml": text.replace(f"env: {variable('staging')}", "aws_secret: km/staging")})
    ran = kmconfig("secrets", "staging")
    assert (ran.code, ran.err) == (5, "")
    assert "lies in a store that this environment does not declare" in ran.out
    assert "help: write `stores: {aws:" in ran.out


def test_several_environments_and_the_worst_counts(kmconfig: Call, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(variable("staging"))
    ran = kmconfig("secrets", "--all", "--format", "json")
    assert ran.code == 1
    assert_valid(ran.document, "secrets")
    assert [result["environment"] for result in ran.document["results"]] == ["development", "production", "staging"]
    quiet = kmconfig("secrets", "--all", "-q")
    assert [line for line in quiet.out.splitlines() if not line.startswith(" ")] == ["staging"]


def test_names_are_needed_and_known(kmconfig: Call, root: Path) -> None:
    assert kmconfig("secrets").code == 64
    assert kmconfig("secrets", "nobody").code == 65


def test_the_result_goes_to_a_file(kmconfig: Call, root: Path) -> None:
    ran = kmconfig("secrets", "production", "--output", "result.txt", "--color", "always")
    assert (ran.code, ran.out) == (0, "")
    text = (root / "result.txt").read_text(encoding="utf-8")
    assert "unknown" in text
    assert "\x1b" not in text
    assert kmconfig("secrets", "production", "--output", "nowhere/result.txt").code == 64


def test_values_are_checked_and_not_shown(kmconfig: Call, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    value = "hunter2-hunter3"
    monkeypatch.setenv(variable("production"), value)
    ran = kmconfig("secrets", "production", "--values")
    assert ran.code == 1
    assert "unknown, wrong form" in ran.out
    assert "expected is an API key: `SG.`" in ran.out
    assert "1 of the wrong form" in ran.out
    document = kmconfig("secrets", "production", "--values", "--format", "json")
    assert_valid(document.document, "secrets")
    assert document.result["references"][0]["shape"]["fits"] is False
    assert value not in ran.out + ran.err + document.out + document.err
    assert kmconfig("secrets", "production").code == 0


def test_a_key_that_may_do_more_is_told(
    kmconfig: Call, root: Path, monkeypatch: pytest.MonkeyPatch, scopes: list[str]
) -> None:
    monkeypatch.setenv(variable("production"), KEY)
    ran = kmconfig("secrets", "production", "--values")
    assert ran.code == 0
    assert "the key may do more than send: alerts.read, api_keys.create" in ran.out
    assert scopes == ["api.sendgrid.com"]
    assert KEY not in ran.out


# Vault


def test_version_age_and_login(kmconfig: Call, root: Path, vault: VaultServer) -> None:
    lay_out(root, vault)
    ran = kmconfig("secrets", "vaulted", "--strict")
    assert (ran.code, ran.err) == (0, "")
    (row,) = [line.split() for line in ran.out.splitlines() if "email.smtp.password" in line]
    assert row[:3] == ["email.smtp.password", f"vault:{PATH}#password", "v1"]
    assert row[4:] == ["0m", "of", "90d", "ok"]
    assert f"vault at {vault.address}: " in ran.out
    assert "VAULT_TOKEN" in ran.out
    result = kmconfig("secrets", "vaulted", "--format", "json")
    assert_valid(result.document, "secrets")
    assert result.result["references"][0]["version"] == "1"
    (store,) = result.result["stores"]
    assert (store["store"], store["where"]) == ("vault", vault.address)
    assert vault.root_token not in ran.out + result.out


@pytest.mark.parametrize(("days", "status", "code"), [(80, "due_soon", 0), (91, "overdue", 1)])
def test_ages_in_vault(kmconfig: Call, root: Path, vault: VaultServer, *, days: int, status: str, code: int) -> None:
    vault.advance(-timedelta(days=days).total_seconds())
    vault.put(PATH, {"password": KEY})
    vault.advance(timedelta(days=days).total_seconds())
    lay_out(root, vault)
    ran = kmconfig("secrets", "vaulted", "--format", "json")
    (entry,) = ran.result["references"]
    assert (ran.code, entry["status"], entry["age_days"], entry["version"]) == (code, status, days, "2")


def test_metadata_is_enough_and_the_value_stays_in_vault(
    kmconfig: Call, root: Path, vault: VaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault.policy("planner", {"secret/metadata/*": ["read"]})
    monkeypatch.setenv("VAULT_TOKEN", vault.token(policies=("planner",)))
    lay_out(root, vault)
    ran = kmconfig("secrets", "vaulted", "--format", "json")
    assert (ran.code, statuses(ran)) == (0, {"email.smtp.password": "ok"})
    assert not [seen for seen in vault.reads if "/data/" in seen.path]
    values = kmconfig("secrets", "vaulted", "--values", "--format", "json")
    assert (values.code, statuses(values)) == (5, {"email.smtp.password": "denied"})


def test_a_role_without_any_permission(
    kmconfig: Call, root: Path, vault: VaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAULT_TOKEN", vault.token(policies=("nothing",)))
    lay_out(root, vault)
    ran = kmconfig("secrets", "vaulted", "--format", "json")
    assert (ran.code, statuses(ran)) == (5, {"email.smtp.password": "denied"})


def test_a_path_that_is_not_there(kmconfig: Call, root: Path, vault: VaultServer) -> None:
    lay_out(root, vault, path="keymanager/production/smpt")
    ran = kmconfig("secrets", "vaulted", "--format", "json")
    assert (ran.code, statuses(ran)) == (1, {"email.smtp.password": "missing"})


def test_a_sealed_vault_could_not_be_checked(kmconfig: Call, root: Path, vault: VaultServer) -> None:
    lay_out(root, vault)
    vault.seal()
    ran = kmconfig("secrets", "vaulted")
    assert ran.code == 5
    assert "sealed" in ran.out


def test_environments_share_one_login(
    kmconfig: Call, root: Path, vault: VaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VAULT_TOKEN")
    vault.policy("planner", {"secret/metadata/*": ["read"]})
    vault.approle(role_id="role", secret_id="secret-id-of-the-role", policies=("planner",))
    monkeypatch.setenv("KM_SECRET_ID", "secret-id-of-the-role")
    for name in ("one", "two"):
        lay_out(root, vault, name=name)
        text = (root / f"environments/{name}.yaml").read_text(encoding="utf-8")
        approle = "auth: {approle: {role_id: role, secret_id: {env: KM_SECRET_ID}}}"
        write(root, {f"environments/{name}.yaml": text.replace("auth: {token: {}}", approle)})
    ran = kmconfig("secrets", "one", "two", "--format", "json")
    assert ran.code == 0
    assert (len(vault.logins), len(vault.revoked)) == (1, 1)
    for result in ran.document["results"]:
        assert {entry["setting"]: entry["status"] for entry in result["references"]} == {
            "email.smtp.password": "ok",
            "stores.vault.auth.approle.secret_id": "unknown",
        }
        assert len(result["stores"]) == 1
    assert kmconfig("secrets", "one", "--strict").code == 0


# The terminal


class Terminal(io.StringIO):
    """Standard error with somebody in front of it."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("arguments", "shown"), [((), True), (("-q",), False)])
def test_a_terminal_says_what_is_asked(
    kmconfig: Call,
    root: Path,
    vault: VaultServer,
    monkeypatch: pytest.MonkeyPatch,
    *,
    arguments: tuple[str, ...],
    shown: bool,
) -> None:
    lay_out(root, vault)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert kmconfig("secrets", "vaulted", *arguments).code == 0
    assert ("asking Vault …" in terminal.getvalue()) == shown
    assert not shown or terminal.getvalue().endswith("\r")
