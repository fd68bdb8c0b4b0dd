"""`kmconfig test`, `plan` and `apply` with the driver mailgun."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.running import write
from tests.cli.validity import assert_valid
from tests.servers.mailgun import DOMAIN, KEY, Mailgun, Reply, failed

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.running import Call

ENVIRONMENT = f"""\
version: 1
tier: development
email:
  driver: mailgun
  mailgun: {{domain: {DOMAIN}, region: eu, api_key: {{env: KM_MAILGUN_KEY}}}}
  sender: {{email: licensing@{DOMAIN}}}
  test: {{recipients: [mail-test@acme.test]}}
target:
  file: {{path: out/local.json}}
"""


@pytest.fixture
def repository(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KM_MAILGUN_KEY", KEY)
    return write(root, {"environments/local.yaml": ENVIRONMENT})


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, kmconfig: Call, repository: Path) -> Call:
    """Runs kmconfig with the server whose URL is set."""
    return kmconfig


def test_a_test_message(ask: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    with Mailgun() as server:
        monkeypatch.setenv("KMCONFIG_MAILGUN_URL", server.url)
        ran, text = ask("test", "local", "--format", "json"), ask("test", "local", "-v")
    assert ran.code == 0
    assert_valid(ran.document, "test")
    assert [stage["stage"] for stage in ran.result["stages"]] == ["auth", "sender", "data", "accepted", "delivered"]
    assert (ran.result["ok"], ran.result["driver"]) == (True, "mailgun")
    sent = server.sent[0].message
    assert sent["X-KMConfig-Test-ID"] == ran.result["test_id"]
    assert f"- Mailgun Domain: {DOMAIN}\n- Region: EU\n" in sent.get_content().replace("\r", "")
    assert text.out.startswith(f"local: Mailgun domain {DOMAIN}, 127.0.0.1 port {server.port}, HTTPS API\n")
    assert KEY not in ran.out + ran.err + text.out + text.err


def test_without_a_message(ask: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    with Mailgun() as server:
        monkeypatch.setenv("KMCONFIG_MAILGUN_URL", server.url)
        ran = ask("test", "local", "--no-send")
    assert (ran.code, server.sent) == (0, [])
    assert f"ok: {DOMAIN} is active; no message was sent" in ran.out


def test_in_test_mode_nobody_gets_the_message(ask: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    with Mailgun() as server:
        monkeypatch.setenv("KMCONFIG_MAILGUN_URL", server.url)
        ran = ask("test", "local", "--test-mode", "--format", "json")
    assert ran.code == 0
    assert_valid(ran.document, "test")
    assert [sent.fields["o:testmode"] for sent in server.sent] == [["yes"]]
    assert ran.result["stages"][-1]["stage"] == "accepted"
    assert "delivers it to nobody" in ran.result["notes"][-1]


@pytest.mark.parametrize("other", ["--no-send", "--confirm", "--probe"])
def test_a_message_that_is_only_checked_goes_with_nothing_else(ask: Call, other: str) -> None:
    ran = ask("test", "local", "--test-mode", other)
    assert (ran.code, ran.out) == (64, "")
    assert "leave" in ran.err


@pytest.mark.parametrize("driver", ["sendmail", "ses, ses: {region: eu-west-1}", "smtp, smtp: {host: localhost}"])
def test_only_mailgun_has_a_test_mode(ask: Call, root: Path, driver: str) -> None:
    email = f"{{driver: {driver}, sender: {{email: a@acme.test}}, test: {{recipients: [b@acme.test]}}}}"
    write(root, {"environments/local.yaml": f"version: 1\ntier: development\nemail: {email}\n"})
    ran = ask("test", "local", "--test-mode")
    assert ran.code == 64
    assert "only Mailgun has a test mode" in ran.err
    assert "--no-send" in ran.err


def test_a_wrong_key_is_diagnosed(ask: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KM_MAILGUN_KEY", "key-0")
    with Mailgun() as server:
        monkeypatch.setenv("KMCONFIG_MAILGUN_URL", server.url)
        ran = ask("test", "local", "--format", "json")
    assert (ran.code, ran.result["diagnosis"]["stage"]) == (1, "auth")
    assert_valid(ran.document, "test")
    assert ran.result["diagnosis"]["symptom"] == "auth: HTTP 401 Forbidden"


def test_plan_and_apply(ask: Call, monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    with Mailgun() as server:
        monkeypatch.setenv("KMCONFIG_MAILGUN_URL", server.url)
        assert ask("plan", "local").code in (0, 2)
        assert server.asked == []
        ran = ask("apply", "local", "--yes", "--format", "json")
    assert (ran.code, ran.result["result"]) == (0, "applied"), ran
    assert_valid(ran.document, "receipt")
    written = json.loads((root / "out/local.json").read_text(encoding="utf-8"))
    assert written["settings"]["email"]["mailgun"]["domain"] == DOMAIN
    assert len(server.sent) == 1
    assert KEY not in ran.out + ran.err


def test_a_message_that_is_not_delivered_rolls_back(ask: Call, monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    with Mailgun(outcome=failed(550, "5.1.1 nobody")) as server:
        monkeypatch.setenv("KMCONFIG_MAILGUN_URL", server.url)
        ran = ask("apply", "local", "--yes", "--format", "json")
    assert (ran.code, ran.result["result"]) == (6, "rolled_back")
    assert not (root / "out/local.json").exists()


def test_a_domain_that_may_not_send_stops_apply_before_the_write(
    ask: Call, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    with Mailgun(answers={"domain": [Reply(status=404, body={"message": "Domain not found"})]}) as server:
        monkeypatch.setenv("KMCONFIG_MAILGUN_URL", server.url)
        ran = ask("apply", "local", "--yes", "--format", "json")
    assert (ran.code, ran.result["result"]) == (1, "failed")
    assert not (root / "out/local.json").exists()


@pytest.mark.parametrize("line", [("test", "local"), ("apply", "local", "--yes")])
def test_a_host_that_policy_does_not_allow(
    ask: Call, monkeypatch: pytest.MonkeyPatch, root: Path, line: tuple[str, ...]
) -> None:
    write(root, {"kmconfig.yaml": "version: 1\npolicy: {hosts: [api.mailgun.net]}\n"})
    with Mailgun() as server:
        for url, host in (("", "api.eu.mailgun.net"), (server.url, "127.0.0.1")):
            monkeypatch.setenv("KMCONFIG_MAILGUN_URL", url)
            ran = ask(*line)
            assert ran.code == 3
            assert f"`policy.hosts` does not allow a login at `{host}`" in ran.out + ran.err
    assert server.asked == []


def test_the_variable_names_a_server_on_this_machine(ask: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KMCONFIG_MAILGUN_URL", "https://api.mailgun.net.evil.test")
    ran = ask("test", "local")
    assert ran.code == 64
    assert "`KMCONFIG_MAILGUN_URL` does not name a server on this machine" in ran.out + ran.err
