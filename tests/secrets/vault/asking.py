"""Opening stores at a test's Vault, and asking them."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kmconfig.environment.reference import SecretRef
from kmconfig.environment.stores import VaultLogin, VaultSettings
from kmconfig.secrets.secret import Secret
from kmconfig.secrets.store import Description, SecretProblem
from kmconfig.secrets.vault.patience import Clock, Limits
from kmconfig.secrets.vault.store import VaultStore
from tests.servers.vault.server import VaultServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from kmconfig.environment.stores import LoginMethod
    from kmconfig.secrets.store import Answer

VALUE = "hunter2-hunter3"
PATH = "keymanager/production/smtp"
PASSWORD = SecretRef("vault", PATH, "password")


@dataclass
class Rush:
    """A clock on which nothing takes time but what waits, and nobody waits in truth."""

    seconds: float = 0.0
    pauses: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.seconds += seconds

    def clock(self, vault: VaultServer | None = None) -> Clock:
        now = vault.clock.now if vault is not None else Clock().now
        return Clock(monotonic=lambda: self.seconds, sleep=self.sleep, chance=lambda: 0.5, now=now)


@contextmanager
def opened(
    vault: VaultServer | str,
    *,
    settings: VaultSettings | None = None,
    login: VaultLogin | None = None,
    environ: Mapping[str, str] | None = None,
    secrets: Mapping[SecretRef, str] | None = None,
    register: Callable[[Secret], None] = lambda _: None,
    root: Path = Path("/"),
    rush: Rush | None = None,
    limits: Limits | None = None,
) -> Iterator[VaultStore]:
    """A store at ``vault``, with its root token unless something else is given."""
    server = vault if isinstance(vault, VaultServer) else None
    address = vault.address if isinstance(vault, VaultServer) else vault
    chosen = (settings or VaultSettings(None))._replace(address=address)
    if login is not None:
        chosen = chosen._replace(login=login)
    if environ is None:
        environ = {"VAULT_TOKEN": server.root_token if server is not None else "s.token"}

    def secret(ref: SecretRef) -> Answer:
        if ref in (secrets or {}):
            return Secret((secrets or {})[ref], reference=str(ref))
        return SecretProblem(ref=ref, kind="missing", message=f"`{ref}` is not set", help="set it")

    store = VaultStore(
        chosen,
        root=root,
        environ=environ,
        secret=secret,
        register=register,
        limits=limits,
        clock=(rush or Rush()).clock(server),
    )
    try:
        yield store
    finally:
        store.close()


def text(store: VaultStore, ref: SecretRef = PASSWORD) -> str:
    answer = store.resolve((ref,))[ref]
    assert isinstance(answer, Secret), answer
    return answer.reveal()


def problem(store: VaultStore, ref: SecretRef = PASSWORD) -> SecretProblem:
    answer = store.resolve((ref,))[ref]
    assert isinstance(answer, SecretProblem)
    return proper(answer)


def described(store: VaultStore, ref: SecretRef = PASSWORD) -> Description:
    found = store.describe((ref,))[ref]
    assert isinstance(found, Description), found
    return found


def undescribed(store: VaultStore, ref: SecretRef = PASSWORD) -> SecretProblem:
    found = store.describe((ref,))[ref]
    assert isinstance(found, SecretProblem)
    return proper(found)


def proper(found: SecretProblem) -> SecretProblem:
    """A problem is one clear line that names its reference, with a remedy and without the value."""
    assert str(found.ref) in found.message
    assert found.message.isprintable()
    assert found.help
    assert VALUE not in repr(found)
    return found


def approle(*, role_id: str | SecretRef = "role-1") -> VaultLogin:
    return VaultLogin("approle", "approle", name=role_id, secret=SecretRef("env", "SECRET_ID"))


SECRET_ID = {SecretRef("env", "SECRET_ID"): "the-secret-id"}


def let_approle_in(
    vault: VaultServer, *, policies: tuple[str, ...] = ("reader",), ttl: int = 3600, uses: int = 0
) -> None:
    vault.policy("reader", {"secret/data/*": ["read"], "secret/metadata/*": ["read"]})
    vault.approle(role_id="role-1", secret_id="the-secret-id", policies=policies, ttl=ttl, uses=uses)


def method(method_: LoginMethod, /, **fields: Any) -> VaultLogin:
    return VaultLogin(method_, method_)._replace(**fields)
