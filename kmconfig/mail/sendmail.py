"""The sendmail transport: the application's own program, spoken to as the application does it.

With ``-bs`` it speaks SMTP over its pipes, and each answer is seen. With ``-t`` it takes the message as a whole, and
all that is known afterwards is its exit status.
"""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from email import policy
from typing import TYPE_CHECKING, Final, cast

from kmconfig.environment.stores import stores_of
from kmconfig.mail.account import secret_references
from kmconfig.mail.addresses import wire_address
from kmconfig.mail.conversation import Conversation, Seen
from kmconfig.mail.diagnosis import Failure, diagnose
from kmconfig.mail.failure import StageFailed
from kmconfig.mail.message import headers_are_ascii
from kmconfig.mail.reach import Reached
from kmconfig.mail.sendmail_program import Program, ProgramFailed
from kmconfig.mail.server import MailResult, SmtpServer
from kmconfig.mail.stages import Recorder
from kmconfig.secrets.child_environment import scrubbed_environment

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping, Sequence
    from email.message import EmailMessage

    from kmconfig.environment.environment import Environment
    from kmconfig.mail.diagnosis import Diagnosis
    from kmconfig.mail.stages import Progress

DEFAULT_TIMEOUT: Final = 30.0
QUEUED: Final = "handed to the queue; delivery is not proved"
UNTRIED: Final = "found and executable; with `-t` nothing more can be tried without a message"
_IN_ALL: Final = 4
"""The total time limit, in time limits of a stage."""

_FAREWELL: Final = 5.0
_NOBODY_COLLECTS: Final = re.compile(
    r"unable to look up public/pickup|mail system is (down|not running)", re.IGNORECASE
)
_PIPES: Final = frozenset({"junk", "no-reply", "oversized", "closed"})
"""Kinds that mean something else when no network lies between."""


def sendmail_transport(
    environment: Environment, *, progress: Progress | None = None, timeout: float | None = None
) -> SendmailTransport:
    """The transport of an environment with the driver sendmail; the program gets no secret by its environment."""
    settings = environment.email.sendmail
    if settings is None:
        raise ValueError("the environment has another driver")
    return SendmailTransport(
        settings.path.data,
        tuple(argument.data for argument in settings.arguments.data),
        environ=scrubbed_environment(os.environ, secret_references(environment), stores=stores_of(environment)),
        progress=progress,
        timeout=timeout if timeout is not None else DEFAULT_TIMEOUT,
    )


@dataclass(frozen=True, slots=True)
class _Errand:
    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage | None


class SendmailTransport:
    """Runs a sendmail program with its configured arguments, without a shell.

    ``environ`` is all of its environment. ``timeout`` in seconds counts for each stage, ``total`` for the run.
    """

    def __init__(
        self,
        path: str,
        arguments: tuple[str, ...],
        *,
        environ: Mapping[str, str],
        progress: Progress | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        total: float | None = None,
    ) -> None:
        self._path = path
        self._arguments = arguments
        self._environ = environ
        self._progress = progress
        self._timeout = timeout
        self._total = total if total is not None else timeout * _IN_ALL

    def probe(self, sender: str, recipients: Sequence[str]) -> MailResult:
        """With ``-bs`` go through the last RCPT and reset; with ``-t`` look at the program only, and say so."""
        return self._run(_Errand(sender, tuple(recipients), None))

    def send(self, message: EmailMessage, sender: str, recipients: Sequence[str]) -> MailResult:
        """Send ``message``; with ``-t`` the program reads the recipients in its header, which must be the same."""
        return self._run(_Errand(sender, tuple(recipients), message))

    def where(self) -> str:
        """The program, its arguments and how it is spoken to."""
        how = "SMTP over pipes" if self._speaks_smtp else "the message on standard input"
        return f"{' '.join((self._path, *self._arguments))}, {how}"

    def facts(self) -> tuple[tuple[str, str], ...]:
        """Path and arguments, as the test message lists them."""
        return ("Sendmail Path", self._path), ("Arguments", " ".join(self._arguments))

    @property
    def _speaks_smtp(self) -> bool:
        return self._has("-bs")

    def _has(self, *options: str) -> bool:
        return any(argument.startswith(options) for argument in self._arguments)

    def _run(self, errand: _Errand) -> MailResult:
        recorder, seen = Recorder(self._progress), Seen()
        failed: StageFailed | None = None
        try:
            self._do(errand, recorder, seen)
        except StageFailed as error:
            failed = error
        return MailResult(
            ok=failed is None,
            stages=recorder.stages,
            reply=failed.words if failed is not None else seen.reply,
            recipients=tuple(seen.recipients),
            diagnosis=self._diagnosed(failed) if failed is not None else None,
            notes=() if failed is not None or self._speaks_smtp else (seen.reply,),
        )

    def _do(self, errand: _Errand, recorder: Recorder, seen: Seen) -> None:
        if self._speaks_smtp:
            self._speak(errand, recorder, seen)
        elif errand.message is not None:
            self._hand_over(errand, errand.message, recorder, seen)
        else:
            with recorder.stage("connect") as note:
                note.detail = f"{self._program()}: {UNTRIED}"
                seen.reply = UNTRIED

    def _program(self) -> str:
        """The program's path. Raises :class:`StageFailed` where it cannot be run."""
        if not self._speaks_smtp and not self._has("-t"):
            raise StageFailed("no-mode", f"`{' '.join(self._arguments)}` holds neither `-bs` nor `-t`")
        found = shutil.which(self._path, path=self._environ.get("PATH", os.defpath))
        if found is not None:
            return found
        if "\0" not in self._path and os.path.lexists(self._path):
            raise StageFailed("not-executable", f"`{self._path}` is no program that may be run")
        raise StageFailed("no-program", f"there is no program `{self._path}`")

    def _speak(self, errand: _Errand, recorder: Recorder, seen: Seen) -> None:
        with Program(environ=self._environ, total=self._total, answers=True) as program:
            self._start(program, errand, recorder)
            conversation = Conversation(
                SmtpServer(host=self._path, port=0, encryption="none", timeout=self._timeout),
                # It has what a conversation asks of a socket.
                Reached(cast("socket.socket", program), self._path, ()),
                port=0,
                recorder=recorder,
                seen=seen,
            )
            try:
                conversation.greet(None)
                conversation.envelope(errand.sender, errand.recipients, errand.message)
                if errand.message is None:
                    conversation.reset()
                else:
                    conversation.deliver(errand.message)
            except StageFailed:
                conversation.leave()
                raise
            # Not in a `finally`: whoever interrupts us waits for no goodbye.
            conversation.leave()
            if errand.message is not None and program.wait(min(self._timeout, _FAREWELL)):
                program.spare()

    def _hand_over(self, errand: _Errand, message: EmailMessage, recorder: Recorder, seen: Seen) -> None:
        with Program(environ=self._environ, total=self._total, answers=False) as program:
            self._start(program, errand, recorder)
            with recorder.stage("data") as note:
                content = self._content(message, errand)
                note.detail = f"{len(content)} bytes"
                self._write(program, content)
            with recorder.stage("accepted") as note:
                self._require_good_end(program)
                note.detail = f"ended with 0{self._beside(program)}; {QUEUED}"
                seen.reply = QUEUED
                program.spare()

    def _start(self, program: Program, errand: _Errand, recorder: Recorder) -> None:
        with recorder.stage("connect") as note:
            note.detail = f"{self._program()} {' '.join(self._arguments)}"
            program.start((self._path, *self._arguments, *self._envelope_sender(errand.sender)))

    def _write(self, program: Program, content: bytes) -> None:
        """Write the message, and see it read."""
        program.settimeout(self._timeout)
        late = False
        try:
            program.sendall(content)
            program.await_read()
        except TimeoutError:
            late = True
        program.close()
        if late:
            words = f"`{self._path}` did not read the message within {self._timeout:g} s{self._beside(program)}"
            raise StageFailed("too-long", words)

    def _require_good_end(self, program: Program) -> None:
        if not program.wait(self._timeout):
            raise StageFailed(
                "too-long", f"`{self._path}` did not end within {self._timeout:g} s{self._beside(program)}"
            )
        if program.status != 0:
            raise program.ended()
        if _NOBODY_COLLECTS.search(program.printed):
            raise StageFailed("queue-only", f"`{self._path}` queued the message{self._beside(program)}")

    @staticmethod
    def _beside(program: Program) -> str:
        return f": {program.printed}" if program.printed else ""

    def _envelope_sender(self, sender: str) -> tuple[str, ...]:
        """With `-t`, as the application does: the sender as one argument, unless the configuration has one."""
        if self._speaks_smtp or self._has("-f", "-r"):
            return ()
        try:
            return (f"-f{wire_address(sender)}",)
        except StageFailed as failed:
            failed.stage = "sender"
            raise

    def _content(self, message: EmailMessage, errand: _Errand) -> bytes:
        """The message with the line ends of this system, which a program takes for the end of lines."""
        named = [address.addr_spec for address in message["To"].addresses]
        if sorted(map(wire_address, errand.recipients)) != sorted(named):
            raise ValueError("with `-t`, the recipients are those of the header")
        chosen = policy.SMTP if headers_are_ascii(message) else policy.SMTPUTF8
        content = message.as_bytes(policy=chosen.clone(cte_type="7bit", refold_source="none", linesep="\n"))
        if not self._has("-i", "-oi"):
            # Without these a lone dot ends the message; the body is quoted-printable (RFC 2045 §6.7).
            content = re.sub(rb"(?m)^\.$", b"=2E", content)
        return content

    def _diagnosed(self, failed: StageFailed) -> Diagnosis:
        reply = failed.reply
        status = failed.status if isinstance(failed, ProgramFailed) else None
        return diagnose(
            Failure(
                stage=failed.stage or "connect",
                kind=f"program-{failed.kind}" if failed.kind in _PIPES else failed.kind,
                text=failed.words,
                code=reply.code if reply else status,
                enhanced=reply.enhanced if reply else None,
                host=self._path,
            )
        )
