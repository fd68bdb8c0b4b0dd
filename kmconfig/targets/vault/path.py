"""One path of a key-value store, and reading it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from kmconfig.errors import ConfigurationError, CouldNotCheck
from kmconfig.secrets.vault.faults import Fault, Trouble
from kmconfig.targets.vault.document import Document, document_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from kmconfig.environment.stores import VaultSettings
    from kmconfig.secrets.vault.store import Opened, VaultStore

_Found = TypeVar("_Found")


class VaultPath:
    """A path below a mount; ``identity`` names it with the server, ``shown`` for people."""

    def __init__(self, store: VaultStore, settings: VaultSettings, path: str) -> None:
        self._store = store
        self._settings = settings
        self.mount = settings.mount
        self.path = path
        self.shown = f"vault:{settings.mount}/{path}"

    @property
    def identity(self) -> str:
        """Server, namespace, mount and path. Raises ConfigurationError where these are not usable."""
        try:
            address, inside = self._store.address, self._store.namespace
        except Fault as fault:
            trouble = fault.trouble
        else:
            namespace = f"{inside}/" if inside is not None else ""
            return f"vault:{address}/{namespace}{self.mount}/{self.path}"
        raise ConfigurationError(f"`target.vault`: {trouble.fact}", help=trouble.help)

    def beside(self, name: str) -> VaultPath:
        """A path that nobody who reads this one reads."""
        return VaultPath(self._store, self._settings, f"{self.path}-kmconfig/{name}")

    def ask(self, question: Callable[[Opened], _Found]) -> _Found:
        """Put a question about this path. Raises CouldNotCheck where there is no answer."""
        try:
            return self._store.ask(question)
        except Fault as fault:
            trouble = fault.trouble
        raise CouldNotCheck(f"`{self.shown}`: {trouble.fact} ({self._store.identity()})", help=trouble.help)

    def read(self, version: int | None = None) -> Document:
        """A version of what lies here, the newest for None. Raises CouldNotCheck."""

        def read(opened: Opened) -> Document:
            reply = opened.session.ask(lambda: opened.api.read_v2(self.mount, self.path, version))
            if reply.status == 403:
                raise Fault(opened.engine.denied(self.data))
            if reply.status not in (200, 404):
                raise Fault(odd(reply.status))
            found = document_of(reply)
            if found is None and (misplaced := opened.engine.misplaced(reply)) is not None:
                raise Fault(misplaced)
            return found or Document()

        return self.ask(read)

    def capabilities(self) -> tuple[str, ...] | None:
        """What the login may do with what lies here, None where it may not ask that."""
        return self.ask(lambda opened: opened.session.capabilities(self.data))

    @property
    def data(self) -> str:
        """The path of Vault's interface, as policies name it."""
        return f"{self.mount}/data/{self.path}"


def odd(status: int) -> Trouble:
    """A status that Vault's interface does not document here."""
    return Trouble("unreachable", f"status {status} was answered", "look into the audit log of the server")
