"""PHP as a witness: a ``.env`` written by hand is read and mailed with as an application would."""

from __future__ import annotations

import hashlib
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from tests.php.laravel import (
    LaravelRefusedError,
    read_through_laravel,
    send_through_laravel,
    send_through_symfony,
)
from tests.servers.accounts import INBOX, SENDER

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.mail_stack import MailStack


def _write_env(folder: Path, **variables: object) -> Path:
    (folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in variables.items()))
    return folder


def _mail_env(folder: Path, stack: MailStack, **changes: object) -> Path:
    settings: dict[str, object] = {
        "APP_NAME": '"Acme License Portal"',
        "MAIL_MAILER": "smtp",
        "MAIL_HOST": stack.host,
        "MAIL_PORT": stack.ports.submission,
        "MAIL_ENCRYPTION": "tls",
        "MAIL_USERNAME": SENDER,
        "MAIL_PASSWORD": f'"{stack.accounts[SENDER]}"',
        "MAIL_FROM_ADDRESS": SENDER,
        "MAIL_FROM_NAME": '"${APP_NAME}"',
    }
    return _write_env(folder, **settings | changes)


def test_laravel_reports_what_it_reads_and_hides_the_password(tmp_path: Path) -> None:
    env = _write_env(tmp_path, APP_NAME='"Acme Portal"', MAIL_PASSWORD='"pa\\$\\$ #1"', MAIL_FROM_NAME='"${APP_NAME}"')
    answer = read_through_laravel(env)
    expected = {"type": "string", "sha256": hashlib.sha256(b"pa$$ #1").hexdigest()}
    assert answer["laravel"].startswith("8.")
    assert answer["mail"]["mailers"]["smtp"]["password"] == expected
    assert answer["mail"]["from"]["name"] == "Acme Portal"
    assert answer["sent"] is False


def test_variable_of_the_process_beats_the_file(tmp_path: Path) -> None:
    env = _write_env(tmp_path, MAIL_HOST="file.acme.test")
    answer = read_through_laravel(env, {"MAIL_HOST": "process.acme.test"})
    assert answer["mail"]["mailers"]["smtp"]["host"] == "process.acme.test"


def test_application_does_not_start_with_a_broken_file(tmp_path: Path) -> None:
    with pytest.raises(LaravelRefusedError, match="environment file is invalid"):
        read_through_laravel(_write_env(tmp_path, MAIL_FROM_NAME="two words"))


@pytest.mark.parametrize("encryption", ["tls", "ssl"])
def test_laravel_mail_arrives(tmp_path: Path, mail_stack: MailStack, encryption: str) -> None:
    ports = {"tls": mail_stack.ports.submission, "ssl": mail_stack.ports.smtps}
    env = _mail_env(tmp_path, mail_stack, MAIL_ENCRYPTION=encryption, MAIL_PORT=ports[encryption])
    subject = f"From Laravel {uuid.uuid4().hex}"
    answer = send_through_laravel(env, INBOX, mail_stack.ca_file, subject=subject)
    assert answer["error"] is None
    arrived = mail_stack.wait_for_message(INBOX, subject)
    assert arrived["Subject"] == subject
    assert arrived["From"] == f"Acme License Portal <{SENDER}>"
    assert f"(Authenticated sender: {SENDER})" in " ".join(arrived.get_all("Received", []))


def test_laravel_says_why_a_login_fails(tmp_path: Path, mail_stack: MailStack) -> None:
    env = _mail_env(tmp_path, mail_stack, MAIL_PASSWORD="wrong")
    answer = send_through_laravel(env, INBOX, mail_stack.ca_file)
    assert answer["sent"] is False
    assert answer["error"]["class"] == "Swift_TransportException"
    assert "535" in answer["error"]["message"]


def test_laravel_trusts_only_the_given_authority(tmp_path: Path, mail_stack: MailStack) -> None:
    nobody = tmp_path / "empty.pem"
    nobody.write_text("")
    answer = send_through_laravel(_mail_env(tmp_path, mail_stack), INBOX, nobody)
    assert answer["sent"] is False


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_symfony_mail_arrives(mail_stack: MailStack, scheme: str) -> None:
    ports = {"smtp": mail_stack.ports.submission, "smtps": mail_stack.ports.smtps}
    settings: dict[str, Any] = {
        "scheme": scheme,
        "host": mail_stack.host,
        "port": ports[scheme],
        "username": SENDER,
        "password": mail_stack.accounts[SENDER],
    }
    subject = f"From Symfony {uuid.uuid4().hex}"
    answer = send_through_symfony(settings, sender=SENDER, recipient=INBOX, ca_file=mail_stack.ca_file, subject=subject)
    assert answer == {"sent": True, "error": None, "starttls": scheme == "smtp"}
    assert mail_stack.wait_for_message(INBOX, subject)["From"] == SENDER
