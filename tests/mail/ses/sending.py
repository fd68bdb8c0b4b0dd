"""An account on the loopback, and a message through it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from kmconfig.mail.diagnosis_table import ROWS
from kmconfig.mail.message import build_test_message
from kmconfig.mail.ses import SesTransport
from kmconfig.mail.ses_account import SesAccount
from kmconfig.secrets.secret import Secret
from tests.servers.aws import REGION
from tests.servers.ses import SENDER

if TYPE_CHECKING:
    from email.message import EmailMessage

    from kmconfig.mail.server import MailResult

RECIPIENT = "mail-test@partner.example"
KEY_ID = "AKIASTATICSTATIC2345"
KEY = "canary/static+secret/key/0123456789abcdef"


def account(**changes: Any) -> SesAccount:
    """An account with static keys."""
    keys = {
        "access_key_id": Secret(KEY_ID, reference="env:KEY_ID"),
        "secret_access_key": Secret(KEY, reference="env:KEY"),
    }
    return SesAccount(**{"region": REGION, "timeout": 10.0, **keys, **changes})


def chain(**changes: Any) -> SesAccount:
    """An account whose keys the chain finds."""
    return account(access_key_id=None, secret_access_key=None, **changes)


def message_for(*recipients: str, sender: str = SENDER, name: str = "Acme License Portal") -> EmailMessage:
    return build_test_message(
        application_name=name,
        sender_name=name,
        sender_email=sender,
        recipients=recipients,
        facts=(("Amazon SES Region", REGION),),
        sent_at=datetime(2026, 11, 22, 12, tzinfo=UTC),
        test_id="0123456789abcdef",
    )


def send(chosen: SesAccount | None = None, *recipients: str, sender: str = SENDER, **more: Any) -> MailResult:
    people = recipients or (RECIPIENT,)
    return SesTransport(chosen or account(), **more).send(message_for(*people, sender=sender), sender, people)


def probe(chosen: SesAccount | None = None, *recipients: str, sender: str = SENDER, **more: Any) -> MailResult:
    return SesTransport(chosen or account(), **more).probe(sender, recipients or (RECIPIENT,))


def verdicts(result: MailResult) -> list[tuple[str, bool]]:
    return [(stage.stage, stage.ok) for stage in result.stages]


def row_of(result: MailResult) -> str:
    """The cause that a failed result names, by the row it comes from."""
    assert result.diagnosis is not None
    (key,) = [row.key for row in ROWS if row.cause == result.diagnosis.cause]
    return key
