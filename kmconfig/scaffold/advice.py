"""Which driver fits: by what is sent, how much of it, and where the application runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from kmconfig.scaffold.answers import Driver, Runtime

Sends: TypeAlias = Literal["customers", "internal"]
Hosting: TypeAlias = Literal["host", "container", "aws", "cloud"]

SENDS: Final[tuple[Sends, ...]] = ("customers", "internal")
HOSTINGS: Final[tuple[Hosting, ...]] = ("host", "container", "aws", "cloud")

HIGH_VOLUME: Final = 10_000
"""Messages a month from which on a service's own API pays off."""


@dataclass(frozen=True, slots=True)
class Advice:
    """A driver, the provider to begin with, and why."""

    driver: Driver
    provider: str
    reasons: tuple[str, ...]


def advise(sends: Sends, monthly: int, hosting: Hosting) -> Advice:
    """Recommend a driver.

    ``sends`` tells mail to customers from mail that stays within an organisation; ``monthly`` counts messages.
    """
    if hosting == "aws":
        return Advice(
            "ses",
            "ses",
            (
                "the application runs on AWS: SES takes the role of the machine, so that there is no key to store",
                "it costs little at any volume, and delivers well; it needs a verified domain and production access",
            ),
        )
    if sends == "internal" and hosting == "host":
        return Advice(
            "sendmail",
            "self-hosted",
            (
                "mail stays inside and the machine is a classic one: its own mail system does, without another service",
                "mail to customers would often land in spam this way; choose another driver for that",
            ),
        )
    if monthly > HIGH_VOLUME:
        return Advice(
            "mailgun",
            "mailgun",
            (
                f"more than {HIGH_VOLUME:,} messages a month: Mailgun's API delivers well and counts what arrives",
                "an API needs no mail port, only HTTPS",
            ),
        )
    return Advice(
        "smtp",
        "sendgrid",
        (
            "SMTP works with every provider, is set up soon, and can move to another one without a change of code",
            "a provider for transactional mail delivers better than a mailbox such as Gmail's",
        ),
    )


def runtime_of(hosting: Hosting) -> Runtime:
    """What the application runs on, as `application.runtime` says it."""
    return "cloud" if hosting == "aws" else hosting
