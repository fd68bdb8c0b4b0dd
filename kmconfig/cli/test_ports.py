"""``kmconfig test --probe``: which ports of an environment's server can be reached from here, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmconfig.cli.options import current
from kmconfig.errors import UsageError
from kmconfig.report.mail import diagnosis_lines, diagnosis_object, refused_object
from kmconfig.report.mail_ports import port_lines, ports_object

if TYPE_CHECKING:
    from kmconfig.cli.worst import Outcomes
    from kmconfig.environment.environment import Environment
    from kmconfig.errors import KmconfigError
    from kmconfig.mail.ports import PortSurvey
    from kmconfig.mail.stages import Progress


class PortsJob:
    """Tries the ports at which the provider of one environment takes mail. No login is sent, no secret is read."""

    def __init__(self, environment: Environment, *, timeout: float | None) -> None:
        self.environment = environment
        self._timeout = timeout
        self._survey: PortSurvey | None = None

    def prepare(self) -> None:
        """Make sure that there are ports to try. Raises UsageError for another driver than smtp."""
        if self.environment.email.smtp is None:
            name, driver = self.environment.name, self.environment.email.driver.data
            raise UsageError(
                f"`--probe` tries the ports of a mail server, and `{name}` sends with the driver `{driver}`",
                help=f"check it without `--probe`: `kmconfig test {name} --no-send`",
            )

    def run(self, progress: Progress) -> None:
        """Try them all at once."""
        from kmconfig.mail.ports import survey_ports  # noqa: PLC0415 - loads ssl and smtplib

        self._survey = survey_ports(self._server(), progress=progress)

    def announce(self, outcomes: Outcomes) -> None:
        """Name the environment and its server."""
        server = self._server()
        name = current().style(outcomes.stream)("bold", self.environment.name)
        outcomes.say(f"{name}: the ports of {server.host}, without a login")

    def tell(self, outcomes: Outcomes) -> None:
        """Add the result, and say what each port did and what follows."""
        survey = self._survey
        if survey is None:
            raise RuntimeError("a survey is told of when it has been made")
        style = current().style(outcomes.stream)
        outcomes.add(ports_object(self.environment.name, survey), 0 if survey.ok else 1)
        for line in port_lines(survey, style=style):
            outcomes.say(line)
        found = diagnosis_object(survey.diagnosis)
        if found is not None and not survey.answers:
            for line in diagnosis_lines(found, style=style):
                outcomes.say(line)
        role, word = ("good", "ok") if survey.ok else ("bad", "failed")
        outcomes.say(f"  {style(role, word)}: {survey.advice}")

    def refused(self, error: KmconfigError) -> dict[str, Any]:
        """The result of a survey that was not made."""
        return refused_object(self.environment.name, self.environment.email.driver.data, error)

    def _server(self) -> Any:
        from kmconfig.mail.account import smtp_server  # noqa: PLC0415

        return smtp_server(self.environment, None, timeout=self._timeout)
