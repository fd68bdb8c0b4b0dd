"""The live test of an environment: what is asked for, done with its settings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kmconfig.errors import UsageError
from kmconfig.mail.account import compose_test_mail, recipients_of, sender_of
from kmconfig.mail.transport import open_transport

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.reference import SecretRef
    from kmconfig.mail.diagnosis import Diagnosis
    from kmconfig.mail.server import MailResult
    from kmconfig.mail.stages import Progress
    from kmconfig.secrets.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """What a live test showed. Ids are None where no message was sent."""

    result: MailResult
    recipients: tuple[str, ...]
    test_id: str | None
    message_id: str | None

    @property
    def sentence(self) -> str:
        """What success means, in words."""
        who = ", ".join(self.recipients)
        if self.test_id is None and not self.result.recipients:
            # Not every driver can ask about recipients without a message.
            return f"{self.result.reply}; no message was sent"
        if self.test_id is None:
            return f"the server would take a message for {who}; none was sent"
        return f"accepted for {who}, test id {self.test_id}, {self.message_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveTest:
    """``recipients`` replace the files'; without ``send`` no message goes out; ``timeout`` is in seconds.

    In ``test_mode``, which only Mailgun has, the message is checked and delivered to nobody.
    """

    recipients: tuple[str, ...] = ()
    send: bool = True
    timeout: float | None = None
    test_mode: bool = False

    def require_possible(self, environment: Environment) -> None:
        """Raise UsageError where there is nobody to send to, or no test mode."""
        driver = environment.email.driver.data
        if self.test_mode and driver != "mailgun":
            raise UsageError(
                f"`{environment.name}` sends with the driver `{driver}`, and only Mailgun has a test mode",
                help="give --no-send instead, which sends no message",
            )
        if not self._recipients(environment):
            raise UsageError(
                f"`{environment.name}` names no test recipient",
                help="set `email.test.recipients`, or give --to ADDRESS",
            )

    def describe(self, environment: Environment, secrets: Mapping[SecretRef, Secret]) -> str:
        """Which server is going to be spoken to, and how."""
        return open_transport(environment, secrets, timeout=self.timeout).where()

    def run(
        self,
        environment: Environment,
        secrets: Mapping[SecretRef, Secret],
        *,
        progress: Progress,
        authorize: Callable[[str, int], None],
    ) -> Tested:
        """Speak to the server."""
        recipients, sender = self._recipients(environment), sender_of(environment)
        transport = open_transport(
            environment,
            secrets,
            progress=progress,
            authorize=authorize,
            timeout=self.timeout,
            test_mode=self.test_mode,
        )
        if not self.send:
            result = _named(transport.probe(sender, recipients), environment)
            return Tested(result=result, recipients=recipients, test_id=None, message_id=None)
        mail = compose_test_mail(environment, transport.facts(), recipients)
        result = _named(transport.send(mail.message, sender, recipients), environment)
        return Tested(result=result, recipients=recipients, test_id=mail.test_id, message_id=mail.message_id)

    def _recipients(self, environment: Environment) -> tuple[str, ...]:
        """The one place that the words behind --to pass through."""
        if not self.recipients:
            return recipients_of(environment)
        from kmconfig.mail.simulator import recipients_of_words  # noqa: PLC0415 - few runs name recipients

        words = tuple(dict.fromkeys(self.recipients))
        return recipients_of_words(words, driver=environment.email.driver.data)


def _named(result: MailResult, environment: Environment) -> MailResult:
    """The same with this environment in the commands that remedies tell to type."""
    diagnosis, main_port = (_for(found, environment) for found in (result.diagnosis, result.main_port))
    return replace(result, diagnosis=diagnosis, main_port=main_port)


def _for(diagnosis: Diagnosis | None, environment: Environment) -> Diagnosis | None:
    if diagnosis is None:
        return None
    from shlex import quote  # noqa: PLC0415 - only where something is wrong

    command = f"kmconfig test {quote(environment.name)} "
    remedies = tuple(remedy.replace("kmconfig test ENV ", command) for remedy in diagnosis.remedies)
    return replace(diagnosis, remedies=remedies)
