"""Secrets from Vault and OpenBao: `vault: path#key`, from a key-value engine of version 1 or 2."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from kmconfig.secrets.store import SecretProblem
from kmconfig.secrets.vault.engine import Engine
from kmconfig.secrets.vault.faults import Fault, Trouble
from kmconfig.secrets.vault.opening import Surroundings, address_of, open_session
from kmconfig.secrets.vault.patience import Clock, Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from kmconfig.environment.reference import SecretRef
    from kmconfig.environment.stores import VaultSettings
    from kmconfig.secrets.secret import Secret
    from kmconfig.secrets.store import Answer, Metadata
    from kmconfig.secrets.vault.session import Session

_Result = TypeVar("_Result")


class VaultStore:
    """Reads from one mount of one server as one login; each version of each path is read once.

    ``secret`` reads what the login itself needs. ``register`` is told every token that this store obtains or
    finds, so that it can be masked. ``allowed_hosts`` are the only servers that may be given a login, None allows
    any. Nothing is sent before the first question; a server that turns out to be
    out of reach is not asked again.
    """

    def __init__(
        self,
        settings: VaultSettings,
        *,
        root: Path,
        environ: Mapping[str, str],
        secret: Callable[[SecretRef], Answer],
        register: Callable[[Secret], None] = lambda _: None,
        limits: Limits | None = None,
        clock: Clock | None = None,
        allowed_hosts: tuple[str, ...] | None = None,
    ) -> None:
        self._settings = settings
        self._around = Surroundings(
            root, environ, secret, register, limits or Limits(), clock or Clock(), allowed_hosts
        )
        self._session: Session | None = None
        self._engine: Engine | None = None
        self._unusable: Trouble | None = None
        self._was = f"{settings.login.method} login"
        self._lock = Lock()

    def resolve(self, refs: Sequence[SecretRef]) -> Mapping[SecretRef, Answer]:
        """Answer every reference with its text, or why there is none."""
        with self._lock:
            return {ref: self._answered(ref, Engine.value) for ref in refs}

    def describe(self, refs: Sequence[SecretRef]) -> Mapping[SecretRef, Metadata]:
        """Say version and age of every reference, from metadata alone where the engine keeps it and shows it."""
        with self._lock:
            return {ref: self._answered(ref, Engine.description) for ref in refs}

    def identity(self) -> str:
        """As whom the server is asked, and what of that came from the process environment."""
        who = self._session.identity() if self._session is not None else self._was
        return who if self._settings.address else f"{who}, address from VAULT_ADDR"

    def close(self) -> None:
        """End a login of our own; a token that was supplied stays."""
        with self._lock:
            session, self._session, self._engine = self._session, None, None
            if session is not None:
                self._was = session.identity()
                session.close()

    def _answered(self, ref: SecretRef, ask: Callable[[Engine, SecretRef], _Result]) -> _Result | SecretProblem:
        try:
            return ask(self._opened(), ref)
        except Fault as fault:
            trouble = fault.trouble
        if trouble.lasting and self._engine is not None:
            self._engine.stop(trouble)
        elif trouble.lasting:
            self._unusable = trouble
        return SecretProblem(
            ref=ref, kind=trouble.kind, message=f"`{ref}`: {trouble.fact} ({self._asked()})", help=trouble.help
        )

    def _opened(self) -> Engine:
        if self._unusable is not None:
            raise Fault(self._unusable)
        if self._engine is None:
            self._session, api = open_session(self._settings, self._around)
            self._engine = Engine(self._session, self._settings, api=api, clock=self._around.clock)
        return self._engine

    def _asked(self) -> str:
        """Where and as whom a problem was met."""
        try:
            address = f"Vault at {address_of(self._settings, self._around.environ)}"
        except Fault:
            address = "Vault"
        return f"{address}, {self.identity()}"
