"""Reading the settings interface, and planning against it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.errors import CouldNotCheck
from kmconfig.providers.leaks import find_leaks
from kmconfig.secrets.frames import frames_cleared
from kmconfig.secrets.secret import Secret
from kmconfig.secrets.vault.patience import Clock
from kmconfig.targets.facts import facts_of
from kmconfig.targets.goal import Earlier
from kmconfig.targets.interface import NOTHING_WRITTEN, Capabilities, Comparison, LiveState
from kmconfig.targets.settings_api.envelope import Denied
from kmconfig.targets.settings_api.exchange import Exchange
from kmconfig.targets.settings_api.fields import field_notes
from kmconfig.targets.settings_api.operations import Comparing, desired, kept, unrestorable
from kmconfig.targets.settings_api.reading import Reading, require_told
from kmconfig.targets.settings_api.receipts import Memory

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from kmconfig.targets.goal import Goal
    from kmconfig.targets.interface import MailFacts
    from kmconfig.targets.secret_changes import Written
    from kmconfig.targets.settings_api.endpoint import Endpoint


class SettingsApiReader:
    """Reads the email settings of an installation through its interface, and plans against them.

    ``capabilities`` are those that the server has shown: without a token of the state a write cannot be bound to it.
    """

    kind = "settings_api"
    folder = None

    def __init__(self, endpoint: Endpoint, *, environment: str, state: Path, clock: Clock | None = None) -> None:
        self.endpoint = endpoint
        self.environment = environment
        self.state = state
        self.clock = clock or Clock()
        self.shown = endpoint.url
        self.identity = f"settings_api:{endpoint.url}"
        self.memory = Memory()
        self.capabilities = _capabilities(Reading())
        self._exchange = Exchange(endpoint, times=self.memory.times, clock=self.clock)

    def live(self) -> LiveState:
        """Ask for the settings."""
        return _live_state(self.read())

    def live_secrets(self) -> tuple[Secret, ...]:
        """A user name that has the shape of a credential; passwords cannot be read."""
        username = self.read().values.get("smtp_username", "")
        return (Secret(username, reference="live smtp_username"),) if find_leaks(username) else ()

    def earlier_secrets(self, goal: Earlier) -> Mapping[str, Secret]:  # noqa: ARG002
        """None: a snapshot holds no secrets."""
        return {}

    @frames_cleared()
    def read(self) -> Reading:
        """The settings as they are. Raises CouldNotCheck where the answer is none that can be used."""
        answer = self._exchange.read()
        if isinstance(answer, Denied):
            raise CouldNotCheck(f"the settings cannot be read: {answer.fact}", help=answer.help)
        settings = answer.response.get("settings")
        fault: object = "settings"
        try:
            if isinstance(settings, dict):
                reading = Reading.of(settings, etag=answer.etag)
                self.capabilities = _capabilities(reading)
                return reading
        except ValueError as error:
            fault = error
        raise self._unusable(fault)

    def _unusable(self, fault: object) -> CouldNotCheck:
        return CouldNotCheck(
            f"the settings cannot be read: the answer of {self.endpoint.host} holds no usable `{fault}`",
            help="compare the server with schema/settings-api.v1.openapi.yaml",
        )

    @frames_cleared()
    def compare(
        self,
        goal: Goal,
        *,
        formerly_ours: frozenset[str] = frozenset(),
        written: Mapping[str, Written] = NOTHING_WRITTEN,
    ) -> Comparison:
        """Say which fields would change. Secrets are compared by what was written last."""
        live = self.read()
        fields = desired(goal, live, formerly_ours)
        self._require_told(fields, live)
        comparing = Comparing(live=live, goal=goal, written=written, memory=self.memory)
        self.memory.standing = comparing.standing(fields)
        return Comparison(
            live=_live_state(live),
            operations=tuple(comparing.operations(fields)),
            kept=kept(goal, fields),
            facts=_facts(goal),
            notes=unrestorable(goal, live) if isinstance(goal, Earlier) else field_notes(goal),
        )

    def _require_told(self, fields: Iterable[str], live: Reading) -> None:
        fault: object = None
        try:
            require_told(fields, live.lacking)
        except ValueError as error:
            fault = error
        if fault is not None:
            raise self._unusable(fault)


def _live_state(reading: Reading) -> LiveState:
    return LiveState(base=reading.base, facts=reading.facts, owner=None if reading.mark is None else reading.mark.by)


def _facts(goal: Goal) -> MailFacts:
    return Reading.from_document(goal.snapshot).facts if isinstance(goal, Earlier) else facts_of(goal.environment)


def _capabilities(reading: Reading) -> Capabilities:
    return Capabilities(
        compare_and_set=reading.strong_etag is not None,
        reads_secrets=False,
        restores_secrets=False,
        shared_lock=False,
    )
