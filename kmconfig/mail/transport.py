"""The way mail goes out: one interface for all drivers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from kmconfig.mail.account import smtp_server

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from email.message import EmailMessage

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.reference import SecretRef
    from kmconfig.mail.server import MailResult
    from kmconfig.mail.stages import Progress
    from kmconfig.secrets.secret import Secret

    Authorize = Callable[[str, int], None]
    """Asked before a login goes to a host and port. Raises Refused to forbid it."""


class Transport(Protocol):
    """Probes the way that mail takes, or sends a message on it. Nothing is raised for what servers do."""

    def probe(self, sender: str, recipients: Sequence[str]) -> MailResult:
        """Do everything short of sending."""
        ...

    def send(self, message: EmailMessage, sender: str, recipients: Sequence[str]) -> MailResult:
        """Send a message; where one recipient is refused nobody gets it, if the driver allows that."""
        ...

    def where(self) -> str:
        """Which server or program is spoken to, and how, for people."""
        ...

    def facts(self) -> tuple[tuple[str, str], ...]:
        """The configuration details that the test message lists, as names and values (contract, section 6)."""
        ...


def open_transport(
    environment: Environment,
    secrets: Mapping[SecretRef, Secret],
    *,
    progress: Progress | None = None,
    authorize: Authorize | None = None,
    timeout: float | None = None,
    test_mode: bool = False,
) -> Transport:
    """The transport of an environment's driver, which has not been used yet.

    ``timeout`` in seconds counts for each stage and replaces the configured one. ``test_mode`` is Mailgun's: the
    message is checked and delivered to nobody.
    """
    driver = environment.email.driver.data
    match driver:
        case "smtp":
            from kmconfig.mail.smtp import SmtpTransport  # noqa: PLC0415 - loads ssl and smtplib

            server = smtp_server(environment, secrets, timeout=timeout)
            return SmtpTransport(server, progress=progress, authorize=authorize)
        case "ses":
            from kmconfig.mail.ses import SesTransport  # noqa: PLC0415 - few need it
            from kmconfig.mail.ses_account import ses_account  # noqa: PLC0415 - as above

            account = ses_account(environment, secrets, timeout=timeout)
            return SesTransport(account, progress=progress, authorize=authorize)
        case "sendmail":
            from kmconfig.mail.sendmail import sendmail_transport  # noqa: PLC0415 - loads subprocess

            return sendmail_transport(environment, progress=progress, timeout=timeout)
        case "mailgun":
            from kmconfig.mail.mailgun import MailgunTransport  # noqa: PLC0415 - loads requests
            from kmconfig.mail.mailgun_account import mailgun_account  # noqa: PLC0415 - few need it

            mailgun = mailgun_account(environment, secrets, timeout=timeout)
            return MailgunTransport(mailgun, progress=progress, authorize=authorize, testmode=test_mode)
        case _:
            raise ValueError(f"there is no driver `{driver}`")
