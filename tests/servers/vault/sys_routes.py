"""What lies below ``sys/``: health, seal, mounts, policies, capabilities, wrapping."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.servers.vault.clock import timestamp
from tests.servers.vault.logins import AppRoleAuth, UserpassAuth
from tests.servers.vault.messages import DONE, UNSUPPORTED_OPERATION, UNSUPPORTED_PATH, Outcome, Refused, json_answer
from tests.servers.vault.policies import parse_policy
from tests.servers.vault.state import Mount
from tests.servers.vault.workload_logins import AwsAuth, JwtAuth, KubernetesAuth

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.servers.vault.messages import Answer, Call, Json, Request
    from tests.servers.vault.state import Backend, Space, VaultState
    from tests.servers.vault.tokens import Token

#: Served without a token, and while the server is sealed.
PUBLIC = frozenset({"sys/health", "sys/seal-status", "sys/leader"})

AUTH_METHODS: dict[str, Callable[[VaultState], Backend]] = {
    "approle": AppRoleAuth,
    "userpass": UserpassAuth,
    "jwt": JwtAuth,
    "kubernetes": KubernetesAuth,
    "aws": AwsAuth,
}


def answer_public(state: VaultState, request: Request, *, standby: bool, leader: str) -> Answer:
    """Answer the paths that anybody may ask."""
    if request.method not in ("GET", "HEAD"):
        raise Refused(405)
    if request.path == "sys/health":
        return _health(state, request, standby=standby)
    if request.path == "sys/leader":
        document: Json = {"ha_enabled": standby, "is_self": not standby, "leader_address": leader}
        return json_answer(200, document)
    return json_answer(200, _seal_status(state))


def _health(state: VaultState, request: Request, *, standby: bool) -> Answer:
    if not state.initialised:
        status, parameter = 501, "uninitcode"
    elif state.sealed:
        status, parameter = 503, "sealedcode"
    elif standby and request.query.get("standbyok", "false") == "false":
        status, parameter = 429, "standbycode"
    else:
        status, parameter = 200, "activecode"
    document: Json = {
        "initialized": state.initialised,
        "sealed": state.sealed or not state.initialised,
        "standby": standby,
        "performance_standby": False,
        "replication_performance_mode": "disabled",
        "replication_dr_mode": "disabled",
        "server_time_utc": int(state.clock.now().timestamp()),
        "version": state.release.version,
    }
    if state.release.flavour == "vault":
        document["enterprise"] = state.release.enterprise
    if not document["sealed"]:
        document |= {"cluster_name": f"vault-cluster-{state.cluster[:8]}", "cluster_id": state.cluster}
    return json_answer(int(request.query.get(parameter, status)), document)


def _seal_status(state: VaultState) -> Json:
    sealed = state.sealed or not state.initialised
    status: Json = {
        "type": "shamir",
        "initialized": state.initialised,
        "sealed": sealed,
        "t": 1,
        "n": 1,
        "progress": 0,
        "nonce": "",
        "version": state.release.version,
        "build_date": "2024-06-10T10:11:34Z",
        "migration": False,
        "recovery_seal": False,
        "storage_type": "inmem",
    }
    return status if sealed else status | {"cluster_name": f"vault-cluster-{state.cluster[:8]}"}


def answer_ui_mount(state: VaultState, space: Space, token: Token, path: str) -> Outcome:
    """Say what is mounted above *path*, to a token that may do anything there."""
    mount = space.find(path if path.endswith("/") else f"{path}/")
    if mount is None or not state.may_see(token, space, mount):
        shown = f"{path.rstrip('/')}/"
        reason = (
            f'preflight capability check returned 403, please ensure client\'s policies grant access to path "{shown}"'
        )
        raise Refused(403, reason)
    return Outcome(data=_describe(mount) | {"path": mount.path})


def _describe(mount: Mount) -> Json:
    return {
        "accessor": mount.accessor,
        "config": {"default_lease_ttl": 0, "force_no_cache": False, "max_lease_ttl": 0},
        "description": "",
        "external_entropy_access": False,
        "local": False,
        "options": mount.options,
        "seal_wrap": False,
        "type": mount.kind,
        "uuid": mount.uuid,
    }


def answer_wrapping(state: VaultState, call: Call, presented: str) -> Outcome:
    """Answer ``unwrap`` and ``lookup``; the wrapping token is in the body or is the request's own."""
    token = call.text("token") or presented
    if call.path == "wrapping/lookup":
        kept = state.look_into(token)
        data: Json = {
            "creation_path": kept.path,
            "creation_time": timestamp(kept.created),
            "creation_ttl": kept.ttl,
        }
        return Outcome(data=data)
    return state.unwrap(token).outcome


class SystemRoutes:
    """What lies below ``sys/`` and needs a token, in one namespace."""

    def __init__(self, state: VaultState, space: Space) -> None:
        self._state = state
        self._space = space

    def handle(self, call: Call) -> Outcome:
        """Answer a call; its path has no ``sys/``."""
        area, _, rest = call.path.partition("/")
        routes: dict[str, Callable[[Call, str], Outcome]] = {
            "capabilities-self": self._capabilities,
            "mounts": self._mounts,
            "auth": self._auth,
            "policies": self._policies,
            "policy": self._policies,
            "namespaces": self._namespaces,
        }
        if area not in routes:
            raise Refused(404, UNSUPPORTED_PATH)
        return routes[area](call, rest)

    def _capabilities(self, call: Call, rest: str) -> Outcome:
        paths = call.body.get("paths") or call.body.get("path") or []
        paths = [paths] if isinstance(paths, str) else paths
        if not paths or call.token is None:
            raise Refused(400, "paths must be supplied")
        data: Json = {path: sorted(self._state.allowed(call.token, self._space, path)) for path in paths}
        if len(paths) == 1:
            data["capabilities"] = data[paths[0]]
        return Outcome(data=data, top_level=True)

    def _mounts(self, call: Call, rest: str) -> Outcome:
        path = rest.strip("/") + "/"
        if call.operation in ("create", "update"):
            kind = call.text("type")
            if kind not in ("kv", "kv-v2"):
                raise Refused(400, f"plugin not found in the catalog: {kind}")
            if path in self._space.mounts:
                raise Refused(400, f"path is already in use at {path}")
            version = "2" if kind == "kv-v2" else str((call.body.get("options") or {}).get("version") or "1")
            backend = self._state.kv(int(version))
            self._space.mounts[path] = Mount(path=path, kind="kv", backend=backend, options={"version": version})
            return DONE
        return self._list_or_remove(call, path, secrets=True)

    def _auth(self, call: Call, rest: str) -> Outcome:
        path = f"auth/{rest.strip('/')}/"
        if call.operation in ("create", "update"):
            kind = call.text("type")
            if kind not in AUTH_METHODS:
                raise Refused(400, f"plugin not found in the catalog: {kind}")
            if path in self._space.mounts:
                raise Refused(400, f"path is already in use at {rest.strip('/')}/")
            self._space.mounts[path] = Mount(path=path, kind=kind, backend=AUTH_METHODS[kind](self._state))
            return DONE
        return self._list_or_remove(call, path, secrets=False)

    def _list_or_remove(self, call: Call, path: str, *, secrets: bool) -> Outcome:
        if call.operation == "delete":
            self._space.mounts.pop(path, None)
            return DONE
        if call.operation != "read":
            raise Refused(405, UNSUPPORTED_OPERATION)
        chosen = {path: m for path, m in self._space.mounts.items() if path.startswith("auth/") is not secrets}
        data = {path.removeprefix("auth/"): _describe(mount) for path, mount in chosen.items()}
        return Outcome(data=data, top_level=True)

    def _policies(self, call: Call, rest: str) -> Outcome:
        name = rest.removeprefix("acl/")
        policies = self._space.policies
        if call.operation == "delete":
            policies.pop(name, None)
        elif call.operation in ("create", "update"):
            try:
                policies[name] = parse_policy(call.text("policy"))
            except ValueError as error:
                raise Refused(400, f"failed to parse policy: {error}") from error
        elif name not in policies:
            raise Refused(404)
        else:
            rules = {path: {"capabilities": sorted(given)} for path, given in policies[name].items()}
            return Outcome(data={"name": name, "policy": json.dumps({"path": rules})}, top_level=True)
        return DONE

    def _namespaces(self, call: Call, rest: str) -> Outcome:
        if not self._state.release.namespaces:
            raise Refused(404, UNSUPPORTED_PATH)
        path = "/".join(part for part in (self._space.path, rest.strip("/")) if part)
        if call.operation == "delete":
            self._state.spaces.pop(path, None)
            return DONE
        self._state.space(path)
        return Outcome(data={"path": f"{path}/", "id": path[:6], "custom_metadata": {}})
