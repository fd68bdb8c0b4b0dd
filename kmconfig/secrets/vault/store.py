"""Secrets from Vault and OpenBao: `vault: path#key`, from a key-value engine of version 1 or 2."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from kmconfig.secrets.store import SecretProblem
from kmconfig.secrets.vault.engine import Engine
from kmconfig.secrets.vault.faults import Fault, Trouble
from kmconfig.secrets.vault.opening import Surroundings, address_of, namespace_of, open_session
from kmconfig.secrets.vault.patience import Clock, Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from kmconfig.environment.reference import SecretRef
    from kmconfig.environment.stores import VaultSettings
    from kmconfig.secrets.secret import Secret
    from kmconfig.secrets.store import Answer, Metadata
    from kmconfig.secrets.vault.address import Address
    from kmconfig.secrets.vault.api import Api
    from kmconfig.secrets.vault.session import Session

_Result = TypeVar("_Result")


class Opened(NamedTuple):
    """What questions of one's own are put with: the login, the questions that can be asked, and the mount."""

    session: Session
    api: Api
    engine: Engine


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
        self._open: Opened | None = None
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

    def ask(self, question: Callable[[Opened], _Result]) -> _Result:
        """Put a question of one's own with the login of this store, whatever was out of reach before.

        Raises Fault where there is no answer.
        """
        with self._lock:
            opened = self._opened()
            opened.session.begin()
            return question(opened)

    @property
    def namespace(self) -> str | None:
        """The namespace that is asked, None for the root. Raises Fault for one that is no path."""
        return namespace_of(self._settings, self._around.environ).path

    @property
    def address(self) -> Address:
        """Where the server is. Raises Fault without a usable address."""
        return address_of(self._settings, self._around.environ)

    def identity(self) -> str:
        """As whom the server is asked, and what of that came from the process environment."""
        who = self._open.session.identity() if self._open is not None else self._was
        return who if self._settings.address else f"{who}, address from VAULT_ADDR"

    def close(self) -> None:
        """End a login of our own; a token that was supplied stays."""
        with self._lock:
            opened, self._open = self._open, None
            if opened is not None:
                self._was = opened.session.identity()
                opened.session.close()

    def _answered(self, ref: SecretRef, ask: Callable[[Engine, SecretRef], _Result]) -> _Result | SecretProblem:
        try:
            return ask(self._usable(), ref)
        except Fault as fault:
            trouble = fault.trouble
        if trouble.lasting and self._open is not None:
            self._open.engine.stop(trouble)
        elif trouble.lasting:
            self._unusable = trouble
        return SecretProblem(
            ref=ref, kind=trouble.kind, message=f"`{ref}`: {trouble.fact} ({self._asked()})", help=trouble.help
        )

    def _usable(self) -> Engine:
        if self._unusable is not None:
            raise Fault(self._unusable)
        return self._opened().engine

    def _opened(self) -> Opened:
        if self._open is None:
            session, api = open_session(self._settings, self._around)
            self._open = Opened(session, api, Engine(session, self._settings, api=api, clock=self._around.clock))
        return self._open

    def _asked(self) -> str:
        """Where and as whom a problem was met."""
        try:
            address = f"Vault at {self.address}"
        except Fault:
            address = "Vault"
        return f"{address}, {self.identity()}"
