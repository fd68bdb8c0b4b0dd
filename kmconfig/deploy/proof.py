"""Showing that settings work: before the write with the server alone, after it with the application too."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from kmconfig.deploy.commands import run_command
from kmconfig.deploy.guards import login_gate
from kmconfig.deploy.steps import StepFailed
from kmconfig.environment.stores import stores_of
from kmconfig.mail.account import compose_test_mail, secret_references, sender_of
from kmconfig.mail.transport import open_transport
from kmconfig.secrets.child_environment import scrubbed_environment
from kmconfig.secrets.masker import Masker
from kmconfig.targets.registry import commands_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from kmconfig.deploy.plan import Plan
    from kmconfig.deploy.receipt import Receipt
    from kmconfig.deploy.steps import Steps
    from kmconfig.environment.projectfile import ProjectFile
    from kmconfig.mail.diagnosis import Diagnosis
    from kmconfig.mail.transport import Transport
    from kmconfig.targets.interface import Candidate
    from kmconfig.targets.registry import AnyReader

Commands = tuple[tuple[str, ...], ...]


class Proof:
    """The steps that prove one candidate. ``timeout`` is for each command, in seconds."""

    def __init__(
        self,
        *,
        project: ProjectFile,
        candidate: Candidate,
        plan: Plan,
        reader: AnyReader,
        recipients: tuple[str, ...],
        receipt: Receipt,
        steps: Steps,
        timeout: float,
    ) -> None:
        self._candidate = candidate
        self._environment = candidate.environment
        self._plan = plan
        self._reader = reader
        self._recipients = recipients
        self._receipt = receipt
        self._steps = steps
        self._timeout = timeout
        self._gate = login_gate(project, candidate.environment)
        self.masker = Masker()
        self._told = 0  # so many reload commands may have told the application of the new settings
        self.reload: Commands = commands_of(candidate.environment, "reload")
        self.verify: Commands = commands_of(candidate.environment, "verify")

    def learn_secrets(self) -> None:
        """Take note of the secrets of now and before, which commands may print."""
        key = self._candidate.key
        keys = (key.secret,) if key is not None else ()
        for secret in (*self._candidate.secrets.values(), *keys, *self._reader.live_secrets()):
            self.masker.register(secret)

    def preflight(self) -> None:
        """Log in with the candidate settings and go through RCPT, without a message."""
        with self._steps.step("preflight") as say:
            result = self._transport().probe(sender_of(self._environment), self._recipients)
            _require(result.diagnosis)
            tried = "login and recipients accepted" if result.recipients else result.reply
            say(", ".join(filter(None, (result.tls_version, tried, "no message sent"))))
            if result.main_port is not None:
                port, answers = self._port(), result.port_used
                remedy = f"set `email.smtp.port: {answers}`: the platform knows one port only"
                raise StepFailed(
                    f"port {port} cannot be reached, while {answers} answers",
                    diagnosis={**_as_dict(result.main_port), "remedies": [remedy]},
                )

    def after_write(self, *, no_test_send: str | None) -> None:
        """Activate, read back, let the application verify itself, and send one message."""
        if self.reload:
            with self._steps.step("activate") as say:
                self._activate(say)
        with self._steps.step("read_back"):
            left = self._reader.compare(self._candidate, formerly_ours=self._plan.formerly_ours).operations
            if left:
                raise StepFailed(f"the target does not say what was written: {', '.join(op.key for op in left)}")
        if self.verify:
            with self._steps.step("verify") as say:
                for command in self.verify:
                    self._run(command)
                say(_joined(self.verify))
            self._receipt.application_verified = True
        if no_test_send is None:
            self._test_message()
        else:
            self._receipt.test = {"sent": False, "reason": no_test_send}
            self._steps.skipped("test_message", no_test_send)

    def reload_again(self, *, all_commands: bool) -> str:
        """Tell the application that the settings are the old ones, and return what was done.

        Without ``all_commands`` those that have not told it of the new ones need not succeed.
        Raises StepFailed for others.
        """
        for number, command in enumerate(self.reload):
            try:
                self._run(command)
            except StepFailed as failed:
                if all_commands or number < self._told:
                    raise
                return f"{_joined(self.reload[:number])}; {failed.reason}, as before".removeprefix("; ")
        return _joined(self.reload)

    def _activate(self, say: Callable[[str], None]) -> None:
        for number, command in enumerate(self.reload):
            self._told = number + 1
            try:
                self._run(command)
            except StepFailed:
                self._told = number
                raise
        say(_joined(self.reload))

    def _run(self, command: tuple[str, ...]) -> None:
        references = secret_references(self._environment)
        environ = scrubbed_environment(os.environ, references, stores=stores_of(self._environment))
        result = run_command(
            command, folder=self._reader.folder, environ=environ, mask=self._mask, timeout=self._timeout
        )
        if not result.ok:
            raise StepFailed(f"`{' '.join(command)}` {result.detail}")

    def _mask(self, text: str) -> str:
        """Of a secret that is too short to be masked nobody can say that it is not in the text."""
        if any(secret.reference in self.masker.unmaskable for secret in self._candidate.secrets.values()):
            return "(what it printed is not shown: a secret is too short to be masked)" if text.strip() else ""
        return self.masker.mask(text)

    def _test_message(self) -> None:
        with self._steps.step("test_message") as say:
            transport = self._transport()
            mail = compose_test_mail(self._environment, transport.facts(), self._recipients)
            result = transport.send(mail.message, sender_of(self._environment), self._recipients)
            self._receipt.test = {
                "sent": result.ok,
                "test_id": mail.test_id,
                "message_id": mail.message_id,
                "recipients": list(self._recipients),
                "reply": result.reply,
                "tls": result.tls_version,
            }
            _require(result.diagnosis)
            say(f"{result.reply} (test id {mail.test_id})")

    def _port(self) -> int | None:
        smtp = self._environment.email.smtp
        return smtp.port.data if smtp is not None else None

    def _transport(self) -> Transport:
        return open_transport(
            self._environment, self._candidate.secrets, progress=self._steps.mail, authorize=self._gate
        )


def _require(diagnosis: Diagnosis | None) -> None:
    if diagnosis is not None:
        raise StepFailed(diagnosis.cause, diagnosis=_as_dict(diagnosis))


def _as_dict(diagnosis: Diagnosis) -> dict[str, Any]:
    return {
        "stage": diagnosis.stage,
        "symptom": diagnosis.symptom,
        "cause": diagnosis.cause,
        "remedies": list(diagnosis.remedies),
    }


def _joined(commands: Commands) -> str:
    return "; ".join(" ".join(command) for command in commands)
