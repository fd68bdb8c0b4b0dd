"""Keeping lock, journal and snapshots in a store that all machines reach."""

from __future__ import annotations

import base64
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from kmconfig.errors import CouldNotCheck, Locked
from kmconfig.targets.keeping.holding import Heartbeat, LeaseFence
from kmconfig.targets.keeping.interface import LeaseLost
from kmconfig.targets.keeping.lease import NAME, Lease, Timing
from kmconfig.targets.keeping.names import KEPT_SNAPSHOTS, surplus
from kmconfig.targets.keeping.records import Conflict

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from kmconfig.targets.keeping.interface import Holder
    from kmconfig.targets.keeping.records import Record, Records

_JOURNAL = "journal"
_SNAPSHOTS = "snapshots"


class Beating(Protocol):
    """Renews a lease while it is held."""

    def start(self) -> None: ...
    def stop(self) -> None: ...


class LeasedKeeper:
    """Three documents: the lease, the journal, and the last snapshots.

    ``note`` remembers with the target itself whose settings it holds. ``beating`` makes what renews the lease.
    """

    def __init__(
        self,
        records: Records,
        *,
        note: Callable[[str], None],
        timing: Timing | None = None,
        beating: Callable[[LeaseFence, float], Beating] = Heartbeat,
    ) -> None:
        self.where = records.where
        self._records = records
        self._note = note
        self._timing = timing or Timing()
        self._beating = beating

    def ensure(self) -> None:
        """Make sure that documents can be written there."""
        self._records.ensure()

    @contextmanager
    def hold(self, holder: Holder) -> Iterator[LeaseFence]:
        """Hold the lease. One that has run out is taken over; who held it stands in the new one."""
        fence = self._take(holder)
        beating = self._beating(fence, self._timing.heartbeat)
        beating.start()
        try:
            yield fence
        finally:
            beating.stop()
            fence.release()

    def _take(self, holder: Holder) -> LeaseFence:
        record = self._records.get(NAME)
        before = Lease.read(record.text) if record is not None else None
        if record is not None and before is not None and (left := before.left(record, self._timing)) > 0:
            raise before.taken(left, self._timing)
        lease = Lease.next(before, holder, self._timing)
        since = self._timing.uptime()
        try:
            token = self._records.put(NAME, lease.text(), expected=record.token if record is not None else None)
        except Conflict:
            token = None
        except CouldNotCheck as error:
            token = self._arrived(NAME, lease.text())
            if token is None:
                raise error from None
        if token is None:
            raise self._beaten()
        return LeaseFence(self._records, lease, token=token, since=since, timing=self._timing)

    def _beaten(self) -> Locked:
        """Somebody was faster."""
        record = self._records.get(NAME)
        found = Lease.read(record.text) if record is not None else None
        if record is None or found is None or found.holder is None:
            return Locked(
                "another run has just held the lease of this target", help="run the command again in a moment"
            )
        return found.taken(found.left(record, self._timing), self._timing)

    def journal(self) -> bytes | None:
        """The journal that a run left behind."""
        record = self._records.get(_JOURNAL)
        return record.text.encode() if record is not None else None

    def record(self, journal: bytes) -> None:
        """Write the journal. Raises LeaseLost where another run writes it at the same time."""
        self._write(_JOURNAL, journal.decode(), self._records.get(_JOURNAL))

    def close(self) -> None:
        """Let go of the journal."""
        record = self._records.get(_JOURNAL)
        if record is None:
            return
        try:
            self._records.delete(_JOURNAL, expected=record.token)
        except Conflict:
            raise _other_writer() from None

    def keep(self, run: str, snapshot: bytes | None) -> str:
        """Keep a snapshot under the name of its run."""
        record = self._records.get(_SNAPSHOTS)
        kept = _snapshots(record)
        kept.pop(run, None)
        kept[run] = None if snapshot is None else base64.b64encode(snapshot).decode()
        self._write(_SNAPSHOTS, json.dumps(kept, separators=(",", ":")), record)
        return run

    def place(self, name: str) -> str:
        """Where a snapshot lies, for people."""
        return f"{self.where}/{_SNAPSHOTS}, {name}"

    def kept(self, name: str) -> bytes | None:
        """The snapshot of a name."""
        kept = _snapshots(self._records.get(_SNAPSHOTS))
        if name not in kept:
            raise CouldNotCheck(
                f"the snapshot `{name}` is not kept in {self.where}",
                help=f"the last {KEPT_SNAPSHOTS} are; `kmconfig history` names their runs",
            )
        text = kept[name]
        return None if text is None else base64.b64decode(text)

    def owner(self) -> str | None:
        """Not known here: the target itself tells it, where it is read."""
        return None

    def mark(self, environment: str) -> None:
        """Let the target itself remember it."""
        self._note(environment)

    def sweep(self) -> None:
        """Documents are written as a whole, so nothing is ever left half written."""

    def drop(self, name: str) -> None:
        """Let go of a snapshot."""
        self._leave_out(lambda _kept: (name,))

    def prune(self, needed: Collection[str] = ()) -> None:
        """Let go of all but five snapshots."""
        self._leave_out(lambda kept: surplus(reversed(kept), needed))

    def _leave_out(self, choose: Callable[[list[str]], Collection[str]]) -> None:
        """Let go of the snapshots that are chosen from the names of all, the oldest first."""
        record = self._records.get(_SNAPSHOTS)
        kept = _snapshots(record)
        gone = choose(list(kept))
        left = {name: text for name, text in kept.items() if name not in gone}
        if left != kept:
            self._write(_SNAPSHOTS, json.dumps(left, separators=(",", ":")), record)

    def _write(self, name: str, text: str, record: Record | None) -> None:
        """Write over what was just read."""
        if record is not None and record.text == text:
            return
        try:
            self._records.put(name, text, expected=record.token if record is not None else None)
        except Conflict:
            raise _other_writer() from None
        except CouldNotCheck as error:
            if self._arrived(name, text) is None:
                raise error from None

    def _arrived(self, name: str, text: str) -> str | None:
        """The token of a document whose writing was not answered, None where it did not arrive."""
        try:
            record = self._records.get(name)
        except CouldNotCheck:
            return None
        return record.token if record is not None and record.text == text else None


def _snapshots(record: Record | None) -> dict[str, str | None]:
    """Snapshots by name, oldest first. Raises CouldNotCheck for what no run of ours has written."""
    try:
        kept = json.loads(record.text) if record is not None else {}
    except (ValueError, RecursionError):
        kept = None
    if not isinstance(kept, dict):
        raise CouldNotCheck(
            "the snapshots of this target are not as kmconfig writes them", help="see who else writes there"
        )
    return kept


def _other_writer() -> LeaseLost:
    return LeaseLost(
        "another run has written to the journal or the snapshots of this target",
        help="nothing more is written by this run; see what the other run does, then `kmconfig apply --resume`",
    )
