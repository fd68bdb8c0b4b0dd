"""Apply: lock, recheck, preflight, snapshot, write, activate, verify, test message, receipt.

Whatever fails after the write is undone: the snapshot goes back, the application is told again, and both are
proved. What is about to happen stands in the journal first, so that a run that was killed is finished by the next.
"""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from kmconfig.deploy import journal
from kmconfig.deploy.commands import run_command
from kmconfig.deploy.guards import login_gate, require_approved, require_commands
from kmconfig.deploy.lock import hold
from kmconfig.deploy.receipt import Receipt, Step, new_run
from kmconfig.errors import CheckFailed, KmconfigError, PartialOrUnknown, Refused, RolledBack
from kmconfig.mail.account import compose_test_mail, recipients_of, secret_references, sender_of, smtp_server
from kmconfig.mail.stages import Silence
from kmconfig.secrets.hardening import scrubbed_environment
from kmconfig.targets.interface import Candidate, WritePermit
from kmconfig.targets.keeping import Keeping
from kmconfig.targets.registry import AnyReader, AnyWriter, commands_of, writer_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kmconfig.deploy.plan import Plan
    from kmconfig.deploy.receipt import Receipts
    from kmconfig.environment.projectfile import ProjectFile
    from kmconfig.mail.server import SmtpResult
    from kmconfig.mail.stages import Progress as MailProgress

INTERRUPTED = 130


class Progress(Protocol):
    """Told about the steps of an apply as they happen."""

    mail: MailProgress

    def started(self, step: str) -> None:
        """A step begins."""
        ...

    def finished(self, step: Step) -> None:
        """A step has ended."""
        ...


class Silent:
    """The progress of somebody who only wants the receipt."""

    def __init__(self) -> None:
        self.mail: MailProgress = Silence()

    def started(self, step: str) -> None:
        """Ignore it."""

    def finished(self, step: Step) -> None:
        """Ignore it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the operator said: recipients instead of the files', approved guards, why no test message is sent."""

    recipients: tuple[str, ...] = ()
    approved: tuple[str, ...] = ()
    no_test_send: str | None = None


class StepFailed(Exception):  # noqa: N818 - handled here, never shown
    """A step did not do what it should; the text says why, without secrets."""

    def __init__(self, reason: str, *, diagnosis: dict[str, Any] | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.diagnosis = diagnosis


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
        self.project = project
        self.candidate = candidate
        self.environment = candidate.environment
        self.plan = plan
        self.reader = reader
        self.receipts = receipts
        self.options = options
        self.progress = progress
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
            approvals=options.approved,
        )
        self.reload = commands_of(self.environment, "reload")
        self.verify = commands_of(self.environment, "verify")

    def needed(self) -> bool:
        """Whether there is anything to do: changes, or a run that was killed before it had proved its own."""
        return bool(self.plan.operations) or journal.read(self.keeping.journal) is not None

    def require_allowed(self) -> None:
        """Check every gate that can be checked before anything happens.

        Raises Refused: a guard is not approved, a program or host is not allowed, nobody would get the test.
        """
        require_approved(self.plan.guards, self.options.approved)
        require_commands(self.project, (*self.reload, *self.verify))
        server = smtp_server(self.environment, self.candidate.secrets)
        if server.password is not None:
            login_gate(self.project, self.environment)(server.host, server.port)
        if not self.recipients():
            raise Refused(
                f"`{self.environment.name}` names no test recipient, so the change could not be proved",
                help="set `email.test.recipients`, or give --to ADDRESS",
            )

    def recipients(self) -> tuple[str, ...]:
        """Who gets the test message."""
        return self.options.recipients or recipients_of(self.environment)

    def run(self) -> Receipt:
        """Do it. The receipt says how it ended; its ``exit_code`` is the command's.

        Raises Locked, Refused, CouldNotCheck or CheckFailed before anything was written.
        """
        self.require_allowed()
        self.keeping.ensure()
        with hold(self.keeping.lock, run=self.receipt.run):
            with self._step("recheck"):
                self._recheck()
            pending = self._pending()
            if not self.plan.operations and pending is None:
                self.receipt.result = "unchanged"
                return self.receipt
            with self._step("preflight") as say:
                self._preflight(say)
            self._change(pending)
        return self.receipt

    def _recheck(self) -> None:
        if self.reader.live().base != self.plan.base:
            raise Refused(f"`{self.reader.shown}` changed after it was planned", help="run the command again")

    def _pending(self) -> journal.Entry | None:
        """The journal of a killed run whose write happened; one whose write did not is closed."""
        entry = journal.read(self.keeping.journal)
        if entry is None:
            return None
        if self._writer().holds(Path(entry.snapshot)):
            journal.close(self.keeping.journal)
            return None
        return entry if entry.environment == self.environment.name else None

    def _writer(self) -> AnyWriter:
        return writer_for(self.reader, WritePermit(self.plan.digest, self.plan.base))

    def _preflight(self, say: Callable[[str], None]) -> None:
        """Log in with the candidate settings and go through RCPT, without a message."""
        result = self._transport().probe(sender_of(self.environment), self.recipients())
        if result.diagnosis is not None:
            raise StepFailed(result.diagnosis.cause, diagnosis=_diagnosis(result))
        say(", ".join(filter(None, (result.tls_version, "login and recipients accepted, no message sent"))))
        if result.main_port is not None:
            port = self._port()
            raise StepFailed(
                f"port {port} cannot be reached, while {result.port_used} answers",
                diagnosis={
                    **_as_dict(result.main_port),
                    "remedies": [f"set `email.smtp.port: {result.port_used}`: the platform knows one port only"],
                },
            )

    def _change(self, pending: journal.Entry | None) -> None:
        """Everything from the snapshot on; undone when any of it fails."""
        writer = self._writer()
        finishing = pending is not None and not self.plan.operations
        with self._step("snapshot") as say:
            snapshot = Path(pending.snapshot) if finishing and pending else writer.snapshot(self.receipt.run)
            say(str(snapshot))
            journal.record(self.keeping.journal, self._entry(snapshot))
        try:
            with self._step("write") as say:
                if finishing and pending:
                    say(f"written by run {pending.run}, which did not end")
                else:
                    writer.write(self.candidate, formerly_ours=self.plan.formerly_ours)
            self._prove()
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - whatever failed, the write is undone
            self._undo(writer, snapshot, error)
            return
        self.receipt.result = "applied"
        self._conclude()

    def _entry(self, snapshot: Path) -> journal.Entry:
        return journal.Entry(
            run=self.receipt.run,
            environment=self.environment.name,
            plan_digest=self.plan.digest,
            snapshot=str(snapshot),
            keys=list(self.plan.keys),
        )

    def _prove(self) -> None:
        """Activate, read back, let the application verify itself, and send one message."""
        if self.reload:
            with self._step("activate") as say:
                self._commands(self.reload, say)
        with self._step("read_back"):
            left = self.reader.compare(self.candidate, formerly_ours=self.plan.formerly_ours).operations
            if left:
                raise StepFailed(f"the target does not say what was written: {', '.join(op.key for op in left)}")
        if self.verify:
            with self._step("verify") as say:
                self._commands(self.verify, say)
            self.receipt.application_verified = True
        self._test_message()

    def _commands(self, commands: tuple[tuple[str, ...], ...], say: Callable[[str], None]) -> None:
        environ = scrubbed_environment(os.environ, secret_references(self.environment))
        for command in commands:
            result = run_command(command, folder=self.reader.folder, environ=environ)
            if not result.ok:
                raise StepFailed(f"`{' '.join(command)}` {result.detail}")
        say("; ".join(" ".join(command) for command in commands))

    def _test_message(self) -> None:
        if self.options.no_test_send is not None:
            self.receipt.test = {"sent": False, "reason": self.options.no_test_send}
            self.receipt.steps.append(Step("test_message", "skipped", 0.0, self.options.no_test_send))
            return
        with self._step("test_message") as say:
            server = smtp_server(self.environment, self.candidate.secrets)
            mail = compose_test_mail(self.environment, server, self.recipients())
            result = self._transport().send(mail.message, sender_of(self.environment), self.recipients())
            self.receipt.test = {
                "sent": result.ok,
                "test_id": mail.test_id,
                "message_id": mail.message_id,
                "recipients": list(self.recipients()),
                "reply": result.reply,
                "tls": result.tls_version,
            }
            if result.diagnosis is not None:
                raise StepFailed(result.diagnosis.cause, diagnosis=_diagnosis(result))
            say(f"{result.reply} (test id {mail.test_id})")

    def _undo(self, writer: AnyWriter, snapshot: Path, error: BaseException) -> None:
        """Put back what was there, tell the application, and prove both."""
        interrupted = isinstance(error, KeyboardInterrupt)
        reason = "interrupted" if interrupted else _told(error)
        self.receipt.application_verified = False
        try:
            with _deaf(), self._step("restore"):
                self._restore(writer, snapshot)
        except (StepFailed, KmconfigError, OSError) as failure:
            self.receipt.result, self.receipt.exit_code = "unknown", PartialOrUnknown.exit_code
            self.receipt.message = (
                f"{reason}; and putting back what was there failed: {failure}; it is kept in {snapshot}"
            )
            self._save()
            return
        self.receipt.result = "rolled_back"
        self.receipt.exit_code = INTERRUPTED if interrupted else RolledBack.exit_code
        self.receipt.message = f"{reason}; what was there before is back"
        self._conclude()

    def _restore(self, writer: AnyWriter, snapshot: Path) -> None:
        writer.restore(snapshot)
        if not writer.holds(snapshot):
            raise StepFailed("the target does not hold what the snapshot does")
        self._commands(self.reload, lambda _: None)

    def _conclude(self) -> None:
        if self._save():
            journal.close(self.keeping.journal)

    def _save(self) -> bool:
        """Write the receipt; a run without one is not known to have ended well."""
        try:
            self.receipts.save(self.receipt)
        except OSError as error:
            self.receipt.exit_code = PartialOrUnknown.exit_code
            self.receipt.message = f"{self.receipt.result}, but the receipt could not be written: {error.strerror}"
            return False
        return True

    def _transport(self) -> Any:
        from kmconfig.mail.smtp import SmtpTransport  # noqa: PLC0415 - loads ssl and smtplib

        server = smtp_server(self.environment, self.candidate.secrets)
        gate = login_gate(self.project, self.environment)
        return SmtpTransport(server, progress=self.progress.mail, authorize=gate)

    def _port(self) -> int:
        return smtp_server(self.environment, self.candidate.secrets).port

    @contextmanager
    def _step(self, name: str) -> Iterator[Callable[[str], None]]:
        """Time a step and record how it ended."""
        self.progress.started(name)
        began = time.perf_counter()
        said: list[str] = []
        try:
            yield said.append
        except BaseException as error:
            if isinstance(error, StepFailed) and error.diagnosis is not None:
                self.receipt.diagnosis = error.diagnosis
            self._end(Step(name, "failed", _ms(began), _told(error)))
            if isinstance(error, StepFailed) and name == "preflight":
                raise CheckFailed(f"preflight failed, nothing was changed: {error.reason}") from None
            raise
        self._end(Step(name, "restored" if name == "restore" else "ok", _ms(began), "; ".join(said)))

    def _end(self, step: Step) -> None:
        self.receipt.steps.append(step)
        self.progress.finished(step)


def _told(error: BaseException) -> str:
    """What an error says, where its text is ours; of others only the kind, since their text may hold anything."""
    if isinstance(error, (StepFailed, KmconfigError)):
        return str(error)
    if isinstance(error, OSError):
        return f"{error.strerror} ({error.filename})" if error.filename else str(error.strerror)
    return type(error).__name__


def _ms(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 1)


def _diagnosis(result: SmtpResult) -> dict[str, Any] | None:
    return None if result.diagnosis is None else _as_dict(result.diagnosis)


def _as_dict(diagnosis: Any) -> dict[str, Any]:
    return {
        "stage": diagnosis.stage,
        "symptom": diagnosis.symptom,
        "cause": diagnosis.cause,
        "remedies": list(diagnosis.remedies),
    }


@contextmanager
def _deaf() -> Iterator[None]:
    """Let nothing interrupt putting things back."""
    import signal  # noqa: PLC0415
    import threading  # noqa: PLC0415

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
