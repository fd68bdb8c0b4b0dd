"""An environment before and after a change, as risks look at it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kmconfig.environment.merge import lookup
from kmconfig.environment.reference import SOURCES, SecretRef
from kmconfig.environment.settings import NotKnown, SmtpSettings, reference_from
from kmconfig.lint.rules.references import credentials, identity_of
from kmconfig.providers.mailgun import MAILGUN
from kmconfig.providers.registry import domain_owner
from kmconfig.providers.ses import SES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kmconfig.environment.environment import Environment
    from kmconfig.providers.record import Provider
    from kmconfig.source.value import Path, Value


class Sharing:
    """Which environments use which secret, by what tells secrets apart."""

    def __init__(self, environments: Iterable[Environment]) -> None:
        self._users: dict[str, list[Environment]] = {}
        for environment in environments:
            try:
                found = {identity_of(reference.data, environment) for reference in credentials(environment)}
            except NotKnown:
                continue
            for identity in found:
                self._users.setdefault(identity, []).append(environment)

    def across_tiers(self, reference: SecretRef, environment: Environment) -> tuple[str, ...]:
        """The environments of other tiers with the same secret, if production is among them or asks."""
        users = self._users.get(identity_of(reference, environment), [])
        others = [other for other in users if other.tier != environment.tier]
        if environment.tier != "production":
            others = [other for other in others if other.tier == "production"]
        return tuple(sorted(other.name for other in others if other.name != environment.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """The environment before and after, None where there is none, and who shares secrets on either side.

    ``known_vaults`` are the addresses of Vault that any environment had before. ``are_others`` says that the two are
    different environments, and not one at different times.
    """

    before: Environment | None
    after: Environment | None
    sharing_before: Sharing = field(default_factory=lambda: Sharing(()))
    sharing_after: Sharing = field(default_factory=lambda: Sharing(()))
    known_vaults: frozenset[str] = frozenset()
    are_others: bool = False

    @property
    def are_one(self) -> bool:
        """Whether it is one environment that was there before and still is."""
        return self.before is not None and self.after is not None and not self.are_others

    @property
    def is_production(self) -> bool:
        """Whether the environment is in production after the change, or was before it."""
        return any(side is not None and side.tier == "production" for side in (self.before, self.after))


def text_at(environment: Environment | None, *path: str) -> Any:
    """The plain data at a path, None where there is none or it is not known."""
    value = lookup(environment.root, path) if environment is not None else None
    return value.plain() if value is not None else None


def reference_of(value: Value[Any] | None) -> SecretRef | None:
    """The reference that a setting holds, None where it holds none."""
    if value is None or not isinstance(value.data, dict) or not any(source in value.data for source in SOURCES):
        return None
    found: Mapping[str, Value[Any]] = value.data
    if not all(isinstance(found[source].data, str) for source in SOURCES if source in found):
        return None
    return reference_from(value.data)


def reference_at(environment: Environment | None, path: Path) -> SecretRef | None:
    """The reference that an environment has at a path."""
    return reference_of(lookup(environment.root, path)) if environment is not None else None


def smtp_of(environment: Environment | None) -> SmtpSettings | None:
    """The SMTP settings, None with another driver."""
    return environment.email.smtp if environment is not None else None


def has_login(smtp: SmtpSettings) -> bool:
    """Whether a login is sent to the server."""
    return smtp.password is not None or smtp.username is not None


def provider_of(environment: Environment | None) -> Provider | None:
    """The provider that mail goes out through, None where it is none that is known."""
    if environment is None:
        return None
    smtp = environment.email.smtp
    if smtp is not None:
        return domain_owner(smtp.host.data)
    return {"mailgun": MAILGUN, "ses": SES}.get(environment.email.driver.data)
