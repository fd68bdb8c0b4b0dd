"""From environment files to mail: lint, plan, apply, the message in the mailbox, and Laravel's own mail."""

from __future__ import annotations

import re
import stat
import uuid
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.installation import LIVE, VARIABLE, installed
from tests.php.laravel import send_through_laravel
from tests.servers.accounts import ACCOUNTS, INBOX, SENDER

if TYPE_CHECKING:
    from email.message import EmailMessage

    from tests.cli.running import Call
    from tests.end_to_end.installation import Installation

_DETAILS = re.compile(
    r"Configuration Details:\n"
    r"- SMTP Host: (?P<host>\S+)\n"
    r"- Port: (?P<port>\d+)\n"
    r"- Encryption: (?P<encryption>\S+)\n"
    r"- Sent at: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\n"
    r"\n"
    r"Please do not reply"
)


def tagged() -> str:
    """An address of the inbox that no other test sends to."""
    return f"inbox+{uuid.uuid4().hex}@acme.test"


def text_of(message: EmailMessage) -> str:
    text = message.get_content()
    assert isinstance(text, str)
    return text.replace("\r\n", "\n")


def laravel_sends(installation: Installation) -> EmailMessage:
    """The message that the application itself gets through with its `.env`."""
    subject = f"From Laravel {uuid.uuid4().hex}"
    answer = send_through_laravel(installation.application, INBOX, installation.stack.ca_file, subject=subject)
    assert answer["error"] is None
    return installation.stack.wait_for_message(INBOX, subject)


@pytest.mark.parametrize("login", sorted(ACCOUNTS))
def test_every_password_reaches_the_server_from_us_and_from_laravel(
    installation: Installation, kmconfig: Call, monkeypatch: pytest.MonkeyPatch, login: str
) -> None:
    monkeypatch.setenv(VARIABLE, ACCOUNTS[login])
    installation.configure(login)
    here = ("-C", installation.root)
    assert kmconfig("lint", *here).code == 0
    assert kmconfig("plan", "staging", "--detailed-exitcode", *here).code == 2
    applied = kmconfig("apply", "staging", "--yes", "--format", "json", *here)
    assert (applied.code, applied.result["result"]) == (0, "applied"), applied.err
    arrived = installation.stack.wait_for_message(INBOX, applied.result["test"]["test_id"])
    assert arrived["Message-ID"] == applied.result["test"]["message_id"]
    assert f"(Authenticated sender: {login})" in " ".join(arrived.get_all("Received", []))
    assert kmconfig("plan", "staging", "--detailed-exitcode", *here).code == 0
    assert f"(Authenticated sender: {login})" in " ".join(laravel_sends(installation).get_all("Received", []))


def test_the_message_says_what_was_tested(
    installation: Installation, kmconfig: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, ACCOUNTS[SENDER])
    installation.configure(SENDER)
    applied = kmconfig("apply", "staging", "--yes", "--format", "json", "-C", installation.root)
    arrived = installation.stack.wait_for_message(INBOX, applied.result["test"]["test_id"])
    assert arrived["From"] == f"Acme License Portal <{SENDER}>"
    assert arrived["To"] == INBOX
    assert arrived["Subject"] == "Test Email from Acme License Portal"
    assert arrived["Auto-Submitted"] == "auto-generated"
    assert arrived["X-KMConfig-Test-ID"] == applied.result["test"]["test_id"]
    assert arrived["Message-ID"].endswith("@acme.test>")
    assert arrived["Date"].datetime.tzinfo is not None
    assert arrived.get_content_type() == "text/plain"
    text = text_of(arrived)
    assert "KeyManager platform" in text
    assert "the configuration works" in text
    details = _DETAILS.search(text)
    assert details is not None
    assert details.groupdict() == {"host": "localhost", "port": str(installation.stack.ports.submission)} | {
        "encryption": "TLS"
    }


def test_a_second_apply_changes_and_sends_nothing(
    installation: Installation, kmconfig: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipient = tagged()
    monkeypatch.setenv(VARIABLE, ACCOUNTS[SENDER])
    installation.configure(SENDER, recipients=[recipient])
    apply = ("apply", "staging", "--yes", "--format", "json", "-C", installation.root)
    first = kmconfig(*apply)
    before = installed(installation)
    second = kmconfig(*apply)
    assert (second.code, second.result["result"]) == (0, "unchanged")
    assert second.result["operations"] == []
    assert second.result["test"] is None
    assert installed(installation) == before
    # Whatever was sent before it has arrived when this one has.
    sentinel = kmconfig("test", "staging", "--format", "json", "-C", installation.root)
    installation.stack.wait_for_message(INBOX, sentinel.result["test_id"])
    installation.stack.wait_for_message(INBOX, first.result["test"]["test_id"])
    assert installation.stack.mailbox(INBOX).count(recipient) == 2


def test_only_our_keys_change_and_the_old_file_is_kept(
    installation: Installation, kmconfig: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, ACCOUNTS[SENDER])
    installation.env.chmod(0o640)
    installation.configure(SENDER)
    assert kmconfig("apply", "staging", "--yes", "-C", installation.root).code == 0
    now = installation.env.read_text(encoding="utf-8")
    foreign = [line for line in LIVE.splitlines() if not line.startswith("MAIL_")]
    assert [line for line in now.splitlines() if not line.startswith("MAIL_")] == foreign
    assert stat.S_IMODE(installation.env.stat().st_mode) == 0o640
    (snapshot,) = (installation.application / ".kmconfig" / "snapshots").iterdir()
    assert snapshot.read_text(encoding="utf-8") == LIVE
    assert stat.S_IMODE(snapshot.stat().st_mode) == 0o600
    (receipt,) = (installation.root / ".kmconfig/state/receipts/staging").glob("*.json")
    assert stat.S_IMODE(receipt.stat().st_mode) == 0o600
    assert stat.S_IMODE((installation.root / ".kmconfig/state").stat().st_mode) == 0o700


def test_planning_and_testing_write_nothing(
    installation: Installation, kmconfig: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, ACCOUNTS[SENDER])
    installation.configure(SENDER)
    before = installed(installation)
    for command in (("lint",), ("show", "staging"), ("plan", "staging"), ("test", "staging")):
        assert kmconfig(*command, "-C", installation.root).code == 0
    assert installed(installation) == before


def test_no_send_delivers_nothing(installation: Installation, kmconfig: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    recipient = tagged()
    monkeypatch.setenv(VARIABLE, ACCOUNTS[SENDER])
    installation.configure(SENDER, recipients=[recipient])
    test = ("test", "staging", "--format", "json", "-C", installation.root)
    rehearsed = kmconfig(*test, "--no-send")
    assert rehearsed.code == 0
    assert (rehearsed.result["ok"], rehearsed.result["test_id"]) == (True, None)
    assert [stage["stage"] for stage in rehearsed.result["stages"]][-1] == "recipient"
    sent = kmconfig(*test)
    installation.stack.wait_for_message(INBOX, sent.result["test_id"])
    assert installation.stack.mailbox(INBOX).count(recipient) == 1


def test_to_replaces_the_recipients_of_the_files(
    installation: Installation, kmconfig: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipient = tagged()
    monkeypatch.setenv(VARIABLE, ACCOUNTS[SENDER])
    installation.configure(SENDER, recipients=["nobody@acme.test"])
    sent = kmconfig("test", "staging", "--to", recipient, "--format", "json", "-C", installation.root)
    assert (sent.code, sent.result["recipients"]) == (0, [recipient])
    assert installation.stack.wait_for_message(INBOX, sent.result["test_id"])["To"] == recipient


@pytest.mark.parametrize("source", ["file", "dotenv"])
def test_secrets_from_files(installation: Installation, kmconfig: Call, source: str) -> None:
    password = ACCOUNTS["hash@acme.test"]
    (installation.root / ".env").write_text(f"SMTP='{password}'\n", encoding="utf-8")
    secret = installation.root / "smtp-password"
    secret.write_text(f"{password}\n", encoding="utf-8")
    secret.chmod(0o600)
    reference = {"file": {"file": "smtp-password"}, "dotenv": {"dotenv": "SMTP"}}[source]
    installation.configure("hash@acme.test", tier="development", password=reference)
    applied = kmconfig("apply", "development", "--yes", "--format", "json", "-C", installation.root)
    assert applied.code == 0, applied.err
    assert installation.stack.wait_for_message(INBOX, applied.result["test"]["test_id"])
    assert laravel_sends(installation)["From"] == "Acme License Portal <hash@acme.test>"
