"""By which way mail will leave, as an environment says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.targets.interface import MailFacts

if TYPE_CHECKING:
    from kmconfig.environment.environment import Environment


def facts_of(environment: Environment) -> MailFacts:
    """The facts of an environment's settings, defaults included."""
    email = environment.email
    smtp, sender = email.smtp, email.sender.email
    return MailFacts(
        driver=email.driver.data,
        host=smtp.host.data if smtp is not None else None,
        encryption=smtp.encryption.data if smtp is not None else None,
        sender=sender.data if sender is not None else None,
    )
