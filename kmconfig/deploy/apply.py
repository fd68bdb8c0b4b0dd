"""Apply: lock, recheck, preflight, snapshot, write, activate, verify, test message, receipt.

Whatever fails after the write is undone: the snapshot goes back, the application is told again, and both are
proved. What is about to happen stands in the journal first, so that a run that was killed is finished by the next.
"""

from __future__ import annotations

from contextlib import nullcontext, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kmconfig.deploy import journal
from kmconfig.deploy.gates import require_allowed
from kmconfig.deploy.opening import receipt_of
from kmconfig.deploy.options import Options
from kmconfig.deploy.proof import Proof
from kmconfig.deploy.snapshots import Snapshots
from kmconfig.deploy.steps import Progress, Silent, StepFailed, Steps, nothing_changed, told
from kmconfig.deploy.undo import Undo, deaf
from kmconfig.errors import CheckFailed, CouldNotCheck, KmconfigError, PartialOrUnknown, Refused
from kmconfig.mail.account import recipients_of
from kmconfig.secrets.frames import frames_cleared
from kmconfig.targets.interface import WritePermit
from kmconfig.targets.keeping.interface import Fence, Holder
from kmconfig.targets.registry import keeper_for, writer_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from kmconfig.deploy.plan import Plan
    from kmconfig.deploy.receipt import Receipt
    from kmconfig.deploy.work import Work
    from kmconfig.targets.interface import Writer

__all__ = ["Apply", "Options", "Progress", "Silent"]


class Apply:
    """One run for one environment, from a plan to a receipt."""

    def __init__(
        self,
        work: Work,
        *,
        options: Options,
        progress: Progress,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        if work.candidate is not None:
            work.candidate.require_read()
        self.work = work
        self.options = options
        self.keeper = keeper_for(work.reader)
        self._allowed = False
        self.receipt: Receipt = receipt_of(work, options, started=clock().astimezone(UTC))
        self._snapshots = Snapshots(self.keeper, work.receipts, self.receipt.target)
        self._steps = Steps(self.receipt, progress)
        self._proof = Proof(
            work, recipients=self.recipients(), receipt=self.receipt, steps=self._steps, options=options
        )

    @property
    def plan(self) -> Plan:
        """What the run is going to do."""
        return self.work.plan

    def needed(self) -> bool:
        """Whether there is anything to do: changes, or a run that was killed before it had proved its own."""
        return bool(self.plan.operations) or journal.read(self.keeper) is not None

    def require_allowed(self) -> None:
        """Check every gate that can be checked before anything happens.

        Raises Refused for what is not approved, not allowed or not proved in the stage before.
        """
        if not self._allowed:
            self.receipt.remarks += require_allowed(self.work, self.options, recipients=self.recipients())
        self._allowed = True

    def recipients(self) -> tuple[str, ...]:
        """Who gets the test message."""
        return self.options.recipients or recipients_of(self.work.environment)

    @frames_cleared()
    def run(self) -> Receipt:
        """Do it. The receipt says how it ended; its ``exit_code`` is the command's.

        Raises Locked, Refused, CouldNotCheck or CheckFailed before anything was written, and PartialOrUnknown
        where a killed run cannot be brought to an end.
        """
        self.require_allowed()
        self.keeper.ensure()
        holder = Holder.here(run=self.receipt.run, environment=self.receipt.environment)
        with self.keeper.hold(holder) as fence:
            if fence.took_over is not None:
                self.receipt.remarks.append(f"took over the lock of {fence.took_over}, which had expired")
            self._run(fence)
        return self.receipt

    def _run(self, fence: Fence) -> None:
        permit = WritePermit(self.plan.digest, self.plan.base)
        writer = writer_for(self.work.reader, permit, self.work.goal, formerly_ours=self.plan.formerly_ours)
        with self._steps.step("recheck"):
            self._recheck(writer)
        self._proof.learn_secrets()
        killed = self._killed(writer)
        if killed is None:
            with nothing_changed():
                self._snapshots.prune()
        if self.plan.operations:
            self._change(writer, fence, killed)
        elif killed is not None:
            self._finish(writer, fence, killed)
        else:
            self.receipt.result = "unchanged"

    def _recheck(self, writer: Writer) -> None:
        """Make sure that the plan still holds, and that nothing on this machine will stop it half-way."""
        with nothing_changed():
            self.keeper.sweep()
        writer.prepare()
        self.work.receipts.prepare()
        if self.work.reader.live().base != self.plan.base:
            raise Refused(f"`{self.work.reader.shown}` changed after it was planned", help="run the command again")

    def _killed(self, writer: Writer) -> journal.Entry | None:
        """The journal of a run that was killed with its settings in place; others are brought to their end here."""
        entry = journal.read(self.keeper)
        if entry is None:
            return None
        ended = self.work.receipts.ended(entry.run)
        if not ended:
            if writer.state(self.keeper.kept(entry.snapshot), entry.written) != "before":
                return entry
            if entry.doing == "restore":
                self._finish_restore(entry)
        with nothing_changed():
            self.keeper.close()
        if not ended:
            self._snapshots.drop(entry.snapshot)
        return None

    def _finish_restore(self, entry: journal.Entry) -> None:
        """The old content is back, but the application may not have been told."""
        try:
            with self._steps.step("activate") as say:
                say(self._proof.reload_again(all_commands=True))
        except StepFailed as failed:
            raise PartialOrUnknown(
                f"run {entry.run} was killed while it put back what was there; the target is as it was before, but"
                f" the application could not be told: {failed.reason}",
                help="correct the `reload` commands and apply again",
            ) from None

    def _change(self, writer: Writer, fence: Fence, killed: journal.Entry | None) -> None:
        """Write new settings and prove them."""
        try:
            self._proof.preflight()
        except StepFailed as failed:
            raise CheckFailed(f"preflight failed, nothing was changed: {failed.reason}") from None
        with nothing_changed(), self._steps.step("snapshot") as say:
            staged = writer.stage()
            if killed is not None and self._holds_more_than_before(writer, killed):
                say(f"{killed.snapshot}, from run {killed.run}, which did not end")
                snapshot, written = killed.snapshot, killed.written
            else:
                snapshot, written = self.keeper.keep(self.receipt.run, writer.capture()), ()
                say(self.keeper.place(snapshot))
            entry = self._entry(snapshot, (*written, staged), fence)
            with self._snapshots.only_with_journal(snapshot) if not written else nullcontext():
                journal.record(self.keeper, entry)
        try:
            with self._steps.step("write"):
                writer.write(fence)
            self._after_write(entry)
        except BaseException as error:  # noqa: BLE001 - whatever failed, the write is undone
            self._undo(writer, fence, entry, error, killed=killed)
            return
        self._applied()

    def _holds_more_than_before(self, writer: Writer, killed: journal.Entry) -> bool:
        return writer.state(self.keeper.kept(killed.snapshot), killed.written) in ("after", "partial")

    def _finish(self, writer: Writer, fence: Fence, killed: journal.Entry) -> None:
        """Prove the settings that a killed run has written, or take them back."""
        with nothing_changed(), self._steps.step("snapshot") as say:
            say(f"{killed.snapshot}, from run {killed.run}, which did not end")
            entry = self._entry(killed.snapshot, killed.written, fence)
            journal.record(self.keeper, entry)
        try:
            self._proof.preflight()
            self._after_write(entry)
        except BaseException as error:  # noqa: BLE001
            self._undo(writer, fence, entry, error, killed=killed)
            return
        self._applied()

    def _entry(self, snapshot: str, written: tuple[str, ...], fence: Fence) -> journal.Entry:
        self.receipt.snapshot = snapshot
        return journal.Entry(
            run=self.receipt.run,
            environment=self.receipt.environment,
            plan_digest=self.plan.digest,
            snapshot=snapshot,
            written=written,
            keys=self.plan.touched,
            back_to=self.plan.back_to,
            fence=fence.number,
        )

    def _after_write(self, entry: journal.Entry) -> None:
        def about_to(doing: journal.Doing) -> None:
            journal.record(self.keeper, replace(entry, doing=doing))

        self._proof.after_write(about_to)

    def _applied(self) -> None:
        self.receipt.result = "applied"
        self.receipt.remarks += self.work.reader.capabilities.remarks
        self._conclude()

    def _undo(
        self,
        writer: Writer,
        fence: Fence,
        entry: journal.Entry,
        error: BaseException,
        *,
        killed: journal.Entry | None,
    ) -> None:
        undo = Undo(
            writer=writer,
            fence=fence,
            keeper=self.keeper,
            proof=self._proof,
            steps=self._steps,
            receipt=self.receipt,
            killed=killed,
        )
        with deaf():
            undo.take_back(entry, error)
            if self.receipt.result == "rolled_back":
                self._conclude()
            elif self.receipt.result == "unknown":
                self._save()
            elif killed is None or killed.snapshot != entry.snapshot:
                self._snapshots.drop(entry.snapshot)

    def _conclude(self) -> None:
        with suppress(KmconfigError):  # what it is worth only shows at the next rollback, which then says so
            self.receipt.left = self.work.reader.live().base
        if not self._save():
            return
        try:
            if self.receipt.result == "applied":
                self.keeper.mark(self.receipt.environment)
            self.keeper.close()
            if self.receipt.result == "rolled_back" and self.receipt.snapshot is not None:
                self._snapshots.drop(self.receipt.snapshot)
            self._snapshots.prune()
        except (OSError, CouldNotCheck) as error:
            self.receipt.message = f"{self.receipt.message}; cleaning up failed: {told(error)}".removeprefix("; ")

    def _save(self) -> bool:
        """Write the receipt; a run without one is not known to have ended well."""
        try:
            self.work.receipts.save(self.receipt, masker=self._proof.masker)
        except OSError as error:
            ended = self.receipt.message or self.receipt.result
            self.receipt.exit_code = PartialOrUnknown.exit_code
            self.receipt.message = f"{ended}, but the receipt could not be written: {told(error)}"
            return False
        return True
