"""What differs between the releases of Vault and OpenBao that the server can play."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Flavour: TypeAlias = Literal["vault", "openbao"]


@dataclass(frozen=True, slots=True)
class Release:
    """A flavour and its version, such as ``1.17.0``, ``1.17.0+ent`` or ``2.4.1``."""

    flavour: Flavour
    version: str

    def _since(self, vault_version: str) -> bool:
        """Tell whether this has what came with *vault_version*; OpenBao began from Vault 1.14."""
        return self.flavour == "openbao" or _numbers(self.version) >= _numbers(vault_version)

    @property
    def enterprise(self) -> bool:
        """Whether this is Vault Enterprise."""
        return self.flavour == "vault" and "+ent" in self.version

    @property
    def namespaces(self) -> bool:
        """Whether namespaces exist; where they do not, the header is ignored."""
        return self.enterprise or (self.flavour == "openbao" and _numbers(self.version) >= (2, 3))

    @property
    def custom_metadata(self) -> bool:
        """Whether KV v2 answers carry ``custom_metadata``."""
        return self._since("1.9")

    @property
    def subkeys(self) -> bool:
        """Whether KV v2 lists the keys of a secret without their values."""
        return self._since("1.10")

    @property
    def token_prefix(self) -> str:
        """What service tokens begin with."""
        return "hvs." if self.flavour == "vault" and self._since("1.10") else "s."

    @property
    def bad_token(self) -> str:
        """The error for a token that is wrong, expired, revoked or used up."""
        if self._since("1.13"):
            return "2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n"
        return "permission denied"

    @property
    def missing_token(self) -> tuple[int, str]:
        """Status and error for a request without a token."""
        return (403, "permission denied") if self._since("1.10") else (400, "missing client token")

    def no_route(self, path: str) -> str:
        """Return the error for a path below no mount."""
        if self._since("1.10"):
            return f'no handler for route "{path}". route entry not found.'
        return f"no handler for route '{path}'"

    def bad_approle(self, wrong: Literal["role", "secret"]) -> str:
        """Return the error of an AppRole login with a wrong role ID or secret ID."""
        if self._since("1.14"):
            return "invalid role or secret ID"
        return "invalid role ID" if wrong == "role" else "invalid secret id"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.partition("+")[0].partition("-")[0].split("."))
