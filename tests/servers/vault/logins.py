"""AppRole and userpass, set up over HTTP or by the test, and what all login methods share."""

from __future__ import annotations

import hmac
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.servers.vault.clock import parse_duration
from tests.servers.vault.messages import DONE, UNSUPPORTED_PATH, Outcome, Refused
from tests.servers.vault.tokens import DEFAULT_TTL, random_text

if TYPE_CHECKING:
    from tests.servers.vault.messages import Call, Json
    from tests.servers.vault.state import VaultState


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a successful login gives: policies, a TTL and a number of uses."""

    policies: tuple[str, ...] = ()
    ttl: int = DEFAULT_TTL
    uses: int = 0

    @classmethod
    def read(cls, body: Json) -> Grant:
        """Read the token settings that roles and users have in common."""
        written = body.get("token_policies") or body.get("policies") or []
        names = written.split(",") if isinstance(written, str) else written
        return cls(
            policies=tuple(str(name) for name in names),
            ttl=parse_duration(body.get("token_ttl") or body.get("ttl") or 0) or DEFAULT_TTL,
            uses=int(body.get("token_num_uses") or 0),
        )


def log_in(state: VaultState, call: Call, grant: Grant, *, name: str, meta: dict[str, str]) -> Outcome:
    """Issue the token of a login that was proved."""
    token = state.tokens.issue(
        policies=tuple(sorted({*grant.policies, "default"})),
        ttl=grant.ttl,
        uses=grant.uses,
        path=call.full_path,
        display_name=name,
        meta=meta,
        namespace=call.namespace,
    )
    return Outcome(auth=token.auth())


@dataclass(slots=True, kw_only=True)
class AppRole:
    """One role: its ID, its secret IDs with the uses left (0: without limit)."""

    name: str
    role_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    secret_ids: dict[str, int] = field(default_factory=dict)
    grant: Grant = field(default_factory=Grant)
    secret_uses: int = 0


class AppRoleAuth:
    """What lies below ``auth/approle/``."""

    def __init__(self, state: VaultState) -> None:
        self._state = state
        self.roles: dict[str, AppRole] = {}

    def exists(self, path: str) -> bool | None:
        """Tell a new role from a known one."""
        parts = path.split("/")
        return parts[1] in self.roles if parts[0] == "role" and len(parts) == 2 else None

    def is_login(self, path: str) -> bool:
        """Only the login needs no token."""
        return path == "login"

    def handle(self, call: Call) -> Outcome:
        """Answer a call below the mount."""
        area, _, rest = call.path.partition("/")
        if area == "login" and call.operation != "read":
            return self._login(call)
        name, _, part = rest.partition("/")
        if area != "role" or not name:
            raise Refused(404, UNSUPPORTED_PATH)
        if not part:
            return self._role(call, name)
        if name not in self.roles:
            raise Refused(404, f'role "{name}" does not exist')
        return self._part(call, self.roles[name], part)

    def _role(self, call: Call, name: str) -> Outcome:
        if call.operation == "delete":
            self.roles.pop(name, None)
            return DONE
        if call.operation == "read":
            if name not in self.roles:
                raise Refused(404)
            return Outcome(data={"token_policies": list(self.roles[name].grant.policies), "bind_secret_id": True})
        role = self.roles.setdefault(name, AppRole(name=name))
        role.grant = Grant.read(call.body)
        role.secret_uses = int(call.body.get("secret_id_num_uses") or 0)
        return DONE

    def _part(self, call: Call, role: AppRole, part: str) -> Outcome:
        if part == "role-id":
            if call.operation == "read":
                return Outcome(data={"role_id": role.role_id})
            role.role_id = call.text("role_id")
            return DONE
        if part not in ("secret-id", "custom-secret-id"):
            raise Refused(404, UNSUPPORTED_PATH)
        secret_id = call.text("secret_id") or str(uuid.uuid4())
        role.secret_ids[secret_id] = role.secret_uses
        return Outcome(
            data={
                "secret_id": secret_id,
                "secret_id_accessor": str(uuid.uuid4()),
                "secret_id_num_uses": role.secret_uses,
                "secret_id_ttl": 0,
            }
        )

    def _login(self, call: Call) -> Outcome:
        role_id, secret_id = call.text("role_id"), call.text("secret_id")
        if not role_id:
            raise Refused(400, "missing role_id")
        role = next((role for role in self.roles.values() if hmac.compare_digest(role.role_id, role_id)), None)
        if role is None:
            raise Refused(400, self._state.release.bad_approle("role"))
        if not secret_id:
            raise Refused(400, "missing secret_id")
        if secret_id not in role.secret_ids:
            raise Refused(400, self._state.release.bad_approle("secret"))
        left = role.secret_ids[secret_id]
        if left == 1:
            del role.secret_ids[secret_id]
        elif left:
            role.secret_ids[secret_id] = left - 1
        return log_in(self._state, call, role.grant, name="approle", meta={"role_name": role.name})


@dataclass(frozen=True, slots=True)
class _User:
    password: str
    grant: Grant


class UserpassAuth:
    """What lies below ``auth/userpass/``."""

    def __init__(self, state: VaultState) -> None:
        self._state = state
        self._users: dict[str, _User] = {}

    def exists(self, path: str) -> bool | None:
        """Tell a new user from a known one."""
        area, _, name = path.partition("/")
        return name.lower() in self._users if area == "users" else None

    def is_login(self, path: str) -> bool:
        """Only the login needs no token."""
        return path.startswith("login/")

    def add(self, name: str, password: str, grant: Grant) -> None:
        """Let a user log in; names are not case-sensitive."""
        self._users[name.lower()] = _User(password, grant)

    def handle(self, call: Call) -> Outcome:
        """Answer a call below the mount."""
        area, _, name = call.path.partition("/")
        if area == "login" and call.operation != "read":
            return self._login(call, name.lower())
        if area != "users" or not name:
            raise Refused(404, UNSUPPORTED_PATH)
        if call.operation == "delete":
            self._users.pop(name.lower(), None)
        elif call.operation in ("create", "update"):
            self.add(name, call.text("password"), Grant.read(call.body))
        elif name.lower() in self._users:
            return Outcome(data={"token_policies": list(self._users[name.lower()].grant.policies)})
        else:
            raise Refused(404)
        return DONE

    def _login(self, call: Call, name: str) -> Outcome:
        password = call.text("password")
        if not password:
            raise Refused(400, "missing password")
        user = self._users.get(name, _User(random_text(), Grant()))
        if not hmac.compare_digest(user.password.encode(), password.encode()):
            raise Refused(400, "invalid username or password")
        return log_in(self._state, call, user.grant, name=f"userpass-{name}", meta={"username": name})
