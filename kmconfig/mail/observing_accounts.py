"""Asks Amazon SES and Mailgun what state the accounts are in that environments send with. Nothing is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from kmconfig.environment.stores import stores_of
from kmconfig.lint.observed import unknown_account
from kmconfig.mail.account import secret_references
from kmconfig.secrets.stores import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.projectfile import ProjectFile
    from kmconfig.environment.reference import SecretRef
    from kmconfig.environment.settings import EmailSettings
    from kmconfig.lint.observed import AccountState
    from kmconfig.mail.ses_observing import SesAccounts
    from kmconfig.secrets.secret import Secret
    from kmconfig.secrets.stores import Stores

Progress: TypeAlias = "Callable[[str], None]"
Secrets: TypeAlias = "Mapping[SecretRef, Secret]"

_PATIENCE: Final = 10.0
"""Seconds for what is asked of one account at a time."""


def observe_accounts(
    environments: Iterable[Environment],
    stores: Stores,
    *,
    file: ProjectFile,
    progress: Progress | None = None,
    timeout: float = _PATIENCE,
) -> dict[str, AccountState]:
    """Ask about the account of every environment that sends with the driver ses or mailgun, by its name.

    Their keys are read from the stores, and given to no host that `policy.hosts` leaves out. Nothing is raised for
    what cannot be asked. ``progress`` hears the name of each provider before it is asked.
    """
    looking = _Looking(stores, file.allowed_hosts, progress, timeout)
    try:
        found = {}
        for environment in environments:
            if not environment.incomplete and not environment.broken:
                state = looking.at(environment)
                if state is not None:
                    found[environment.name] = state
        return found
    finally:
        looking.over()


class _Looking:
    """Looks at one environment after the other; accounts that several have in common are asked once."""

    def __init__(
        self, stores: Stores, allowed_hosts: tuple[str, ...] | None, progress: Progress | None, timeout: float
    ) -> None:
        self._stores = stores
        self._allowed = None if allowed_hosts is None else frozenset(map(_normal, allowed_hosts))
        self._progress = progress
        self._timeout = timeout
        self._ses: SesAccounts | None = None

    def at(self, environment: Environment) -> AccountState | None:
        """What is known of an environment's account; None where its driver has none that could be asked."""
        name = _account_of(environment.email)
        if name is None:
            return None
        place = Place(environment.tier, stores_of(environment))
        references = tuple(secret_references(environment))
        resolved = self._stores.resolve(references, place=place)
        if resolved.problems:
            return unknown_account(name, resolved.problems[0].message)
        if environment.email.ses is not None:
            return self._ask_ses(environment, name, resolved.secrets, (place, references))
        return self._ask_mailgun(environment, name, resolved.secrets)

    def over(self) -> None:
        """Close the connections."""
        if self._ses is not None:
            self._ses.close()

    def _ask_ses(self, environment: Environment, name: str, secrets: Secrets, login: Hashable) -> AccountState:
        from kmconfig.mail.ses_observing import SesAccounts  # noqa: PLC0415 - only where it is used

        if self._ses is None:
            self._ses = SesAccounts(forbidden=self._forbidden, progress=self._say, timeout=self._timeout)
        return self._ses.state(environment, name, secrets, login)

    def _ask_mailgun(self, environment: Environment, name: str, secrets: Secrets) -> AccountState:
        from kmconfig.mail.mailgun_account import api_address, mailgun_account  # noqa: PLC0415 - as above
        from kmconfig.mail.mailgun_observing import mailgun_state  # noqa: PLC0415 - as above

        account = mailgun_account(environment, secrets, timeout=self._timeout)
        address = api_address(account.region)
        forbidden = self._forbidden(address.host)
        if forbidden:
            return unknown_account(name, forbidden)
        self._say("Mailgun")
        return mailgun_state(account, address, name)

    def _forbidden(self, host: str) -> str:
        """Why a host may not be given a login; empty if it may."""
        allowed = self._allowed is None or _normal(host) in self._allowed
        return "" if allowed else f"`policy.hosts` does not let {host} be asked"

    def _say(self, provider: str) -> None:
        if self._progress is not None:
            self._progress(provider)


def _account_of(email: EmailSettings) -> str | None:
    """The account that could be asked about, for people."""
    if email.ses is not None and email.ses.region is not None:
        return f"the SES account in {email.ses.region.data}"
    if email.mailgun is not None and email.mailgun.domain is not None and email.mailgun.api_key is not None:
        return f"the Mailgun domain {email.mailgun.domain.data}"
    return None


def _normal(host: str) -> str:
    return host.rstrip(".").lower()
