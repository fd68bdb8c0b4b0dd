"""Which Amazon SES is spoken to, and as whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kmconfig.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.reference import SecretRef
    from kmconfig.environment.settings import SesSettings
    from kmconfig.secrets.secret import Secret

PATIENCE: Final = 30.0
"""Seconds for each stage where nothing else is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SesAccount:
    """A region, and the keys to speak to it with; without keys AWS's credential chain finds them.

    ``timeout`` is in seconds and counts for each stage.
    """

    region: str
    access_key_id: Secret | None = None
    secret_access_key: Secret | None = None
    configuration_set: str | None = None
    timeout: float = PATIENCE


def ses_account(
    environment: Environment, secrets: Mapping[SecretRef, Secret], *, timeout: float | None = None
) -> SesAccount:
    """The SES account of an environment. Raises UsageError for another driver, and without a region."""
    ses = environment.email.ses
    if ses is None or ses.region is None:
        raise UsageError(f"`{environment.name}` names no region of Amazon SES", help="set `email.ses.region`")
    return account_of(ses, ses.region.data, secrets, timeout=timeout)


def account_of(
    ses: SesSettings, region: str, secrets: Mapping[SecretRef, Secret], *, timeout: float | None = None
) -> SesAccount:
    """The same of settings whose region is known."""
    return SesAccount(
        region=region,
        access_key_id=secrets[ses.access_key_id.data] if ses.access_key_id is not None else None,
        secret_access_key=secrets[ses.secret_access_key.data] if ses.secret_access_key is not None else None,
        configuration_set=ses.configuration_set.data if ses.configuration_set is not None else None,
        timeout=timeout if timeout is not None else PATIENCE,
    )
