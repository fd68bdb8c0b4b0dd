"""What the server refuses: nothing is written, the exit code says so, and people learn why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.installation import LIVE, VARIABLE, installed
from tests.servers.accounts import ACCOUNTS, SENDER, STRICT

if TYPE_CHECKING:
    from tests.cli.running import Call
    from tests.end_to_end.installation import Installation


@pytest.mark.parametrize("command", [("apply", "staging", "--yes"), ("test", "staging")])
def test_wrong_password(
    installation: Installation, kmconfig: Call, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    wrong = "not-the-password-at-all"
    monkeypatch.setenv(VARIABLE, wrong)
    installation.configure(SENDER)
    ran = kmconfig(*command, "--format", "json", "-C", installation.root)
    assert ran.code == 1
    diagnosis = ran.result["diagnosis"]
    assert diagnosis["stage"] == "auth"
    assert "535" in diagnosis["symptom"]
    assert diagnosis["remedies"]
    assert installation.env.read_text(encoding="utf-8") == LIVE
    assert "snapshots" not in {path.parent.name for path in installation.kept()}
    assert wrong not in ran.out + ran.err


def test_wrong_password_for_people(installation: Installation, kmconfig: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "not-the-password-at-all")
    installation.configure(SENDER)
    ran = kmconfig("apply", "staging", "--yes", "-v", "-C", installation.root)
    assert ran.code == 1
    said = ran.out + ran.err
    assert "✗ auth" in said
    assert "✗ preflight" in said
    assert "535 5.7.8" in said
    assert "nothing was changed" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "command", [("apply", "staging", "--yes"), ("test", "staging"), ("test", "staging", "--no-send")]
)
def test_a_sender_that_the_login_may_not_use(
    installation: Installation, kmconfig: Call, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv(VARIABLE, ACCOUNTS[STRICT])
    installation.configure(STRICT, sender="somebody-else@acme.test")
    ran = kmconfig(*command, "--format", "json", "-C", installation.root)
    assert ran.code == 1
    # Postfix checks the sender only when it hears the recipient.
    assert ran.result["diagnosis"]["stage"] in ("sender", "recipient")
    assert "553 5.7.1" in ran.result["diagnosis"]["symptom"]
    assert installation.env.read_text(encoding="utf-8") == LIVE


def test_the_strict_account_may_use_its_own_address(
    installation: Installation, kmconfig: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, ACCOUNTS[STRICT])
    installation.configure(STRICT)
    assert kmconfig("test", "staging", "-C", installation.root).code == 0


def test_an_unknown_recipient(installation: Installation, kmconfig: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, ACCOUNTS[SENDER])
    installation.configure(SENDER, recipients=["nobody@acme.test"])
    ran = kmconfig("test", "staging", "--format", "json", "-C", installation.root)
    assert ran.code == 1
    assert ran.result["diagnosis"]["stage"] == "recipient"
    assert "nobody@acme.test" in ran.result["diagnosis"]["symptom"] + ran.result["diagnosis"]["cause"]


def test_a_secret_that_is_not_there(installation: Installation, kmconfig: Call) -> None:
    installation.configure(SENDER)
    before = installed(installation)
    for command in (("apply", "staging", "--yes"), ("plan", "staging"), ("test", "staging")):
        ran = kmconfig(*command, "-C", installation.root)
        assert ran.code == 5
        assert VARIABLE in ran.err
    assert installed(installation) == before


def test_no_server(
    installation: Installation, kmconfig: Call, monkeypatch: pytest.MonkeyPatch, closed_port: int
) -> None:
    monkeypatch.setenv(VARIABLE, ACCOUNTS[SENDER])
    installation.configure(SENDER, port=closed_port)
    ran = kmconfig("test", "staging", "--format", "json", "-C", installation.root)
    assert (ran.code, ran.result["diagnosis"]["stage"]) == (1, "connect")


def test_a_reload_that_fails_puts_everything_back(
    installation: Installation, kmconfig: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, ACCOUNTS[SENDER])
    installation.configure(SENDER, reload=[["sh", "-c", "! grep -q '^MAIL_MAILER=smtp' .env"]])
    ran = kmconfig("apply", "staging", "--yes", "--format", "json", "-C", installation.root)
    assert (ran.code, ran.result["result"]) == (6, "rolled_back")
    assert [step["step"] for step in ran.result["steps"]][-2:] == ["activate", "restore"]
    assert installation.env.read_text(encoding="utf-8") == LIVE


def test_verify_commands_prove_the_application(
    installation: Installation, kmconfig: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, ACCOUNTS[SENDER])
    installation.configure(SENDER, verify=[["grep", "-q", "^MAIL_MAILER=smtp", ".env"]])
    ran = kmconfig("apply", "staging", "--yes", "--format", "json", "-C", installation.root)
    assert (ran.code, ran.result["application_verified"]) == (0, True)
