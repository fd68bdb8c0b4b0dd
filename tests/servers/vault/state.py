"""What the server knows: namespaces with their mounts and policies, tokens, wrapped answers, the seal."""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from tests.servers.vault.auth_token import TokenAuth
from tests.servers.vault.clock import timestamp
from tests.servers.vault.kv1 import KvOne
from tests.servers.vault.kv2 import KvTwo
from tests.servers.vault.messages import Outcome, Refused
from tests.servers.vault.policies import DEFAULT_POLICY, DENY, ROOT, capabilities, reaches
from tests.servers.vault.tokens import TokenStore, random_text

if TYPE_CHECKING:
    from datetime import datetime

    from tests.servers.vault.clock import FakeClock
    from tests.servers.vault.messages import Call, Json
    from tests.servers.vault.policies import Policy
    from tests.servers.vault.release import Release
    from tests.servers.vault.tokens import Token


class Backend(Protocol):
    """What serves the paths below a mount."""

    def handle(self, call: Call) -> Outcome:
        """Answer a call, or raise ``Refused``."""

    def exists(self, path: str) -> bool | None:
        """Tell create from update; ``None`` where the path knows no difference."""

    def is_login(self, path: str) -> bool:
        """Tell whether *path* is served without a token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """A backend at a path that ends in a slash."""

    path: str
    kind: str
    backend: Backend
    options: dict[str, str] | None = None
    uuid: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def accessor(self) -> str:
        """The mount's own identifier."""
        return f"{self.kind}_{self.uuid[:8]}"


@dataclass(slots=True)
class Space:
    """One namespace; the root namespace's path is empty."""

    path: str
    mounts: dict[str, Mount] = field(default_factory=dict)
    policies: dict[str, Policy] = field(default_factory=dict)

    def find(self, path: str) -> Mount | None:
        """Return the mount that serves *path*; authentication methods lie below ``auth/``."""
        owners = [mount for mount in self.mounts.values() if path.startswith(mount.path) or f"{path}/" == mount.path]
        return max(owners, key=lambda mount: len(mount.path), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapped:
    """An answer that waits to be fetched once."""

    outcome: Outcome
    path: str
    created: datetime
    ttl: int


class VaultState:
    """Everything one server keeps. Hold ``lock`` while reading or changing it."""

    def __init__(self, clock: FakeClock, release: Release) -> None:
        self.lock = threading.RLock()
        self.clock = clock
        self.release = release
        self.tokens = TokenStore(clock, release)
        self.spaces: dict[str, Space] = {}
        self.wrapped: dict[str, Wrapped] = {}
        self.sealed = False
        self.initialised = True
        self.cluster = str(uuid.uuid4())
        self.space("")

    def space(self, path: str) -> Space:
        """Return a namespace, made where it is new."""
        path = path.strip("/")
        if path not in self.spaces:
            space = Space(path, policies={"default": DEFAULT_POLICY})
            space.mounts["auth/token/"] = Mount(path="auth/token/", kind="token", backend=TokenAuth(self))
            self.spaces[path] = space
        return self.spaces[path]

    def kv(self, version: int) -> KvOne | KvTwo:
        """Return a new key-value backend."""
        return KvTwo(self.clock, self.release) if version == 2 else KvOne()

    def allowed(self, token: Token, space: Space, path: str, *, listing: bool = False) -> frozenset[str]:
        """Return the capabilities of *token* on *path*."""
        if token.root:
            return ROOT
        if token.namespace != space.path:
            return DENY
        return capabilities(self._policies(token, space), path, listing=listing)

    def may_see(self, token: Token, space: Space, mount: Mount) -> bool:
        """Tell whether *token* may do anything below *mount*."""
        return token.root or (token.namespace == space.path and reaches(self._policies(token, space), mount.path))

    def _policies(self, token: Token, space: Space) -> list[Policy]:
        return [space.policies[name] for name in token.policies if name in space.policies]

    def wrap(self, outcome: Outcome, path: str, ttl: int) -> Outcome:
        """Keep *outcome* behind a token of one use, and return that token."""
        token = self._keep(outcome, path, ttl)
        info = {
            "token": token,
            "accessor": random_text(),
            "ttl": ttl,
            "creation_time": timestamp(self.wrapped[token].created),
            "creation_path": path,
        }
        return Outcome(wrap_info=info)

    def wrap_data(self, data: Json, path: str, ttl: int) -> str:
        """Keep *data* behind a token of one use, and return the token's text."""
        return self._keep(Outcome(data=data), path, ttl)

    def _keep(self, outcome: Outcome, path: str, ttl: int) -> str:
        token = self.release.token_prefix + random_text()
        self.wrapped[token] = Wrapped(outcome=outcome, path=path, created=self.clock.now(), ttl=ttl)
        return token

    def unwrap(self, token: str) -> Wrapped:
        """Return what was kept behind *token*, once."""
        wrapped = self.look_into(token)
        del self.wrapped[token]
        return wrapped

    def look_into(self, token: str) -> Wrapped:
        """Return what is kept behind *token*, without fetching it."""
        wrapped = self.wrapped.get(token)
        if wrapped is None or wrapped.created + timedelta(seconds=wrapped.ttl) <= self.clock.now():
            raise Refused(400, "wrapping token is not valid or does not exist")
        return wrapped
