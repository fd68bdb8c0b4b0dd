"""What was seen of the stores and servers that environments name, for the rules that look only with ``--online``."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from kmconfig.environment.environment import Environment
    from kmconfig.lint.sender_domain import DomainState
    from kmconfig.source.value import Value

_FEW = 5

Sight: TypeAlias = Literal["found", "missing", "unusable", "denied", "error"]

DomainSight: TypeAlias = Literal["active", "unverified", "missing"]

IdentitySight: TypeAlias = Literal["verified", "unverified", "missing"]

ValueSight: TypeAlias = Literal["unasked", "read", "denied", "error"]


class ShapeVerdict(NamedTuple):
    """Whether a secret has the form in which its provider issues it. Holds nothing of the value.

    ``expected`` describes the form, ``seen`` what the value is instead where that is known. ``confirmed`` says that
    the provider documents the form itself.
    """

    fits: bool
    provider: str
    expected: str
    documentation: str
    confirmed: bool = True
    seen: str = ""


class Scopes(NamedTuple):
    """What a key may do, as its provider said.

    ``beyond`` are the permissions that sending does not need. ``unknown`` says why nobody knows, empty where it is
    known.
    """

    beyond: tuple[str, ...] = ()
    unknown: str = ""

    def shown(self) -> str:
        """A few of them, for people."""
        more = len(self.beyond) - _FEW
        return ", ".join(self.beyond[:_FEW]) + (f" and {more} more" if more > 0 else "")


class SecretState(NamedTuple):
    """What was seen of one secret, never its value.

    ``status`` is ``found``, ``missing`` (nothing there), ``unusable`` (there, but no usable text), ``denied`` (no
    permission to look) or ``error`` (no answer). ``version`` is the store's own name of the version that counts,
    ``created`` when that was made, with its time zone; None where the store does not tell. ``detail`` and ``help``
    say more to people.

    ``value`` says whether the value was read too, and ``unread`` why it could not be. ``shape`` is None where the
    value was not read, and where its provider issues no form that could be recognised; ``scopes`` where nobody was
    asked.
    """

    status: Sight
    version: str | None = None
    created: datetime | None = None
    detail: str = ""
    help: str = ""
    value: ValueSight = "unasked"
    unread: str = ""
    shape: ShapeVerdict | None = None
    scopes: Scopes | None = None


class AccountState(NamedTuple):
    """What a provider's API said of the account, or the domain, that an environment sends with.

    ``account`` names it for people. What is None was not told, or the provider has no such thing: ``unknown`` says why
    the account's state is not known, and ``sender_unknown`` why the sender's is not; empty where it is known.

    ``paused`` are the words in which the provider said that nothing may be sent, empty where it may.
    """

    account: str = ""
    sandbox: bool | None = None
    paused: str | None = None
    domain: DomainSight | None = None
    sender: IdentitySight | None = None
    detail: str = ""
    unknown: str = ""
    sender_unknown: str = ""


def unknown_account(account: str, reason: str) -> AccountState:
    """An account of which nothing is known."""
    return AccountState(account, unknown=reason, sender_unknown=reason)


class Observed(NamedTuple):
    """What was seen at the time ``now``, which has a time zone.

    ``max_secret_age`` is the project file's limit for production, as written. ``secrets`` maps the names of
    environments to what was seen of their secrets, by setting, and ``accounts`` to what their provider's API said; an
    environment that could not be looked at is absent.
    ``domains`` maps them to what was seen of their sender's domain; nothing is said of one that is absent.
    """

    now: datetime
    max_secret_age: str | None = None
    secrets: Mapping[str, Mapping[str, SecretState]] = MappingProxyType({})
    accounts: Mapping[str, AccountState] = MappingProxyType({})
    domains: Mapping[str, DomainState] = MappingProxyType({})

    def secret(self, environment: Environment, reference: Value[Any]) -> SecretState:
        """What was seen of the secret that an environment refers to; an error where nobody looked."""
        seen = self.secrets.get(environment.name, {}).get(reference.setting)
        return seen if seen is not None else _UNSEEN

    def account(self, environment: Environment) -> AccountState:
        """What the provider said of an environment's account; unknown where nobody asked."""
        seen = self.accounts.get(environment.name)
        return seen if seen is not None else _UNASKED


_UNASKED = unknown_account("", "the settings have faults, so no provider was asked")
_UNSEEN = SecretState("error", detail="the settings have faults, so no store was asked")
