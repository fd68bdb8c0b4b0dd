"""Tokens: issued, used up, expired, renewed and revoked with their children."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.servers.vault.clock import timestamp, write_duration
from tests.servers.vault.messages import Outcome, Refused

if TYPE_CHECKING:
    from datetime import datetime

    from tests.servers.vault.clock import FakeClock
    from tests.servers.vault.messages import Json
    from tests.servers.vault.release import Release

DEFAULT_TTL = MAX_TTL = 768 * 3600
_ALPHABET = string.ascii_letters + string.digits


def random_text(length: int = 24) -> str:
    """Return letters and digits nobody can guess."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


@dataclass(slots=True, kw_only=True)
class Token:
    """One token. A TTL of 0 never expires; 0 uses are not counted."""

    id: str
    accessor: str
    policies: tuple[str, ...]
    created: datetime
    path: str = "auth/token/create"
    ttl: int = 0
    explicit_max_ttl: int = 0
    uses: int = 0
    renewable: bool = True
    orphan: bool = True
    display_name: str = "token"
    meta: dict[str, str] = field(default_factory=dict)
    parent: str = ""
    namespace: str = ""
    expires: datetime | None = None

    @property
    def root(self) -> bool:
        """Whether everything is allowed."""
        return "root" in self.policies

    def auth(self) -> Json:
        """Return the ``auth`` block of a login, a creation or a renewal."""
        return {
            "client_token": self.id,
            "accessor": self.accessor,
            "policies": sorted(self.policies),
            "token_policies": sorted(self.policies),
            "metadata": self.meta or None,
            "lease_duration": self.ttl,
            "renewable": self.renewable,
            "entity_id": "" if self.path.startswith("auth/token") else f"entity-{self.accessor}",
            "token_type": "service",
            "orphan": self.orphan,
            "mfa_requirement": None,
            "num_uses": self.uses,
        }

    def describe(self, now: datetime) -> Json:
        """Return what a look-up says of the token."""
        left = max(0, int((self.expires - now).total_seconds())) if self.expires else 0
        return {
            "accessor": self.accessor,
            "creation_time": int(self.created.timestamp()),
            "creation_ttl": self.ttl,
            "display_name": self.display_name,
            "entity_id": self.auth()["entity_id"],
            "expire_time": timestamp(self.expires) if self.expires else None,
            "explicit_max_ttl": self.explicit_max_ttl,
            "id": self.id,
            "issue_time": timestamp(self.created),
            "meta": self.meta or None,
            "num_uses": self.uses,
            "orphan": self.orphan,
            "path": self.path,
            "policies": sorted(self.policies),
            "renewable": self.renewable,
            "ttl": left,
            "type": "service",
        }


class TokenStore:
    """All living tokens, and the accessors of those that were revoked on request."""

    def __init__(self, clock: FakeClock, release: Release) -> None:
        self._clock = clock
        self._release = release
        self._tokens: dict[str, Token] = {}
        self.revoked: list[str] = []
        self.logins: list[str] = []

    def issue(
        self,
        *,
        policies: tuple[str, ...],
        ttl: int = DEFAULT_TTL,
        uses: int = 0,
        renewable: bool = True,
        explicit_max_ttl: int = 0,
        path: str = "auth/token/create",
        display_name: str = "token",
        meta: dict[str, str] | None = None,
        parent: Token | None = None,
        namespace: str = "",
        text: str = "",
    ) -> Token:
        """Return a new token, *text* or a random one; *parent*'s end is its end too."""
        now = self._clock.now()
        lifetime = min(ttl, explicit_max_ttl or MAX_TTL) if ttl else 0
        token = Token(
            id=text or self._release.token_prefix + random_text(),
            accessor=random_text(),
            policies=policies,
            created=now,
            path=path,
            ttl=lifetime,
            explicit_max_ttl=explicit_max_ttl,
            uses=uses,
            renewable=renewable and lifetime > 0,
            orphan=parent is None,
            display_name=display_name,
            meta=meta or {},
            parent=parent.id if parent else "",
            namespace=namespace,
            expires=now + timedelta(seconds=lifetime) if lifetime else None,
        )
        self._tokens[token.id] = token
        if path.endswith("/login") or "/login/" in path:
            self.logins.append(token.accessor)
        return token

    def find(self, token_id: str) -> Token | None:
        """Return a living token, or ``None``."""
        token = self._tokens.get(token_id)
        if token is not None and token.expires is not None and token.expires <= self._clock.now():
            self.end(token)
            return None
        return token

    def by_accessor(self, accessor: str) -> Token | None:
        """Return the living token that has this accessor, or ``None``."""
        return next((self.find(token.id) for token in self._tokens.values() if token.accessor == accessor), None)

    def spend(self, token: Token) -> None:
        """Take one of a counted token's uses; after the last it is gone for the next request."""
        if token.uses == 0:
            return
        if token.uses == 1:
            self.end(token)
        else:
            token.uses -= 1

    def renew(self, token: Token, increment: int) -> Outcome:
        """Extend a token, not beyond its maximum; say so in a warning where that cuts it short."""
        if not token.renewable:
            raise Refused(400, "lease is not renewable")
        now = self._clock.now()
        wanted = increment or token.ttl
        limit = token.created + timedelta(seconds=token.explicit_max_ttl or MAX_TTL)
        granted = min(wanted, max(0, int((limit - now).total_seconds())))
        token.ttl, token.expires = granted, now + timedelta(seconds=granted)
        warnings: tuple[str, ...] = ()
        if granted < wanted:
            limits = f'TTL of "{write_duration(wanted)}" exceeded the effective max_ttl of "{write_duration(granted)}"'
            warnings = (f"{limits}; TTL value is capped accordingly",)
        return Outcome(auth=token.auth(), warnings=warnings)

    def revoke(self, token: Token) -> None:
        """End a token and its children, on request."""
        self.revoked.append(token.accessor)
        self.end(token)

    def end(self, token: Token) -> None:
        """End a token and its children."""
        self._tokens.pop(token.id, None)
        for child in [child for child in self._tokens.values() if child.parent == token.id]:
            self.end(child)
