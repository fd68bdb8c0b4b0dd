"""From an environment's settings to a session: where the server is, whom to trust, as whom to ask."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from kmconfig.secrets.vault.address import Address, normal_host, require_private
from kmconfig.secrets.vault.api import Api
from kmconfig.secrets.vault.connection import Connection
from kmconfig.secrets.vault.faults import Fault, Trouble
from kmconfig.secrets.vault.logins import Desk
from kmconfig.secrets.vault.patience import Patience
from kmconfig.secrets.vault.session import Namespace, Session
from kmconfig.secrets.vault.trust import proxy_for, tls_context
from kmconfig.secrets.vault.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from kmconfig.environment.reference import SecretRef
    from kmconfig.environment.stores import VaultSettings
    from kmconfig.secrets.secret import Secret
    from kmconfig.secrets.store import Answer
    from kmconfig.secrets.vault.patience import Clock, Limits


class Surroundings(NamedTuple):
    """What a store is given beside its settings."""

    root: Path
    environ: Mapping[str, str]
    secret: Callable[[SecretRef], Answer]
    register: Callable[[Secret], None]
    limits: Limits
    clock: Clock
    allowed_hosts: tuple[str, ...] | None = None

    def __repr__(self) -> str:
        # The process environment is part of it.
        return f"<surroundings at {self.root}>"


def open_session(settings: VaultSettings, around: Surroundings) -> tuple[Session, Api]:
    """Prepare a session and its API; nothing is sent yet. Raises Fault for settings that do not serve.

    ``allowed_hosts`` are the only servers that may be given a login, None allows any.
    """
    address = address_of(settings, around.environ)
    _require_allowed(address, settings, around.allowed_hosts)
    require_private(address)
    namespace = namespace_of(settings, around.environ)
    wire = Wire(
        context=partial(tls_context, settings, root=around.root),
        proxy=proxy_for(address, around.environ),
        limits=around.limits,
    )
    if settings.ca_file is not None or settings.client_cert_file is not None:
        wire.trust()
    connection = Connection(
        address,
        wire=wire,
        patience=Patience(around.limits, around.clock),
        clock=around.clock,
        namespace=namespace.path,
        redirect_hosts=settings.redirect_hosts,
    )
    api = Api(connection)
    desk = Desk(
        connection=connection,
        api=api,
        login=settings.login,
        root=around.root,
        environ=around.environ,
        secret=around.secret,
        register=around.register,
        limits=around.limits,
    )
    return Session(desk, namespace), api


def address_of(settings: VaultSettings, environ: Mapping[str, str]) -> Address:
    """The address that is declared, else that in ``VAULT_ADDR``. Raises Fault without a usable one."""
    text = settings.address or environ.get("VAULT_ADDR")
    if not text:
        trouble = Trouble(
            "undeclared",
            "there is no address",
            "write `stores.vault.address`, or set VAULT_ADDR",
            lasting=True,
        )
        raise Fault(trouble)
    return Address.parse(text)


def _require_allowed(address: Address, settings: VaultSettings, allowed_hosts: tuple[str, ...] | None) -> None:
    """Raise Fault where the login could go to a host that it may not be given to."""
    if allowed_hosts is None:
        return
    allowed = {normal_host(host) for host in allowed_hosts}
    for host in (address.host, *settings.redirect_hosts):
        if normal_host(host) not in allowed:
            raise Fault(
                Trouble(
                    "refused",
                    f"`policy.hosts` does not allow a login at `{normal_host(host)}`",
                    "correct `stores.vault`, or have the host added to `policy.hosts` in kmconfig.yaml",
                    lasting=True,
                )
            )


def namespace_of(settings: VaultSettings, environ: Mapping[str, str]) -> Namespace:
    """The namespace that is declared, else that in ``VAULT_NAMESPACE``. Raises Fault for one that is no path."""
    if settings.namespace:
        return Namespace(settings.namespace)
    path = environ.get("VAULT_NAMESPACE", "").strip("/")
    if not path:
        return Namespace()
    # It becomes a header and stands in messages.
    if not (path.isascii() and path.isprintable()):
        raise Fault(Trouble("invalid", "VAULT_NAMESPACE is no path", "write it as `team/project`", lasting=True))
    return Namespace(path, " from VAULT_NAMESPACE")
