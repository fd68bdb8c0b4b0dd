"""What a target is to say: the settings of the files, or what it held before a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from kmconfig.secrets.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.reference import SecretRef
    from kmconfig.secrets.fingerprint import FingerprintKey
    from kmconfig.secrets.store import Description


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """The settings of one environment with the secrets that they refer to.

    ``descriptions`` say what their stores know of them. ``unread`` are those whose value may not be read here: such
    a candidate can be planned, not applied. ``key`` makes fingerprints of values, None where there is none.
    ``notes`` are what people should know about all this.
    """

    environment: Environment
    secrets: Mapping[SecretRef, Secret] = field(repr=False)
    descriptions: Mapping[SecretRef, Description] = field(default_factory=lambda: MappingProxyType({}))
    unread: frozenset[SecretRef] = frozenset()
    key: FingerprintKey | None = None
    notes: tuple[str, ...] = ()

    def secret(self, ref: SecretRef) -> Secret:
        """The secret of a reference. One that is unread has an empty one in its place, never to be compared."""
        return Secret("", reference=str(ref)) if ref in self.unread else self.secrets[ref]

    def require_read(self) -> None:
        """Make sure that there is a value for everything that is to be written. Raises ValueError."""
        if self.unread:
            raise ValueError("a candidate with unread secrets is planned, never written")


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What a target held before ``run``, as the snapshot of that run has kept it.

    ``snapshot`` is what the target's own writer has captured, None where the target did not exist. ``keys`` are all
    that runs of ours have written since: these go back, and whatever else the target holds stays as it is now.
    """

    run: str
    snapshot: bytes | None = field(repr=False)
    keys: frozenset[str]


Goal: TypeAlias = Candidate | Earlier
