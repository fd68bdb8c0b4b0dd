"""Showing that settings work: before the write with the server alone, after it with the application too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.deploy.effective import check_effective
from kmconfig.deploy.patience import Patience, as_document
from kmconfig.deploy.policy import login_gate
from kmconfig.deploy.proof_commands import ProofCommands
from kmconfig.deploy.steps import StepFailed
from kmconfig.mail.account import compose_test_mail, sender_of
from kmconfig.mail.transport import open_transport
from kmconfig.secrets.masker import Masker

if TYPE_CHECKING:
    from collections.abc import Callable

    from kmconfig.deploy.journal import Doing
    from kmconfig.deploy.options import Options
    from kmconfig.deploy.receipt import Receipt
    from kmconfig.deploy.steps import Steps
    from kmconfig.deploy.work import Work
    from kmconfig.mail.server import MailResult
    from kmconfig.mail.transport import Transport
    from kmconfig.secrets.secret import Secret
    from kmconfig.targets.goal import Candidate


class Proof:
    """The steps that prove one goal. Without settings that can be tried, mail is left out and the receipt says so."""

    def __init__(
        self,
        work: Work,
        *,
        recipients: tuple[str, ...],
        receipt: Receipt,
        steps: Steps,
        options: Options,
    ) -> None:
        self._work = work
        self._recipients = recipients
        self._receipt = receipt
        self._steps = steps
        self._options = options
        self._patience = Patience(steps, seconds=options.patience)
        self.masker = Masker()
        self._commands = ProofCommands(work, masker=self.masker, timeout=options.command_timeout)

    def learn_secrets(self) -> None:
        """Take note of the secrets of now and before, which commands may print."""
        candidate = self._work.candidate
        own: tuple[Secret, ...] = ()
        if candidate is not None:
            own = (*candidate.secrets.values(), *((candidate.key.secret,) if candidate.key is not None else ()))
        for secret in (*own, *self._work.reader.live_secrets()):
            self.masker.register(secret)

    def preflight(self) -> None:
        """Log in with the new settings and go through RCPT, without a message. Raises StepFailed."""
        candidate = self._work.candidate
        if candidate is None:
            self._steps.skipped("preflight", self._work.untried)
            return
        with self._steps.step("preflight") as say:
            result, again = self._patience.ask(
                "preflight",
                lambda: self._transport(candidate).probe(sender_of(candidate.environment), self._recipients),
            )
            tried = "login and recipients accepted" if result.recipients else result.reply
            say(", ".join(filter(None, (result.tls_version, tried, "no message sent", again))))
            if result.main_port is not None:
                smtp = candidate.environment.email.smtp
                port, answers = smtp.port.data if smtp is not None else None, result.port_used
                remedy = f"set `email.smtp.port: {answers}`: the platform knows one port only"
                raise StepFailed(
                    f"port {port} cannot be reached, while {answers} answers",
                    diagnosis={**as_document(result.main_port), "remedies": [remedy]},
                )

    def after_write(self, about_to: Callable[[Doing], None]) -> None:
        """Activate, read back, look at what the application uses, let it verify itself, and send one message.

        ``about_to`` is told of each step before it is taken. Raises StepFailed.
        """
        if self._commands.reload:
            about_to("activate")
            with self._steps.step("activate") as say:
                self._commands.activate(say)
        with self._steps.step("read_back"):
            self._read_back()
        check_effective(self._work, self._commands, self._steps)
        if self._commands.verify:
            about_to("verify")
            with self._steps.step("verify") as say:
                self._commands.prove(say)
            self._receipt.application_verified = True
        self._send(about_to)

    def reload_again(self, *, all_commands: bool) -> str:
        """Tell the application that the settings are the old ones, and return what was done. Raises StepFailed."""
        return self._commands.reload_again(all_commands=all_commands)

    def _read_back(self) -> None:
        plan = self._work.plan
        left = self._work.reader.compare(self._work.goal, formerly_ours=plan.formerly_ours).operations
        if left:
            raise StepFailed(f"the target does not say what was written: {', '.join(op.key for op in left)}")

    def _send(self, about_to: Callable[[Doing], None]) -> None:
        candidate = self._work.candidate
        reason = self._options.no_test_send if candidate is not None else self._work.untried
        if candidate is None or reason is not None:
            self._receipt.test = {"sent": False, "reason": reason}
            self._steps.skipped("test_message", reason or "")
            return
        about_to("test_message")
        with self._steps.step("test_message") as say:
            result, again = self._patience.ask("test_message", lambda: self._sent(candidate))
            test_id = (self._receipt.test or {})["test_id"]
            say(", ".join(filter(None, (f"{result.reply} (test id {test_id})", again))))

    def _sent(self, candidate: Candidate) -> MailResult:
        """Send one message and note it in the receipt."""
        transport = self._transport(candidate)
        mail = compose_test_mail(candidate.environment, transport.facts(), self._recipients)
        result = transport.send(mail.message, sender_of(candidate.environment), self._recipients)
        self._receipt.test = {
            "sent": result.ok,
            "test_id": mail.test_id,
            "message_id": mail.message_id,
            "recipients": list(self._recipients),
            "reply": result.reply,
            "tls": result.tls_version,
        }
        return result

    def _transport(self, candidate: Candidate) -> Transport:
        gate = login_gate(self._work.project, candidate.environment)
        return open_transport(candidate.environment, candidate.secrets, progress=self._steps.mail, authorize=gate)
