"""Short ways to a probe or a send by a sendmail program in tests."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from kmconfig.mail.message import build_test_message
from kmconfig.mail.sendmail import SendmailTransport
from tests.mail.sending import RECIPIENT, SENDER, SENT_AT

if TYPE_CHECKING:
    from email.message import EmailMessage

    from kmconfig.mail.server import MailResult

TEST_ID = "4f1d8e0b"

# Answers like a mail server, and keeps what it is told in the file that $LOG names.
SMTP = """\
say() { printf '%s\\r\\n' "$1"; }
say '220 mx.acme.test ESMTP'
while IFS= read -r line; do
  line=${line%?}
  printf '%s\\n' "$line" >>"${LOG:-/dev/null}"
  case $line in
    ehlo*) say '250 mx.acme.test' ;;
    DATA) say '354 go on'
      while IFS= read -r line; do
        line=${line%?}
        printf '%s\\n' "$line" >>"${LOG:-/dev/null}"
        [ "$line" = . ] && break
      done
      say '250 2.0.0 queued as 4Zq1' ;;
    QUIT) say '221 bye'; exit 0 ;;
    *) say '250 2.1.0 ok' ;;
  esac
done"""


def transport(path: str, *arguments: str, **options: Any) -> SendmailTransport:
    environ = {"PATH": os.environ["PATH"], **options.pop("environ", {})}
    return SendmailTransport(path, arguments or ("-bs", "-i"), environ=environ, **{"timeout": 5.0, **options})


def message_by(
    chosen: SendmailTransport, *, sender: str = SENDER, recipient: str = RECIPIENT, name: str = "Acme License Portal"
) -> EmailMessage:
    return build_test_message(
        application_name=name,
        sender_name=name,
        sender_email=sender,
        recipients=[recipient],
        facts=chosen.facts(),
        sent_at=SENT_AT,
        test_id=TEST_ID,
    )


def probe(path: str, *arguments: str, **options: Any) -> MailResult:
    return transport(path, *arguments, **options).probe(SENDER, [RECIPIENT])


def send(path: str, *arguments: str, **options: Any) -> MailResult:
    chosen = transport(path, *arguments, **options)
    return chosen.send(message_by(chosen), SENDER, [RECIPIENT])
