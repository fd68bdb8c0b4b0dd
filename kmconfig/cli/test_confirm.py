"""`kmconfig test --confirm`: the mailbox is tried before anything is sent, and looked into afterwards."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

from kmconfig.cli.durations import seconds_of
from kmconfig.cli.options import current
from kmconfig.cli.test_send import SendJob
from kmconfig.errors import CouldNotCheck
from kmconfig.mail.account import recipients_of, sender_of
from kmconfig.mail.confirm.server import (
    address_of,
    imap_server,
    mailbox_references,
    require_mailbox,
    unlikely_recipients,
)
from kmconfig.mail.stages import Stage
from kmconfig.report.escape import for_terminal

if TYPE_CHECKING:
    from kmconfig.cli.worst import Outcomes
    from kmconfig.environment.environment import Environment
    from kmconfig.environment.project import Project
    from kmconfig.environment.settings import ConfirmSettings
    from kmconfig.mail.confirm.confirmation import Confirmation
    from kmconfig.mail.confirm.names import Names
    from kmconfig.mail.confirm.server import ImapServer
    from kmconfig.mail.live import LiveTest, Tested
    from kmconfig.mail.stages import Progress

DEFAULT_WITHIN = "2m"
_EXIT_CODES = {"confirmed": 0, "failed": 1, "unknown": 5}


class ConfirmJob(SendJob):
    """Sends a test message, and waits up to ``within`` seconds until it lies in the mailbox that the files name."""

    def __init__(
        self, project: Project, environment: Environment, live: LiveTest, *, approved: tuple[str, ...], within: float
    ) -> None:
        super().__init__(project, environment, live, approved=approved)
        self._within = within
        self._mailbox: tuple[ConfirmSettings, ImapServer, Names] | None = None
        self._found: Confirmation | None = None

    def prepare(self) -> None:
        """Pass the guards, and read the secrets, of the mailbox too."""
        from kmconfig.deploy.policy import login_gate  # noqa: PLC0415
        from kmconfig.dns.mail_names import mail_names  # noqa: PLC0415 - brings dnspython

        settings = require_mailbox(self.environment)
        gate = login_gate(self._project.file, self.environment, setting="email.test.confirm.imap")
        gate(*address_of(settings))
        super().prepare()
        names = mail_names(os.environ)
        self._mailbox = settings, self._server(settings), names

    def announce(self, outcomes: Outcomes) -> None:
        """Name the mailbox too, and say where it may not be the recipients'."""
        super().announce(outcomes)
        settings, server, _names = self._opened
        style = current().style(outcomes.stream)
        outcomes.say(f"  then up to {self._within:.0f} s until it is in the mailbox at {server.where}")
        remark = unlikely_recipients(settings, self._live.recipients or recipients_of(self.environment))
        if remark is not None:
            outcomes.say(f"  {style('warning', 'warning')}: {for_terminal(remark)}")

    def run(self, progress: Progress) -> None:
        """Log in to the mailbox, so that nothing is sent in vain; send; wait."""
        from kmconfig.mail.confirm.confirmation import confirm  # noqa: PLC0415 - loads imaplib, ssl and dkim

        _settings, server, names = self._opened
        self._require_open(server, progress)
        super().run(progress)
        tested = self._tested
        if tested is None or tested.test_id is None or not tested.result.ok:
            return
        progress.started("arrived")
        sender = sender_of(self.environment)
        self._found = confirm(server, tested.test_id, within=self._within, sender=sender, names=names)
        progress.finished(_arrived(self._found))

    def tell(self, outcomes: Outcomes) -> None:
        """Say what came of the message, then what was found."""
        from kmconfig.report.confirmation import confirmation_lines  # noqa: PLC0415

        super().tell(outcomes)
        if self._found is not None:
            for line in confirmation_lines(self._found, style=current().style(outcomes.stream)):
                outcomes.say(line)

    def _server(self, settings: ConfirmSettings) -> ImapServer:
        from kmconfig.environment.stores import stores_of  # noqa: PLC0415
        from kmconfig.secrets.stores import Place  # noqa: PLC0415

        place = Place(self.environment.tier, stores_of(self.environment))
        resolved = current().stores(self._project).resolve(mailbox_references(settings), place=place)
        if resolved.problems:
            reasons = "; ".join(problem.message for problem in resolved.problems)
            helps = dict.fromkeys(problem.help for problem in resolved.problems if problem.help)
            raise CouldNotCheck(f"`{self.environment.name}`: {reasons}", help="; ".join(helps) or None)
        return imap_server(settings, resolved.secrets)

    def _require_open(self, server: ImapServer, progress: Progress) -> None:
        from kmconfig.mail.confirm.confirmation import require_open  # noqa: PLC0415

        progress.started("mailbox")
        begun = time.perf_counter()
        try:
            folders = require_open(server, seconds=self._live.timeout)
        except CouldNotCheck as error:
            refused = CouldNotCheck(f"{error.message}; nothing was sent", help=error.help)
        else:
            ms = (time.perf_counter() - begun) * 1000
            progress.finished(Stage(stage="mailbox", ok=True, ms=ms, detail=f"logged in; {', '.join(folders)}"))
            return
        raise refused

    @property
    def _opened(self) -> tuple[ConfirmSettings, ImapServer, Names]:
        if self._mailbox is None:
            raise RuntimeError("a test is prepared before it runs")
        return self._mailbox

    def _object(self, tested: Tested) -> dict[str, Any]:
        from kmconfig.report.confirmation import confirmation_object  # noqa: PLC0415

        result = super()._object(tested)
        if self._found is None:
            return result
        result["ok"] = result["ok"] and self._found.result == "confirmed"
        return result | {"confirmation": confirmation_object(self._found)}

    def _code(self, tested: Tested) -> int:
        return super()._code(tested) or (_EXIT_CODES[self._found.result] if self._found is not None else 0)


def _arrived(found: Confirmation) -> Stage:
    detail = found.folder or found.unknown or "not found"
    return Stage(
        stage="arrived",
        ok=found.folder is not None and not (found.evidence is not None and found.evidence.spam_folder is not None),
        ms=found.seconds * 1000,
        detail=detail,
    )


def within_seconds(text: str | None) -> float:
    """How long to wait, two minutes unless told. Raises UsageError for what is no duration."""
    return seconds_of("--within", text or DEFAULT_WITHIN)
