"""Showing that settings work: before the write with the server alone, after it with the application too."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from kmconfig.deploy.effective import check_effective
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
    from kmconfig.mail.diagnosis import Diagnosis
    from kmconfig.mail.transport import Transport
    from kmconfig.secrets.secret import Secret
    from kmconfig.targets.goal import Candidate

_PAUSES_SECONDS = (10.0, 30.0, 80.0)
_UNKNOWN_SETTINGS = "what comes back is not known as settings that could be tried: no run of ours left it"


class Proof:
    """The steps that prove one goal. Without settings that can be tried, mail is left out and the receipt says so.

    ``wait`` pauses for so many seconds.
    """

    def __init__(
        self,
        work: Work,
        *,
        recipients: tuple[str, ...],
        receipt: Receipt,
        steps: Steps,
        options: Options,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._work = work
        self._recipients = recipients
        self._receipt = receipt
        self._steps = steps
        self._options = options
        self._wait = wait
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
            self._steps.skipped("preflight", _UNKNOWN_SETTINGS)
            return
        with self._steps.step("preflight") as say:
            result = self._transport(candidate).probe(sender_of(candidate.environment), self._recipients)
            _require(result.diagnosis)
            tried = "login and recipients accepted" if result.recipients else result.reply
            say(", ".join(filter(None, (result.tls_version, tried, "no message sent"))))
            if result.main_port is not None:
                smtp = candidate.environment.email.smtp
                port, answers = smtp.port.data if smtp is not None else None, result.port_used
                remedy = f"set `email.smtp.port: {answers}`: the platform knows one port only"
                raise StepFailed(
                    f"port {port} cannot be reached, while {answers} answers",
                    diagnosis={**_as_dict(result.main_port), "remedies": [remedy]},
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
        reason = self._options.no_test_send if candidate is not None else _UNKNOWN_SETTINGS
        if candidate is None or reason is not None:
            self._receipt.test = {"sent": False, "reason": reason}
            self._steps.skipped("test_message", reason or "")
            return
        about_to("test_message")
        with self._steps.step("test_message") as say:
            self._test_message(candidate, say)

    def _test_message(self, candidate: Candidate, say: Callable[[str], None]) -> None:
        """Send it, and again for a while where the server puts it off: greylisting is no fault of the settings."""
        left, pauses = self._options.patience, list(_PAUSES_SECONDS)
        tried = 1
        while (diagnosis := self._sent(candidate)) is not None and _put_off(diagnosis, pauses, left):
            pause = pauses.pop(0)
            self._steps.waiting("test_message", f"{diagnosis.symptom}; trying again in {pause:.0f} s")
            self._wait(pause)
            left -= pause
            tried += 1
        if diagnosis is not None and diagnosis.temporary and tried > 1:
            raise StepFailed(f"still put off after {tried} attempts: {diagnosis.cause}", diagnosis=_as_dict(diagnosis))
        _require(diagnosis)
        test = self._receipt.test or {}
        again = f", at attempt {tried}" if tried > 1 else ""
        say(f"{test['reply']} (test id {test['test_id']}){again}")

    def _sent(self, candidate: Candidate) -> Diagnosis | None:
        """Send one message, note it in the receipt, and say what went wrong if anything did."""
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
        return result.diagnosis

    def _transport(self, candidate: Candidate) -> Transport:
        gate = login_gate(self._work.project, candidate.environment)
        return open_transport(candidate.environment, candidate.secrets, progress=self._steps.mail, authorize=gate)


def _put_off(diagnosis: Diagnosis, pauses: list[float], left: float) -> bool:
    """Whether to try again: not what may have been delivered after all, since then it would arrive twice."""
    return diagnosis.temporary and not diagnosis.uncertain and bool(pauses) and pauses[0] <= left


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
