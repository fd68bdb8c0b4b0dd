"""Apply: lock, recheck, preflight, snapshot, write, activate, verify, test message, receipt.

Whatever fails after the write is undone: the snapshot goes back, the application is told again, and both are
proved. What is about to happen stands in the journal first, so that a run that was killed is finished by the next.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kmconfig.deploy import journal
from kmconfig.deploy.commands import TIMEOUT_SECONDS
from kmconfig.deploy.guards import require_approved, require_policy, require_promotion
from kmconfig.deploy.lock import hold
from kmconfig.deploy.proof import Proof
from kmconfig.deploy.receipt import Receipt, new_run, secret_records
from kmconfig.deploy.steps import Progress, Silent, StepFailed, Steps, told
from kmconfig.deploy.undo import Undo, deaf
from kmconfig.errors import CheckFailed, CouldNotCheck, PartialOrUnknown, Refused
from kmconfig.mail.account import recipients_of
from kmconfig.mail.transport import open_transport
from kmconfig.secrets.frames import frames_cleared
from kmconfig.targets.interface import Candidate, WritePermit
from kmconfig.targets.keeping import Keeping
from kmconfig.targets.registry import AnyReader, writer_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from kmconfig.deploy.plan import Plan
    from kmconfig.deploy.receipt import Receipts
    from kmconfig.environment.projectfile import ProjectFile
    from kmconfig.targets.interface import Writer

__all__ = ["Apply", "Options", "Progress", "Silent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the operator said: recipients instead of the files', approved guards, why no test message is sent.

    ``command_timeout`` is the time limit of each reload and verify command, in seconds.
    """

    recipients: tuple[str, ...] = ()
    approved: tuple[str, ...] = ()
    no_test_send: str | None = None
    command_timeout: float = TIMEOUT_SECONDS


class Apply:
    """One run for one environment, from a plan to a receipt."""

    def __init__(
        self,
        *,
        project: ProjectFile,
        candidate: Candidate,
        plan: Plan,
        reader: AnyReader,
        receipts: Receipts,
        options: Options,
        progress: Progress,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        candidate.require_read()
        self.project = project
        self.candidate = candidate
        self.environment = candidate.environment
        self.plan = plan
        self.reader = reader
        self.receipts = receipts
        self.options = options
        self.keeping = Keeping(reader.path)
        started = clock().astimezone(UTC)
        self.receipt = Receipt(
            run=new_run(started),
            environment=plan.environment,
            target=plan.target,
            plan_digest=plan.digest,
            commit=plan.commit,
            started=started,
            operations=plan.operations,
            keys=plan.keys,
            secrets=tuple(secret_records(candidate)),
            approvals=options.approved,
        )
        self._steps = Steps(self.receipt, progress)
        self._proof = Proof(
            project=project,
            candidate=candidate,
            plan=plan,
            reader=reader,
            recipients=self.recipients(),
            receipt=self.receipt,
            steps=self._steps,
            timeout=options.command_timeout,
        )
        self._entry: journal.Entry | None = None

    def needed(self) -> bool:
        """Whether there is anything to do: changes, or a run that was killed before it had proved its own."""
        return bool(self.plan.operations) or journal.read(self.keeping.journal) is not None

    def require_allowed(self) -> None:
        """Check every gate that can be checked before anything happens.

        Raises:
            Refused: a guard is not approved, a program or host is not allowed, nobody would get the test.
            UsageError: the driver cannot be proved by this version.
        """
        require_approved(self.plan.guards, self.options.approved)
        require_policy(self.project, self.environment)
        require_promotion(self.project, self.environment)
        open_transport(self.environment, self.candidate.secrets)
        if not self.recipients():
            raise Refused(
                f"`{self.environment.name}` names no test recipient, so the change could not be proved",
                help="set `email.test.recipients`, or give --to ADDRESS",
            )

    def recipients(self) -> tuple[str, ...]:
        """Who gets the test message."""
        return self.options.recipients or recipients_of(self.environment)

    @frames_cleared()
    def run(self) -> Receipt:
        """Do it. The receipt says how it ended; its ``exit_code`` is the command's.

        Raises Locked, Refused, CouldNotCheck or CheckFailed before anything was written, and PartialOrUnknown
        where a killed run cannot be brought to an end.
        """
        self.require_allowed()
        self.keeping.ensure()
        with hold(self.keeping.lock, run=self.receipt.run):
            writer = self._writer()
            with self._steps.step("recheck"):
                self._recheck(writer)
            self._proof.learn_secrets()
            killed = self._killed(writer)
            if self.plan.operations:
                self._change(writer, killed)
            elif killed is not None:
                self._finish(writer, killed)
            else:
                self.receipt.result = "unchanged"
        return self.receipt

    def _writer(self) -> Writer:
        permit = WritePermit(self.plan.digest, self.plan.base)
        return writer_for(self.reader, permit, self.candidate, formerly_ours=self.plan.formerly_ours)

    def _recheck(self, writer: Writer) -> None:
        """Make sure that the plan still holds, and that nothing on this machine will stop it half-way."""
        with _nothing_changed():
            self.keeping.sweep()
        writer.prepare()
        self.receipts.prepare()
        if self.reader.live().base != self.plan.base:
            raise Refused(f"`{self.reader.shown}` changed after it was planned", help="run the command again")

    def _killed(self, writer: Writer) -> journal.Entry | None:
        """The journal of a run that was killed with its settings in place; others are brought to their end here."""
        entry = journal.read(self.keeping.journal)
        if entry is None:
            return None
        if not self.receipts.ended(entry.run):
            if writer.state(self._snapshot_of(entry), entry.written) != "before":
                return entry
            if entry.doing == "restore":
                self._finish_restore(entry)
        with _nothing_changed():
            journal.close(self.keeping.journal)
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

    def _change(self, writer: Writer, killed: journal.Entry | None) -> None:
        """Write new settings and prove them."""
        try:
            self._proof.preflight()
        except StepFailed as failed:
            raise CheckFailed(f"preflight failed, nothing was changed: {failed.reason}") from None
        with _nothing_changed(), self._steps.step("snapshot") as say:
            staged = writer.stage()
            if killed is not None and writer.state(self._snapshot_of(killed), killed.written) == "after":
                say(f"{self._snapshot_of(killed)}, from run {killed.run}, which did not end")
                snapshot, written = killed.snapshot, killed.written
            else:
                path = writer.snapshot(self.receipt.run)
                say(str(path))
                snapshot, written = path.name, ()
            entry = journal.Entry(
                run=self.receipt.run,
                environment=self.environment.name,
                plan_digest=self.plan.digest,
                snapshot=snapshot,
                written=(*written, staged),
            )
            journal.record(self.keeping.journal, entry)
        try:
            with self._steps.step("write"):
                writer.write()
            self._proof.after_write(no_test_send=self.options.no_test_send)
        except BaseException as error:  # noqa: BLE001 - whatever failed, the write is undone
            self._undo(writer, entry, error, killed=killed)
            return
        self._applied()

    def _finish(self, writer: Writer, killed: journal.Entry) -> None:
        """Prove the settings that a killed run has written, or take them back."""
        entry = replace(killed, run=self.receipt.run, doing="write")
        with _nothing_changed(), self._steps.step("snapshot") as say:
            say(f"{self._snapshot_of(killed)}, from run {killed.run}, which did not end")
            journal.record(self.keeping.journal, entry)
        try:
            self._proof.preflight()
            self._proof.after_write(no_test_send=self.options.no_test_send)
        except BaseException as error:  # noqa: BLE001
            self._undo(writer, entry, error, killed=killed)
            return
        self._applied()

    def _applied(self) -> None:
        self.receipt.result = "applied"
        self._conclude()

    def _undo(
        self, writer: Writer, entry: journal.Entry, error: BaseException, *, killed: journal.Entry | None
    ) -> None:
        undo = Undo(
            writer=writer,
            keeping=self.keeping,
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

    def _snapshot_of(self, entry: journal.Entry) -> Path:
        return self.keeping.snapshots / entry.snapshot

    def _conclude(self) -> None:
        if not self._save():
            return
        try:
            journal.close(self.keeping.journal)
            self.keeping.prune()
        except OSError as error:
            self.receipt.message = f"{self.receipt.message}; cleaning up failed: {told(error)}".removeprefix("; ")

    def _save(self) -> bool:
        """Write the receipt; a run without one is not known to have ended well."""
        try:
            self.receipts.save(self.receipt, masker=self._proof.masker)
        except OSError as error:
            ended = self.receipt.message or self.receipt.result
            self.receipt.exit_code = PartialOrUnknown.exit_code
            self.receipt.message = f"{ended}, but the receipt could not be written: {told(error)}"
            return False
        return True


@contextmanager
def _nothing_changed() -> Iterator[None]:
    """Say of a fault of the system that it came before the write."""
    failed: OSError | None = None
    try:
        yield
    except OSError as error:
        failed = error
    if failed is not None:
        raise CouldNotCheck(f"nothing was changed: {told(failed)}")
