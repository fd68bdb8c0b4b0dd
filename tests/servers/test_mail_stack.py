"""The stack itself: what a careful mail server refuses, it refuses; what it accepts, arrives."""

from __future__ import annotations

import base64
import imaplib
import smtplib
import ssl
import subprocess
import uuid
from contextlib import contextmanager
from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest

from tests.servers.accounts import ACCOUNTS, INBOX, SENDER, STRICT
from tests.servers.requirements import find_program, require

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers.mail_stack import MailStack


def _trust(stack: MailStack) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(stack.ca_file))


def _message(sender: str, recipient: str = INBOX) -> tuple[EmailMessage, str]:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = recipient
    message["Subject"] = "Test Email from KeyManager"
    message["Message-ID"] = token = f"<{uuid.uuid4().hex}@acme.test>"
    message.set_content("It arrived.\n")
    return message, token


@contextmanager
def _submission(stack: MailStack, login: str | None = SENDER) -> Iterator[smtplib.SMTP]:
    with smtplib.SMTP(stack.host, stack.ports.submission, timeout=10) as client:
        client.starttls(context=_trust(stack))
        if login is not None:
            client.login(login, stack.accounts[login])
        yield client


def _swaks(stack: MailStack, *options: str) -> subprocess.CompletedProcess[str]:
    require("a second mail client", packages="swaks libnet-ssleay-perl", programs=("swaks",))
    return subprocess.run(
        [
            str(find_program("swaks")),
            *("--server", "127.0.0.1", "--helo", "client.acme.test", "--timeout", "10"),
            *("--tls-ca-path", str(stack.ca_file), "--tls-verify"),
            *("--from", SENDER, "--to", INBOX, *options),
        ],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize("login", sorted(ACCOUNTS))
def test_every_password_logs_in_by_smtp_and_imap(mail_stack: MailStack, login: str) -> None:
    answer = f"\0{login}\0{ACCOUNTS[login]}"
    with _submission(mail_stack, None) as client:
        client.ehlo()
        # By hand, because smtplib's own login encodes passwords as ASCII.
        code, text = client.docmd("AUTH", "PLAIN " + base64.b64encode(answer.encode()).decode())
    assert (code, text) == (235, b"2.7.0 Authentication successful")
    assert mail_stack.mailbox(login).count("no such text") == 0


def test_message_through_starttls_arrives(mail_stack: MailStack) -> None:
    message, token = _message(SENDER)
    with _submission(mail_stack) as client:
        assert client.send_message(message) == {}
    arrived = mail_stack.wait_for_message(INBOX, token)
    assert arrived["Subject"] == message["Subject"]
    assert f"(Authenticated sender: {SENDER})" in " ".join(arrived.get_all("Received", []))
    assert arrived.get_content().splitlines() == ["It arrived."]


def test_message_through_implicit_tls_arrives(mail_stack: MailStack) -> None:
    message, token = _message(SENDER, f"{INBOX.partition('@')[0]}+tag@acme.test")
    trust = _trust(mail_stack)
    with smtplib.SMTP_SSL(mail_stack.host, mail_stack.ports.smtps, timeout=10, context=trust) as client:
        client.login(SENDER, mail_stack.accounts[SENDER])
        client.send_message(message)
    assert mail_stack.wait_for_message(INBOX, token)["Message-ID"] == token


def test_plain_port_offers_starttls_and_no_login(mail_stack: MailStack) -> None:
    message, token = _message("printer@acme.test")
    with smtplib.SMTP(mail_stack.host, mail_stack.ports.smtp25, timeout=10) as client:
        client.ehlo()
        assert client.has_extn("starttls")
        assert not client.has_extn("auth")
        client.send_message(message)
        client.starttls(context=_trust(mail_stack))
        client.ehlo()
        assert not client.has_extn("auth")
    assert mail_stack.wait_for_message(INBOX, token)["From"] == "printer@acme.test"


def test_submission_offers_login_only_after_starttls(mail_stack: MailStack) -> None:
    with smtplib.SMTP(mail_stack.host, mail_stack.ports.submission, timeout=10) as client:
        client.ehlo()
        assert not client.has_extn("auth")
        code, text = client.mail(SENDER)
    assert code == 530
    assert b"Must issue a STARTTLS command first" in text


def test_wrong_password_is_535(mail_stack: MailStack) -> None:
    with _submission(mail_stack, None) as client, pytest.raises(smtplib.SMTPAuthenticationError) as caught:
        client.login(SENDER, "wrong")
    assert caught.value.smtp_code == 535


@pytest.mark.parametrize("recipient", [INBOX, "stranger@elsewhere.example"])
def test_submission_without_login_is_refused(mail_stack: MailStack, recipient: str) -> None:
    message, _token = _message(SENDER, recipient)
    with _submission(mail_stack, None) as client, pytest.raises(smtplib.SMTPRecipientsRefused) as caught:
        client.send_message(message)
    code, text = caught.value.recipients[recipient]
    assert code == 554
    assert b"Access denied" in text


def test_relay_without_login_is_refused(mail_stack: MailStack) -> None:
    message, _token = _message(SENDER, "stranger@elsewhere.example")
    with (
        smtplib.SMTP(mail_stack.host, mail_stack.ports.smtp25, timeout=10) as client,
        pytest.raises(smtplib.SMTPRecipientsRefused) as caught,
    ):
        client.send_message(message)
    code, text = caught.value.recipients["stranger@elsewhere.example"]
    assert code == 554
    assert b"Relay access denied" in text


def test_mail_to_elsewhere_is_accepted_then_bounces(mail_stack: MailStack) -> None:
    message, token = _message(SENDER, "stranger@elsewhere.example")
    with _submission(mail_stack) as client:
        client.send_message(message)
    bounce = mail_stack.wait_for_message(SENDER, token)
    assert bounce.get_content_type() == "multipart/report"


def test_unknown_recipient_is_550(mail_stack: MailStack) -> None:
    message, _token = _message(SENDER, "nobody@acme.test")
    with _submission(mail_stack) as client, pytest.raises(smtplib.SMTPRecipientsRefused) as caught:
        client.send_message(message)
    code, text = caught.value.recipients["nobody@acme.test"]
    assert code == 550
    assert text.startswith(b"5.1.1 ")


@pytest.mark.parametrize("sender", [SENDER, "noreply@acme.test"])
def test_strict_account_may_not_use_another_sender(mail_stack: MailStack, sender: str) -> None:
    message, _token = _message(sender)
    with _submission(mail_stack, STRICT) as client, pytest.raises(smtplib.SMTPRecipientsRefused) as caught:
        client.send_message(message)
    code, text = caught.value.recipients[INBOX]
    assert code == 553
    assert b"not owned by user strict@acme.test" in text


def test_strict_account_sends_as_itself(mail_stack: MailStack) -> None:
    message, token = _message(STRICT)
    with _submission(mail_stack, STRICT) as client:
        client.send_message(message)
    assert mail_stack.wait_for_message(INBOX, token)["From"] == STRICT


def test_certificate_is_refused_without_the_authority_and_for_another_name(mail_stack: MailStack) -> None:
    port = mail_stack.ports.smtps
    with pytest.raises(ssl.SSLCertVerificationError, match=r"unable to get local issuer|self-signed"):
        smtplib.SMTP_SSL("localhost", port, timeout=10, context=ssl.create_default_context())
    with pytest.raises(ssl.SSLCertVerificationError, match=r"not valid for '127\.0\.0\.1'"):
        smtplib.SMTP_SSL("127.0.0.1", port, timeout=10, context=_trust(mail_stack))


def test_sendmail_hands_over_to_this_postfix(mail_stack: MailStack) -> None:
    message, token = _message("root@acme.test")
    subprocess.run([mail_stack.sendmail, "-t", "-i"], input=message.as_bytes(), check=True, timeout=10)
    assert mail_stack.wait_for_message(INBOX, token)["From"] == "root@acme.test"


def test_message_that_does_not_arrive_is_a_timeout_with_logs(mail_stack: MailStack) -> None:
    with pytest.raises(TimeoutError, match="no message with 'never sent'") as caught:
        mail_stack.wait_for_message(INBOX, "never sent", timeout=0.1)
    assert any("postfix.log" in note for note in caught.value.__notes__)


def test_mailbox_refuses_a_wrong_password(mail_stack: MailStack) -> None:
    with (
        imaplib.IMAP4_SSL(
            mail_stack.host, mail_stack.ports.imaps, ssl_context=_trust(mail_stack), timeout=10
        ) as client,
        pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"),
    ):
        client.login(SENDER, "wrong")


def test_swaks_agrees_on_starttls(mail_stack: MailStack) -> None:
    token = uuid.uuid4().hex
    done = _swaks(
        mail_stack,
        *("--port", str(mail_stack.ports.submission), "--tls", "--auth", "PLAIN"),
        *("--auth-user", SENDER, "--auth-password", mail_stack.accounts[SENDER], "--body", token),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert mail_stack.wait_for_message(INBOX, token)["From"] == SENDER


def test_swaks_agrees_on_implicit_tls(mail_stack: MailStack) -> None:
    token = uuid.uuid4().hex
    done = _swaks(
        mail_stack,
        *("--port", str(mail_stack.ports.smtps), "--tls-on-connect", "--auth", "LOGIN"),
        *("--auth-user", SENDER, "--auth-password", mail_stack.accounts[SENDER], "--body", token),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert mail_stack.wait_for_message(INBOX, token)["From"] == SENDER


@pytest.mark.parametrize("login", [None, SENDER])
def test_swaks_agrees_on_refusals(mail_stack: MailStack, login: str | None) -> None:
    credentials = ("--auth", "PLAIN", "--auth-user", login, "--auth-password", "wrong") if login else ()
    done = _swaks(mail_stack, "--port", str(mail_stack.ports.submission), "--tls", *credentials)
    assert done.returncode == (28 if login else 24)
    assert ("535 5.7.8" if login else "554 5.7.1") in done.stdout
