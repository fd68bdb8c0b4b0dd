"""The servers that must all answer alike, and what a contract test may do with each of them.

A real server joins in where ``VAULT_TEST_ADDR`` and ``VAULT_TEST_TOKEN`` (a root token) are set.
"""

from __future__ import annotations

import os
import re
import uuid
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import hvac
import requests

from tests.servers.vault.server import VaultServer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.servers.vault.release import Flavour

Server: TypeAlias = "tuple[Flavour, str] | None"

_IN_PROCESS: dict[str, Server] = {
    "in-process-vault-1.17": ("vault", "1.17.0"),
    "in-process-vault-1.8": ("vault", "1.8.0"),
    "in-process-openbao-2.4": ("openbao", "2.4.1"),
}
_SECONDS = 10


def servers_under_contract() -> dict[str, Server]:
    """Return the servers by name; ``None`` is the real one."""
    if os.environ.get("VAULT_TEST_ADDR") and os.environ.get("VAULT_TEST_TOKEN"):
        return _IN_PROCESS | {"real": None}
    return _IN_PROCESS


@contextmanager
def open_subject(server: Server) -> Iterator[Subject]:
    """Yield one of the servers, and remove afterwards what the test put there."""
    with ExitStack() as stack:
        if server is None:
            address, token = os.environ["VAULT_TEST_ADDR"].rstrip("/"), os.environ["VAULT_TEST_TOKEN"]
        else:
            vault = stack.enter_context(VaultServer(flavour=server[0], version=server[1]))
            address, token = vault.address, vault.root_token
        session = stack.enter_context(requests.Session())
        yield Subject(address=address, root=token, session=session, cleanup=stack)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One server, spoken to over HTTP with a root token."""

    address: str
    root: str
    session: requests.Session
    cleanup: ExitStack

    def call(
        self, method: str, path: str, body: Any = None, *, token: str | None = None, **headers: str
    ) -> requests.Response:
        """Send a request, as root or with *token* (empty: none); header names are written with ``_`` for ``-``."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        presented = self.root if token is None else token
        if presented:
            sent["X-Vault-Token"] = presented
        raw = body if isinstance(body, bytes) else None
        return self.session.request(
            method,
            f"{self.address}/v1/{path}",
            headers=sent,
            data=raw,
            json=None if raw is not None else body,
            timeout=_SECONDS,
            allow_redirects=False,
        )

    def must(self, method: str, path: str, body: Any = None, *, token: str | None = None) -> Any:
        """Send a request that has to succeed; return its JSON, ``None`` for 204."""
        response = self.call(method, path, body, token=token)
        assert response.status_code in (200, 204), response.text
        return response.json() if response.content else None

    def client(self, token: str) -> hvac.Client:
        """Return a real client that presents *token*."""
        client = hvac.Client(url=self.address, token=token, timeout=_SECONDS)
        self.cleanup.callback(client.session.close)
        return client

    def kv(self, version: int = 2) -> str:
        """Mount a key-value engine of the test's own and return where."""
        path = self._name("kv")
        self.must("POST", f"sys/mounts/{path}", {"type": "kv", "options": {"version": str(version)}})
        self.cleanup.callback(self.call, "DELETE", f"sys/mounts/{path}")
        if version == 2:
            self._await_upgrade(path)
        return path

    def auth(self, kind: str) -> str:
        """Enable an authentication method of the test's own and return its path below ``auth/``."""
        path = self._name(kind)
        self.must("POST", f"sys/auth/{path}", {"type": kind})
        self.cleanup.callback(self.call, "DELETE", f"sys/auth/{path}")
        return path

    def policy(self, rules: Mapping[str, Sequence[str]]) -> str:
        """Write a policy of the test's own and return its name."""
        name = self._name("policy")
        blocks = [f'path "{path}" {{ capabilities = [{_quoted(given)}] }}' for path, given in rules.items()]
        self.must("PUT", f"sys/policies/acl/{name}", {"policy": "\n".join(blocks)})
        self.cleanup.callback(self.call, "DELETE", f"sys/policies/acl/{name}")
        return name

    def token(self, rules: Mapping[str, Sequence[str]] | None = None, **settings: object) -> str:
        """Return a token of five minutes that may do what *rules* say."""
        policies = [self.policy(rules)] if rules else ["default"]
        created = self.must("POST", "auth/token/create", {"policies": policies, "ttl": "5m"} | settings)
        token: str = created["auth"]["client_token"]
        self.cleanup.callback(self.call, "POST", "auth/token/revoke", {"token": token})
        return token

    def put(self, mount: str, path: str, **data: object) -> int:
        """Write a new version of a KV v2 secret and return its number."""
        return int(self.must("POST", f"{mount}/data/{path}", {"data": data})["data"]["version"])

    def since(self, vault: str) -> bool:
        """Tell whether the server has what came with that release of Vault; every OpenBao has."""
        return self.openbao or self.version >= _numbers(vault)

    @property
    def openbao(self) -> bool:
        """Whether this is OpenBao, which says nothing of an enterprise edition."""
        return self.version >= (2,) and "enterprise" not in self.must("GET", "sys/health")

    @property
    def version(self) -> tuple[int, ...]:
        """The first two numbers of the server's version."""
        return _numbers(self.must("GET", "sys/health")["version"])

    def _await_upgrade(self, mount: str) -> None:
        """A real server may still be setting up a new KV v2 mount, and says so."""
        for _ in range(100):
            if "Upgrading from non-versioned" not in self.call("GET", f"{mount}/config").text:
                return
        raise TimeoutError(f"the new mount {mount} does not become ready")

    def _name(self, kind: str) -> str:
        return f"kmconfig-{kind}-{uuid.uuid4().hex[:12]}"


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:2])
