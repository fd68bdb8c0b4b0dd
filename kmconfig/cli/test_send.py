"""The live test of one environment: guards, secrets, a message, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmconfig.cli.logins import say_logins
from kmconfig.cli.options import current
from kmconfig.report.mail import diagnosis_lines, diagnosis_object, outcome_lines, refused_object, test_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmconfig.cli.worst import Outcomes
    from kmconfig.environment.environment import Environment
    from kmconfig.environment.project import Project
    from kmconfig.environment.reference import SecretRef
    from kmconfig.errors import KmconfigError
    from kmconfig.mail.live import LiveTest, Tested
    from kmconfig.mail.stages import Progress
    from kmconfig.secrets.secret import Secret


class SendJob:
    """Sends a test message with the settings of one environment, or goes as far as the recipients."""

    def __init__(
        self, project: Project, environment: Environment, live: LiveTest, *, approved: tuple[str, ...]
    ) -> None:
        self.environment = environment
        self._project = project
        self._live = live
        self._approved = approved
        self._secrets: Mapping[SecretRef, Secret] = {}
        self._tested: Tested | None = None

    def prepare(self) -> None:
        """Pass the guards, and read the secrets."""
        from kmconfig.deploy.guards import require_approved  # noqa: PLC0415
        from kmconfig.deploy.live_host import live_host_guards  # noqa: PLC0415
        from kmconfig.deploy.policy import require_policy  # noqa: PLC0415
        from kmconfig.deploy.prepare import resolve_candidate  # noqa: PLC0415

        require_policy(self._project.file, self.environment)
        self._live.require_possible(self.environment)
        stores = current().stores(self._project)
        require_approved(live_host_guards(self._project, self.environment, stores=stores), self._approved)
        self._secrets = resolve_candidate(self.environment, stores=stores, purpose="test").secrets

    def run(self, progress: Progress) -> None:
        """Speak to the server."""
        from kmconfig.deploy.policy import login_gate  # noqa: PLC0415

        gate = login_gate(self._project.file, self.environment)
        self._tested = self._live.run(self.environment, self._secrets, progress=progress, authorize=gate)

    def announce(self, outcomes: Outcomes) -> None:
        """Name the environment, its stores' logins and its server."""
        say_logins(self._project, self.environment, outcomes)
        name = current().style(outcomes.stream)("bold", self.environment.name)
        outcomes.say(f"{name}: {self._live.describe(self.environment, self._secrets)}")

    def tell(self, outcomes: Outcomes) -> None:
        """Add the result; say what each recipient got, what is wrong, and the verdict."""
        tested = self._tested
        if tested is None:
            raise RuntimeError("a test is told of when it has run")
        result, style = tested.result, current().style(outcomes.stream)
        outcomes.add(self._object(tested), self._code(tested))
        for line in outcome_lines(result, asked=tested.recipients, style=style):
            outcomes.say(line)
        found = diagnosis_object(result.diagnosis or result.main_port)
        if found is not None:
            for line in diagnosis_lines(found, style=style):
                outcomes.say(line)
        outcomes.say(f"  {style('good', 'ok')}: {tested.sentence}" if result.ok else f"  {style('bad', 'failed')}")

    def _object(self, tested: Tested) -> dict[str, Any]:
        return test_object(
            environment=self.environment.name,
            driver=self.environment.email.driver.data,
            recipients=tested.recipients,
            result=tested.result,
            test_id=tested.test_id,
            message_id=tested.message_id,
        )

    def _code(self, tested: Tested) -> int:
        return 0 if tested.result.ok else 1

    def refused(self, error: KmconfigError) -> dict[str, Any]:
        """The result of a test that was not tried."""
        return refused_object(self.environment.name, self.environment.email.driver.data, error)
