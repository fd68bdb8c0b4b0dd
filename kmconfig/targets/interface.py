"""What every target offers: a reader that plans, and a writer that only a validated plan opens."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime
    from pathlib import Path

    from kmconfig.secrets.secret import Secret
    from kmconfig.targets.goal import Earlier, Goal
    from kmconfig.targets.keeping.interface import Fence
    from kmconfig.targets.secret_changes import SecretChange, Written

Action: TypeAlias = Literal["add", "change", "remove"]

State: TypeAlias = Literal["before", "after", "partial", "other"]
"""Whether a target holds what was captured, what was staged, some of both, or something that is none of these."""

NOTHING_WRITTEN: Mapping[str, Written] = MappingProxyType({})
"""No secret is known to have been written by an earlier run."""


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


class MailFacts(NamedTuple):
    """By which way mail leaves, as far as that can be told; None where it cannot, or nothing is set.

    ``driver`` is one of ours (smtp, sendmail, mailgun, ses), or the application's word for another. ``host`` is the
    SMTP server, ``encryption`` one of tls, ssl and none, ``sender`` an address.
    """

    driver: str | None = None
    host: str | None = None
    encryption: str | None = None
    sender: str | None = None


NO_FACTS = MailFacts()


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveState:
    """What the target holds now.

    ``base`` identifies this state, so that a later write can tell whether somebody changed it since; it must not be
    made from content in a way that lets a secret be searched for. ``owner`` is the environment that was applied
    here last, where the target itself keeps that; elsewhere its keeper does.
    """

    base: str
    facts: MailFacts = NO_FACTS
    owner: str | None = None

    @property
    def host(self) -> str | None:
        """The SMTP server in use, None where mail goes another way or nothing is set."""
        return self.facts.host


class Kept(NamedTuple):
    """What a target keeps under a key of ours: the setting that decides, and its value as text.

    Of a secret the text is its reference, or empty where it has none.
    """

    setting: str
    text: str
    secret: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The operations that make the target say what the goal says, and what people should know about it.

    ``kept`` is what each of our keys will hold, those without an operation included. ``facts`` are those after the
    change. ``shared_changes`` are keys that other parts of the application read too and whose value would change.
    """

    live: LiveState
    operations: tuple[Operation, ...]
    kept: Mapping[str, Kept]
    facts: MailFacts = NO_FACTS
    notes: tuple[str, ...] = ()
    shared_changes: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that are ours afterwards."""
        return tuple(self.kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a target cannot do is what people have to know before they rely on it; a plan lists it.

    ``compare_and_set``: the target itself refuses a write when it was changed since. ``atomic``: a write happens as a
    whole or not at all. ``reads_secrets``: what it holds can be compared with what it should. ``restores_secrets``:
    a rollback brings back the secrets too. ``holds_secrets``: they lie in the target; otherwise the application
    fetches by reference what the store has. ``shared_lock``: runs on other machines see our lock and journal.
    ``others`` are limits of this target alone, ``remarks`` what its receipts say of how it was written.
    """

    compare_and_set: bool = True
    atomic: bool = True
    reads_secrets: bool = True
    restores_secrets: bool = True
    holds_secrets: bool = True
    shared_lock: bool = True
    others: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    def limits(self) -> tuple[str, ...]:
        """What the target cannot do, as sentences for people."""
        lacking = {
            "the target does not refuse a write over what others change at the same moment": self.compare_and_set,
            "several values are written one after the other, not all at once": self.atomic,
            "the secrets it holds cannot be read, so they are compared by what was written last": self.reads_secrets,
            "a rollback cannot bring back the secrets that it held": self.restores_secrets,
            "lock and journal lie on this machine, so apply from one machine only": self.shared_lock,
        }
        return (*(sentence for sentence, able in lacking.items() if not able), *self.others)


@dataclass(frozen=True, slots=True)
class WritePermit:
    """Opens a target for writing. ``deploy`` makes it, from a plan whose gates have all been passed."""

    plan_digest: str
    base: str


class Reader(Protocol):
    """Reads a target and plans against it. Cannot write.

    ``identity`` names the target for receipts and plans, ``shown`` for people. ``folder`` is where its commands
    run, None for a target that has none.
    """

    kind: str
    identity: str
    shown: str
    capabilities: Capabilities

    @property
    def folder(self) -> Path | None:
        """Where the commands of the target run."""
        ...

    def live(self) -> LiveState:
        """Read the target. Raises CouldNotCheck where that is not possible."""
        ...

    def compare(
        self,
        goal: Goal,
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

    def earlier_secrets(self, goal: Earlier) -> Mapping[str, Secret]:
        """The secrets that a snapshot brings back, by setting; none where they cannot be read from it."""
        ...


class Writer(Protocol):
    """Writes a target, and can put back what was there. Whoever uses it holds the target's lock.

    ``snapshot`` is whatever :meth:`capture` returned: content, or the target's own version numbers; None where
    the target did not exist. Each method that writes asks ``fence.check()`` before each of its writes.
    """

    def prepare(self) -> None:
        """Clear away what killed runs left, and make sure of writing. Raises CouldNotCheck."""
        ...

    def capture(self) -> bytes | None:
        """What has to be kept to put back what is there now.

        Raises Refused when the target has changed since it was planned.
        """
        ...

    def stage(self) -> str:
        """Compose what is going to be written, and return its fingerprint.

        Raises Refused when the target has changed since it was planned.
        """
        ...

    def write(self, fence: Fence) -> None:
        """Make the target say what was staged. Raises Refused when it has changed since it was planned."""
        ...

    def restore(self, snapshot: bytes | None, fence: Fence) -> None:
        """Put back what a snapshot holds."""
        ...

    def state(self, snapshot: bytes | None, written: Collection[str]) -> State:
        """Say what the target holds; ``written`` are fingerprints of what runs have staged."""
        ...
