"""Which SMTP settings rules judge at all: this machine and mail catchers are let off where that is safe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.rules.once import once
from kmconfig.providers.hosts import is_loopback, is_mail_catcher

if TYPE_CHECKING:
    from kmconfig.environment.environment import Environment
    from kmconfig.environment.settings import SmtpSettings


@once
def transport_of(env: Environment) -> SmtpSettings | None:
    """The SMTP settings that rules of the KM2 area judge.

    None with another driver, for a loopback host in any tier (KM210 speaks of those), and in development for
    known mail catchers.
    """
    smtp = login_of(env)
    return None if smtp is None or is_loopback(smtp.host.data) else smtp


@once
def login_of(env: Environment) -> SmtpSettings | None:
    """The SMTP settings that rules of the KM3 area judge.

    None with another driver, and in development for loopback hosts and known mail catchers.
    """
    smtp = env.email.smtp
    if smtp is None:
        return None
    host = smtp.host.data
    if env.tier == "development" and (is_loopback(host) or is_mail_catcher(host)):
        return None
    return smtp
