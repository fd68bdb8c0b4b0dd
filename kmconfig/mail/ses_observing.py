"""What Amazon SES says of accounts and senders, as rules look at them: each account and sender is asked for once."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from kmconfig.errors import CouldNotCheck
from kmconfig.lint.observed import AccountState, unknown_account
from kmconfig.mail.addresses import wire_address
from kmconfig.mail.failure import StageFailed
from kmconfig.mail.ses_account import ses_account
from kmconfig.mail.ses_api import SesApi
from kmconfig.mail.ses_state import identity_of, state_of

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.reference import SecretRef
    from kmconfig.mail.ses_account import SesAccount
    from kmconfig.mail.ses_state import SesIdentity
    from kmconfig.secrets.secret import Secret

Key: TypeAlias = "tuple[str, Hashable]"
_NOT_ALLOWED = "is not allowed for this login"


class SesAccounts:
    """The accounts of a run. ``forbidden`` says why a host may not be given a login, empty if it may."""

    def __init__(self, *, forbidden: Callable[[str], str], progress: Callable[[str], None], timeout: float) -> None:
        self._forbidden = forbidden
        self._progress = progress
        self._timeout = timeout
        self._apis: dict[Key, SesApi] = {}
        self._states: dict[Key, AccountState] = {}
        self._senders: dict[tuple[Key, str], SesIdentity | str] = {}

    def state(
        self, environment: Environment, name: str, secrets: Mapping[SecretRef, Secret], login: Hashable
    ) -> AccountState:
        """What is known of an environment's account and sender. ``login`` tells one set of keys from another."""
        account = ses_account(environment, secrets, timeout=self._timeout)
        key = (account.region, login)
        if key not in self._states:
            self._states[key] = self._asked(key, account, name)
        state, sender = self._states[key], environment.email.sender.email
        if state.sender_unknown or sender is None:
            return state
        if (key, sender.data) not in self._senders:
            self._senders[key, sender.data] = self._identity(key, sender.data)
        return _with_sender(state, self._senders[key, sender.data])

    def close(self) -> None:
        """Close the connections."""
        while self._apis:
            self._apis.popitem()[1].close()

    def _asked(self, key: Key, account: SesAccount, name: str) -> AccountState:
        api = self._apis[key] = SesApi(account)
        try:
            api.begin()
            endpoint = api.open()
            forbidden = self._forbidden(endpoint.host)
            if forbidden:
                return unknown_account(name, forbidden)
            self._progress("Amazon SES")
            found = state_of(api)
        except (StageFailed, CouldNotCheck) as failed:
            return unknown_account(name, failed.words if isinstance(failed, StageFailed) else failed.message)
        if found is None:
            return AccountState(name, unknown=f"`ses:GetAccount` {_NOT_ALLOWED}")
        return AccountState(name, sandbox=not found.production, paused=found.paused)

    def _identity(self, key: Key, sender: str) -> SesIdentity | str:
        api = self._apis[key]
        try:
            api.begin()
            return identity_of(api, wire_address(sender))
        except StageFailed as failed:
            return failed.words


def _with_sender(state: AccountState, seen: SesIdentity | str) -> AccountState:
    if isinstance(seen, str):
        return state._replace(sender_unknown=seen)
    if seen.verified is None:
        return state._replace(sender_unknown=f"`ses:GetEmailIdentity` {_NOT_ALLOWED}")
    if seen.verified:
        return state._replace(sender="verified")
    return state._replace(sender="unverified" if seen.exists else "missing", detail=seen.problem)
