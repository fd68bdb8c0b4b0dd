"""Taking back what a run has written, telling the application, and proving both."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kmconfig.deploy import journal
from kmconfig.deploy.steps import StepFailed, told
from kmconfig.errors import CouldNotCheck, KmconfigError, PartialOrUnknown, RolledBack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.deploy.proof import Proof
    from kmconfig.deploy.receipt import Receipt
    from kmconfig.deploy.steps import Steps
    from kmconfig.targets.interface import Writer
    from kmconfig.targets.keeping.interface import Fence, Keeper

INTERRUPTED = 130


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """How a run ends that failed once it had begun to write.

    ``killed`` is the journal of a run before this one that never ended; its settings may be in use.
    """

    writer: Writer
    fence: Fence
    keeper: Keeper
    proof: Proof
    steps: Steps
    receipt: Receipt
    killed: journal.Entry | None

    def take_back(self, entry: journal.Entry, error: BaseException) -> None:
        """Put back what was there, and write into the receipt how that went.

        Its result is ``rolled_back``; ``failed`` where the write itself failed and changed nothing; or
        ``unknown`` where a person is needed, and then the journal stays.
        """
        receipt = self.receipt
        receipt.application_verified = False
        try:
            if self._never_written(entry):
                self._end_unwritten(error)
                return
            with self.steps.step("restore") as say:
                say(self._restore(entry))
        except (StepFailed, KmconfigError, OSError) as failure:
            receipt.result, receipt.exit_code = "unknown", PartialOrUnknown.exit_code
            receipt.message = (
                f"{told(error)}; and putting back what was there failed: {told(failure)}{self._kept_in(entry.snapshot)}"
            )
            return
        receipt.result = "rolled_back"
        receipt.exit_code = RolledBack.exit_code if isinstance(error, Exception) else INTERRUPTED
        receipt.message = f"{told(error)}; what was there before is back"

    def _kept_in(self, snapshot: str) -> str:
        """Where a person finds what was there, as far as it can still be read."""
        try:
            self.keeper.kept(snapshot)
        except (KmconfigError, OSError):
            return ""
        return f"; it is kept in {self.keeper.place(snapshot)}"

    def _never_written(self, entry: journal.Entry) -> bool:
        """Whether the write itself failed and left the target to itself, or to somebody else."""
        last = self.receipt.steps[-1]
        if (last.step, last.outcome) != ("write", "failed"):
            return False
        return self.writer.state(self.keeper.kept(entry.snapshot), entry.written) not in ("after", "partial")

    def _end_unwritten(self, error: BaseException) -> None:
        """End as if nothing had been begun."""
        if self.killed is None:
            self.keeper.close()
        else:
            journal.record(self.keeper, self.killed)
        self.receipt.result = "failed"
        self.receipt.message = f"nothing was changed: {told(error)}"
        self.receipt.exit_code = _code_of(error)

    def _restore(self, entry: journal.Entry) -> str:
        self.fence.check()
        snapshot = self.keeper.kept(entry.snapshot)
        state = self.writer.state(snapshot, entry.written)
        if state == "other":
            raise StepFailed(
                "the target holds neither what was there nor what was written: somebody else has changed it since"
            )
        journal.record(self.keeper, replace(entry, doing="restore"))
        if state in ("after", "partial"):
            self.writer.restore(snapshot, self.fence)
        if self.writer.state(snapshot, ()) != "before":
            raise StepFailed("the target does not hold what the snapshot does")
        told_of_it = self.proof.reload_again(all_commands=self.killed is not None)
        if self.writer.state(snapshot, ()) != "before":
            raise StepFailed("the target was changed again while the application was told of it")
        return told_of_it


@contextmanager
def deaf() -> Iterator[None]:
    """Let nothing interrupt putting things back. Handlers, unlike ignored signals, are not inherited by commands."""
    import signal  # noqa: PLC0415
    import threading  # noqa: PLC0415

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, lambda _number, _frame: None) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _code_of(error: BaseException) -> int:
    if isinstance(error, KmconfigError):
        return error.exit_code
    if not isinstance(error, Exception):
        return INTERRUPTED
    return (CouldNotCheck if isinstance(error, OSError) else KmconfigError).exit_code
