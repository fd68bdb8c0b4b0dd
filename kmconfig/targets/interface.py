"""What every target offers: a reader that plans, and a writer that only a validated plan opens."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from kmconfig.secrets.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime
    from pathlib import Path

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.reference import SecretRef
    from kmconfig.secrets.fingerprint import FingerprintKey
    from kmconfig.secrets.store import Description
    from kmconfig.targets.secret_changes import SecretChange, Written

Action: TypeAlias = Literal["add", "change", "remove"]

State: TypeAlias = Literal["before", "after", "other"]
"""Whether a target holds what the snapshot does, what was staged, or something that is neither."""

NOTHING_WRITTEN: Mapping[str, Written] = MappingProxyType({})
"""No secret is known to have been written by an earlier run."""


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
class Operation:
    """One change of the target.

    ``setting`` is the path of the setting that decides, or the key itself where none does; ``key`` is the
    name under which the target keeps it. For secrets ``before`` says only whether there was a value and
    ``after`` is the reference; ``change`` tells them apart where ``after`` is one.
    """

    setting: str
    key: str
    action: Action
    before: str | None
    after: str | None
    secret: bool = False
    change: SecretChange | None = None

    def document(self, *, now: datetime) -> dict[str, Any]:
        """The operation of contract, section 5; ages are those at ``now``."""
        change = self.change
        return {
            "setting": self.setting,
            "key": self.key,
            "action": self.action,
            "before": self.before,
            "after": self.after,
            "secret": self.secret,
            "version": None if change is None else change.versions(now=now),
            "fingerprint": None if change is None else change.fingerprints(),
            "compared": change is None or change.compared,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveState:
    """What the target holds now.

    ``base`` identifies this state, so that a later write can tell whether somebody changed it since.
    ``host`` is the SMTP server in use, None where mail goes another way or nothing is set.
    """

    base: str
    host: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The operations that make the target say what the files say, and what people should know about it.

    ``shared_changes`` are keys that other parts of the application read too and whose value would change.
    """

    live: LiveState
    operations: tuple[Operation, ...]
    keys: tuple[str, ...]
    notes: tuple[str, ...] = ()
    shared_changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WritePermit:
    """Opens a target for writing. ``deploy.apply`` makes it, from a plan whose gates have all been passed."""

    plan_digest: str
    base: str


class Reader(Protocol):
    """Reads a target and plans against it. Cannot write."""

    kind: str
    identity: str

    def live(self) -> LiveState:
        """Read the target. Raises CouldNotCheck where that is not possible."""
        ...

    def compare(
        self,
        candidate: Candidate,
        *,
        formerly_ours: frozenset[str] = frozenset(),
        written: Mapping[str, Written] = NOTHING_WRITTEN,
    ) -> Comparison:
        """Say what would have to change.

        ``formerly_ours`` are keys that an earlier run wrote, ``written`` the secrets it wrote, by setting.
        """
        ...

    def live_secrets(self) -> tuple[Secret, ...]:
        """The secrets that the target holds now, so that they can be masked."""
        ...


class Writer(Protocol):
    """Writes a target, and can put back what was there. Whoever uses it holds the target's lock."""

    def prepare(self) -> None:
        """Clear away what killed runs left, and make sure of writing. Raises CouldNotCheck."""
        ...

    def snapshot(self, run: str) -> Path:
        """Keep what is there now, readable by the owner only, and say where."""
        ...

    def stage(self) -> str:
        """Compose what is going to be written, and return its fingerprint.

        Raises Refused when the target has changed since it was planned.
        """
        ...

    def write(self) -> None:
        """Make the target say what was staged. Raises Refused when it has changed since it was planned."""
        ...

    def restore(self, snapshot: Path) -> None:
        """Put back what a snapshot holds."""
        ...

    def state(self, snapshot: Path, written: Collection[str]) -> State:
        """Say what the target holds; ``written`` are fingerprints of what runs have staged."""
        ...
