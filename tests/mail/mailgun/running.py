"""Short ways to a probe or a send through Mailgun's API in tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmconfig.mail.mailgun import MailgunTransport
from kmconfig.mail.mailgun_account import MailgunAccount, local_address
from kmconfig.mail.mailgun_api import Clock
from kmconfig.mail.message import build_test_message
from kmconfig.secrets.secret import Secret
from tests.mail.sending import SENT_AT
from tests.servers.mailgun import DOMAIN, KEY

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import EmailMessage

    from kmconfig.mail.server import MailResult
    from tests.servers.mailgun import Mailgun

SENDER = f"licensing@{DOMAIN}"
RECIPIENT = "mail-test@acme.test"


class Hours:
    """A clock that only waiting moves."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.pauses: list[float] = []

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.time += seconds

    @property
    def clock(self) -> Clock:
        return Clock(now=lambda: self.time, pause=self.pause)


def transport(
    server: Mailgun, *, key: str = KEY, hours: Hours | None = None, timeout: float = 5.0, **options: Any
) -> MailgunTransport:
    account = MailgunAccount(
        domain=options.pop("domain", DOMAIN),
        region="us",
        key=Secret(key, reference="env: MAILGUN_API_KEY"),
        timeout=timeout,
    )
    clock = (hours or Hours()).clock
    return MailgunTransport(account, address=local_address(server.url), clock=clock, **options)


def message_for(*recipients: str, name: str = "Acme License Portal") -> EmailMessage:
    return build_test_message(
        application_name=name,
        sender_name=name,
        sender_email=SENDER,
        recipients=recipients or [RECIPIENT],
        facts=(("Mailgun Domain", DOMAIN), ("Region", "US")),
        sent_at=SENT_AT,
        test_id="4f1d8e0b",
    )


def probe(server: Mailgun, **options: Any) -> MailResult:
    return transport(server, **options).probe(SENDER, [RECIPIENT])


def send(server: Mailgun, *recipients: str, **options: Any) -> MailResult:
    chosen = recipients or (RECIPIENT,)
    return transport(server, **options).send(message_for(*chosen), SENDER, chosen)


def causes(result: MailResult) -> Callable[[str], bool]:
    """Whether the diagnosis says something."""
    assert result.diagnosis is not None
    cause = result.diagnosis.cause
    return lambda words: words in cause
