"""What a test puts into the server before its client comes: secrets, policies, tokens, logins."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from tests.servers.vault.jws import load_public_key
from tests.servers.vault.kv1 import KvOne
from tests.servers.vault.kv2 import KvTwo
from tests.servers.vault.logins import AppRole, AppRoleAuth, Grant, UserpassAuth
from tests.servers.vault.policies import policy_of
from tests.servers.vault.state import Mount
from tests.servers.vault.tokens import DEFAULT_TTL
from tests.servers.vault.workload_logins import (
    AwsAuth,
    AwsRole,
    JwtAuth,
    JwtRole,
    KubernetesAuth,
    KubernetesRole,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from tests.servers.vault.state import VaultState

_Method = TypeVar("_Method", AppRoleAuth, UserpassAuth, JwtAuth, KubernetesAuth, AwsAuth)


class Contents:
    """Fills a server's state directly, without requests that a test would count."""

    def __init__(self, state: VaultState) -> None:
        self._state = state

    def namespace(self, path: str) -> None:
        """Make a namespace."""
        with self._state.lock:
            self._state.space(path)

    def mount(self, path: str, *, kv: int = 2, namespace: str = "") -> None:
        """Mount a key-value engine, emptied where it was mounted before."""
        key = f"{path.strip('/')}/"
        with self._state.lock:
            mount = Mount(path=key, kind="kv", backend=self._state.kv(kv), options={"version": str(kv)})
            self._state.space(namespace).mounts[key] = mount

    def put(self, path: str, data: Mapping[str, Any], *, mount: str = "secret", namespace: str = "") -> int:
        """Write a new version and return its number, 0 for KV v1; a mount not there yet is made with KV v2."""
        with self._state.lock:
            if f"{mount}/" not in self._state.space(namespace).mounts:
                self.mount(mount, namespace=namespace)
            backend = self._backend(mount, namespace)
            if isinstance(backend, KvTwo):
                return backend.put(path, dict(data))
            backend.secrets[path] = dict(data)
            return 0

    def kv2(self, mount: str = "secret", *, namespace: str = "") -> KvTwo:
        """Return a mount of KV v2, to look at what lies there."""
        return self._versioned(mount, namespace)

    def delete(self, path: str, *versions: int, mount: str = "secret", namespace: str = "") -> None:
        """Delete versions of a KV v2 secret so that they can be undeleted; without numbers the current one."""
        with self._state.lock:
            entry = self._versioned(mount, namespace).entries[path]
            for number in versions or (entry.current,):
                entry.versions[number].deleted = self._state.clock.now()

    def destroy(self, path: str, *versions: int, mount: str = "secret", namespace: str = "") -> None:
        """Destroy versions of a KV v2 secret for good; without numbers the current one."""
        with self._state.lock:
            entry = self._versioned(mount, namespace).entries[path]
            for number in versions or (entry.current,):
                entry.versions[number].destroyed = True
                entry.versions[number].data = None

    def policy(self, name: str, rules: Mapping[str, Sequence[str]], *, namespace: str = "") -> None:
        """Write a policy: path (with ``*`` and ``+``) to capabilities."""
        with self._state.lock:
            self._state.space(namespace).policies[name] = policy_of(rules)

    def token(
        self,
        *,
        policies: Sequence[str] = (),
        ttl: int = DEFAULT_TTL,
        uses: int = 0,
        renewable: bool = True,
        explicit_max_ttl: int = 0,
        namespace: str = "",
    ) -> str:
        """Return a new token; *ttl* in seconds (0: for ever), *uses* counts requests (0: without limit)."""
        with self._state.lock:
            return self._state.tokens.issue(
                policies=tuple(policies) if "root" in policies else tuple(sorted({*policies, "default"})),
                ttl=ttl,
                uses=uses,
                renewable=renewable,
                explicit_max_ttl=explicit_max_ttl,
                namespace=namespace,
            ).id

    def accessor(self, token: str) -> str:
        """Return the accessor of a living token; raise ``KeyError`` where there is none."""
        with self._state.lock:
            found = self._state.tokens.find(token)
        if found is None:
            raise KeyError("no living token")
        return found.accessor

    def alive(self, token: str) -> bool:
        """Tell whether a token can still be used."""
        with self._state.lock:
            return self._state.tokens.find(token) is not None

    def revoke(self, token: str) -> None:
        """End a token as an operator would; it does not count in ``revoked``."""
        with self._state.lock:
            found = self._state.tokens.find(token)
            if found is not None:
                self._state.tokens.end(found)

    def wrap(self, data: Mapping[str, Any], *, ttl: int = 300, path: str = "sys/wrapping/wrap") -> str:
        """Return a wrapping token that holds *data*."""
        with self._state.lock:
            return self._state.wrap_data(dict(data), path, ttl)

    def approle(
        self,
        *,
        role_id: str,
        secret_id: str,
        policies: Sequence[str] = (),
        name: str = "kmconfig",
        ttl: int = DEFAULT_TTL,
        uses: int = 0,
        secret_uses: int = 0,
        mount: str = "approle",
        namespace: str = "",
    ) -> None:
        """Let an application log in with its role ID and secret ID; *secret_uses* counts logins."""
        grant = Grant(policies=tuple(policies), ttl=ttl, uses=uses)
        role = AppRole(
            name=name, role_id=role_id, secret_ids={secret_id: secret_uses}, grant=grant, secret_uses=secret_uses
        )
        with self._state.lock:
            self._method(AppRoleAuth, "approle", mount, namespace).roles[name] = role

    def userpass(
        self,
        user: str,
        password: str,
        policies: Sequence[str] = (),
        *,
        ttl: int = DEFAULT_TTL,
        mount: str = "userpass",
        namespace: str = "",
    ) -> None:
        """Let a user log in with a password."""
        with self._state.lock:
            method = self._method(UserpassAuth, "userpass", mount, namespace)
            method.add(user, password, Grant(policies=tuple(policies), ttl=ttl))

    def jwt_role(
        self,
        name: str,
        *,
        key: str,
        audience: str = "",
        subject: str = "",
        claims: Mapping[str, Any] | None = None,
        issuer: str = "",
        policies: Sequence[str] = (),
        ttl: int = DEFAULT_TTL,
        mount: str = "jwt",
        namespace: str = "",
    ) -> None:
        """Let holders of tokens signed for *key* (a public key in PEM) log in, where the claims match."""
        role = JwtRole(
            audiences=(audience,) if audience else (),
            subject=subject,
            claims=dict(claims or {}),
            grant=Grant(policies=tuple(policies), ttl=ttl),
        )
        with self._state.lock:
            method = self._method(JwtAuth, "jwt", mount, namespace)
            method.keys, method.issuer = [load_public_key(key)], issuer
            method.roles[name] = role

    def kubernetes_role(
        self,
        name: str,
        token: str,
        policies: Sequence[str] = (),
        *,
        ttl: int = DEFAULT_TTL,
        mount: str = "kubernetes",
        namespace: str = "",
    ) -> None:
        """Let the pod log in whose service account has *token*."""
        role = KubernetesRole(token, Grant(policies=tuple(policies), ttl=ttl))
        with self._state.lock:
            self._method(KubernetesAuth, "kubernetes", mount, namespace).roles[name] = role

    def aws_role(
        self,
        name: str,
        *,
        access_key: str,
        secret_key: str,
        session_token: str = "",
        server_id: str = "",
        policies: Sequence[str] = (),
        ttl: int = DEFAULT_TTL,
        mount: str = "aws",
        namespace: str = "",
    ) -> None:
        """Let the owner of an AWS key log in; *server_id* must then be in the signed header."""
        grant = Grant(policies=tuple(policies), ttl=ttl)
        role = AwsRole(access_key=access_key, secret_key=secret_key, session_token=session_token, grant=grant)
        with self._state.lock:
            method = self._method(AwsAuth, "aws", mount, namespace)
            method.server_id = server_id
            method.roles[name] = role

    def _backend(self, mount: str, namespace: str) -> KvOne | KvTwo:
        backend = self._state.space(namespace).mounts[f"{mount}/"].backend
        if not isinstance(backend, KvOne | KvTwo):
            raise TypeError(f"{mount} is no key-value mount")
        return backend

    def _versioned(self, mount: str, namespace: str) -> KvTwo:
        backend = self._backend(mount, namespace)
        if not isinstance(backend, KvTwo):
            raise TypeError(f"{mount} keeps no versions")
        return backend

    def _method(self, kind: type[_Method], name: str, mount: str, namespace: str) -> _Method:
        path = f"auth/{mount}/"
        mounts = self._state.space(namespace).mounts
        if path not in mounts:
            mounts[path] = Mount(path=path, kind=name, backend=kind(self._state))
        backend = mounts[path].backend
        if not isinstance(backend, kind):
            raise TypeError(f"{path} serves another method")
        return backend
