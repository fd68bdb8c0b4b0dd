"""The ways to a server: STARTTLS, implicit TLS, the relay port; and certificates that do not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.installation import LIVE, VARIABLE
from tests.end_to_end.test_journey import laravel_sends, text_of
from tests.servers.accounts import ACCOUNTS, INBOX, SENDER

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.running import Call, Ran
    from tests.end_to_end.installation import Installation


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, ACCOUNTS[SENDER])


def apply(kmconfig: Call, installation: Installation) -> Ran:
    return kmconfig("apply", "staging", "--yes", "--format", "json", "-C", installation.root)


def test_implicit_tls(installation: Installation, kmconfig: Call) -> None:
    installation.configure(SENDER, port=installation.stack.ports.smtps, encryption="ssl")
    applied = apply(kmconfig, installation)
    assert applied.code == 0, applied.err
    arrived = installation.stack.wait_for_message(INBOX, applied.result["test"]["test_id"])
    assert "- Encryption: SSL\n" in text_of(arrived)
    assert "MAIL_ENCRYPTION=ssl\n" in installation.env.read_text(encoding="utf-8")
    assert laravel_sends(installation)["From"] == f"Acme License Portal <{SENDER}>"


@pytest.mark.parametrize(("encryption", "written"), [("tls", "tls"), ("none", "null")])
def test_relay_port_without_a_login(installation: Installation, kmconfig: Call, encryption: str, written: str) -> None:
    port = installation.stack.ports.smtp25
    installation.configure("portal@acme.test", port=port, encryption=encryption, username=None, password=None)
    applied = apply(kmconfig, installation)
    assert applied.code == 0, applied.err
    assert installation.stack.wait_for_message(INBOX, applied.result["test"]["test_id"])
    assert f"MAIL_ENCRYPTION={written}\n" in installation.env.read_text(encoding="utf-8")
    assert "MAIL_PASSWORD=null\n" in installation.env.read_text(encoding="utf-8")
    assert laravel_sends(installation)["From"] == "Acme License Portal <portal@acme.test>"


def failed_before_writing(ran: Ran, installation: Installation) -> str:
    """What a failed apply says of the cause; nothing may have been written."""
    assert ran.code == 1
    assert ran.result["result"] == "failed"
    assert [step["step"] for step in ran.result["steps"]] == ["recheck", "preflight"]
    assert installation.env.read_text(encoding="utf-8") == LIVE
    diagnosis = ran.result["diagnosis"]
    assert diagnosis["remedies"]
    return f"{diagnosis['stage']}: {diagnosis['symptom']} / {diagnosis['cause']}"


def test_a_relay_port_takes_no_login(installation: Installation, kmconfig: Call) -> None:
    installation.configure(SENDER, port=installation.stack.ports.smtp25)
    assert failed_before_writing(apply(kmconfig, installation), installation).startswith("auth: ")


def test_starttls_is_not_implicit_tls(installation: Installation, kmconfig: Call) -> None:
    installation.configure(SENDER, encryption="ssl")
    assert failed_before_writing(apply(kmconfig, installation), installation).startswith("tls: ")


def test_the_certificate_must_have_the_host_name(installation: Installation, kmconfig: Call) -> None:
    installation.configure(SENDER, host="127.0.0.1")
    said = failed_before_writing(apply(kmconfig, installation), installation)
    assert said.startswith("tls: ")
    assert "127.0.0.1" in said


def test_the_authority_must_be_trusted(
    installation: Installation, kmconfig: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty.pem").write_text("")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "empty.pem"))
    installation.configure(SENDER)
    said = failed_before_writing(apply(kmconfig, installation), installation)
    assert said.startswith("tls: ")
    assert "CERTIFICATE_VERIFY_FAILED" in said


def test_a_fallback_that_answers_is_no_success(installation: Installation, kmconfig: Call, closed_port: int) -> None:
    submission = installation.stack.ports.submission
    installation.configure(SENDER, port=closed_port, fallback_ports=[submission])
    ran = apply(kmconfig, installation)
    failed_before_writing(ran, installation)
    assert f"email.smtp.port: {submission}" in " ".join(ran.result["diagnosis"]["remedies"])
