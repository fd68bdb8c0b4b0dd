"""Writing through the settings interface."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from kmconfig.errors import CouldNotCheck, PartialOrUnknown, Refused
from kmconfig.mail.failure import bounded
from kmconfig.secrets.frames import frames_cleared
from kmconfig.secrets.secret import Secret
from kmconfig.targets.goal import Candidate, Earlier
from kmconfig.targets.settings_api.envelope import Denied
from kmconfig.targets.settings_api.evidence import Staged, best, doubtful_secrets, secrets_untouched, untouched
from kmconfig.targets.settings_api.exchange import WritingExchange
from kmconfig.targets.settings_api.fields import SECRET_FIELDS, SETTING_OF_FIELD, VISIBLE_FIELDS, sent
from kmconfig.targets.settings_api.operations import desired
from kmconfig.targets.settings_api.reading import Reading
from kmconfig.targets.settings_api.receipts import Sent

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from kmconfig.targets.goal import Goal
    from kmconfig.targets.interface import State, WritePermit
    from kmconfig.targets.keeping.interface import Fence
    from kmconfig.targets.settings_api.fields import FieldValue
    from kmconfig.targets.settings_api.reader import SettingsApiReader

_SHOWN_ERRORS = 5
_PAUSES = (0.5, 1.0, 2.0)


class SettingsApiWriter:
    """Changes the settings with one request, bound to the state they were planned against where the server can."""

    def __init__(
        self, reader: SettingsApiReader, permit: WritePermit, goal: Goal, *, formerly_ours: frozenset[str]
    ) -> None:
        self._reader = reader
        self._permit = permit
        self._goal = goal
        self._formerly_ours = formerly_ours
        self._exchange = WritingExchange(reader.endpoint, times=reader.memory.times, clock=reader.clock)
        self._fields: Mapping[str, FieldValue] | None = None
        self._staged: Staged | None = None
        # What is known of the staged write: that nothing came of it, that it was taken, or neither.
        self._effect: Literal["none", "unknown", "taken"] = "none"
        self._newest_etag: str | None = None
        self._tries = 0
        # Secrets that runs have written, or may have: without evidence they are not as they were.
        self._written: frozenset[str] = frozenset()

    def prepare(self) -> None:
        """Make sure that the interface answers; whether it lets this key write, only a write can tell."""
        self._reader.read()

    def capture(self) -> bytes | None:
        """The settings that can be read, and what tells of those that cannot."""
        return self._planned().document()

    @frames_cleared()
    def stage(self) -> str:
        """Compose the request and return what tells later whether it was granted."""
        if isinstance(self._goal, Candidate):
            self._goal.require_read()
        live = self._planned()
        fields = {
            field: value
            for field, value in desired(self._goal, live, self._formerly_ours).items()
            if field not in self._reader.memory.standing and not (value is None and _is_empty(live, field))
        }
        visible = {field: _plain(fields[field]) for field in VISIBLE_FIELDS if field in fields}
        secrets = [field for field in SECRET_FIELDS if field in fields]
        self._fields = fields
        self._staged = Staged.of(visible, secrets, change=str(uuid.uuid4()))
        return str(self._staged)

    @frames_cleared()
    def write(self, fence: Fence) -> None:
        """Send what was staged.

        Raises Refused where the settings changed meanwhile or the server does not take them, and CouldNotCheck where
        it cannot be told what came of it.
        """
        if self._fields is None or self._staged is None:
            raise ValueError("settings are staged before they are written")
        live = self._planned()
        change = self._staged.change
        mark = {"by": self._reader.environment, "change": self._told(live, change)}

        def before() -> None:
            fence.check()
            self._effect = "unknown"
            self._tries += 1

        self._newest_etag = self._send(live, self._fields, mark, before)
        self._effect = "taken"
        self._written |= self._staged.secrets
        for field, value in self._fields.items():
            if field in SECRET_FIELDS and isinstance(value, Secret):
                version = live.versions.get(field)
                self._reader.memory.sent[field] = Sent(secret=value, version=version, change=change)

    def _told(self, live: Reading, change: str) -> str | None:
        """The mark of this change. Going back writes no secrets, so it does not say that those of others are ours."""
        doubtful = isinstance(self._goal, Earlier) and live.mark is not None and live.mark.change is None
        return None if doubtful else change

    @frames_cleared()
    def restore(self, snapshot: bytes | None, fence: Fence) -> None:
        """Put back every field that can be read, and empty the secrets that were not set.

        Raises PartialOrUnknown, naming them, where only secrets are not proved to be as they were.
        """
        before, live = Reading.from_document(snapshot), self._reader.read()
        fields: dict[str, FieldValue] = {
            field: before.values.get(field)
            for field in VISIBLE_FIELDS
            if before.values.get(field) != live.values.get(field)
        }
        fields.update(dict.fromkeys(sorted(live.held - before.held)))
        if fields:
            whole = secrets_untouched(live, before, may_have_changed=self._written)
            by, earlier = before.mark or (None, None)
            self._send(live, fields, {"by": by, "change": earlier if whole else None}, fence.check)
            live = self._reader.read()
        if live.values == before.values:
            _require_secrets(doubtful_secrets(live, before, may_have_changed=self._written))

    def state(self, snapshot: bytes | None, written: Collection[str]) -> State:
        """Compare the settings with a snapshot and with what was staged.

        Raises CouldNotCheck where they cannot be read, or can be of others as well as of a write that nobody confirmed.
        """
        before, live = Reading.from_document(snapshot), self._reader.read()
        staged = [Staged.parse(fingerprint) for fingerprint in written]
        if not staged:
            return untouched(live, before, may_have_changed=self._written)
        states = [self._state_of(each, live, before) for each in staged]
        for each, found in zip(staged, states, strict=True):
            if found in ("after", "partial"):
                self._written |= each.secrets
        found = best(states)
        if found == "other" and self._effect == "unknown":
            raise CouldNotCheck("the settings are neither what they were nor what was sent, so nobody can tell whose")
        return found

    def _state_of(self, staged: Staged, live: Reading, before: Reading) -> State:
        if staged != self._staged:
            return staged.state(live, before)
        newest = self._newest_etag is not None and live.strong_etag == self._newest_etag
        refused = self._effect == "none"
        if refused and self._tries > 1 and staged.state(live, before, newest=newest) == "after":
            # It was throttled first, and taken all the same.
            return "after"
        return staged.state(live, before, refused=refused, newest=newest)

    def _planned(self) -> Reading:
        """The settings as they are, which must be as they were planned against."""
        live = self._reader.read()
        if live.base != self._permit.base:
            raise Refused(
                f"the settings of {self._reader.shown} changed after they were compared with the files",
                help="somebody else writes them; run the command again",
            )
        return live

    def _send(
        self,
        live: Reading,
        fields: Mapping[str, FieldValue],
        mark: Mapping[str, str | None],
        before: Callable[[], None],
    ) -> str | None:
        """Write, and return what the server calls the state after it, where it says."""
        body: dict[str, Any] = {field: sent(field, value) for field, value in fields.items()}
        if live.mark is not None:
            body["managed"] = mark
        answer = self._exchange.write(body, etag=live.strong_etag, before=before)
        if isinstance(answer, Denied):
            self._fail(answer, live)
        return answer.etag

    def _fail(self, denied: Denied, live: Reading) -> NoReturn:
        """Say why a write was not granted, and whether it is certain that nothing was written."""
        if denied.unanswered:
            self._wait_for_change(live)
        if denied.effect == "unknown":
            raise CouldNotCheck(f"the write was not confirmed: {denied.fact}", help=denied.help)
        fact = f"{denied.fact}{self._reasons(denied)}"
        if not denied.changed_meanwhile and self._reader.read().base != live.base:
            raise CouldNotCheck(f"the settings changed although they were refused: {fact}", help=denied.help)
        if live.strong_etag is not None or not denied.changed_meanwhile:
            # A 412 without If-Match says nothing of what was done.
            self._effect = "none"
        kind = Refused if denied.changed_meanwhile or denied.errors else CouldNotCheck
        raise kind(f"the write was refused: {fact}", help=denied.help)

    def _wait_for_change(self, live: Reading) -> None:
        """Give a server that has not answered a moment to do what it was asked, so that it is not judged too early."""
        for pause in _PAUSES:
            if self._reader.read().base != live.base:
                return
            self._reader.clock.sleep(pause)

    def _reasons(self, denied: Denied) -> str:
        """What the server has against single fields, each with the place of the setting."""
        reasons = []
        for field, texts in list(denied.errors.items())[:_SHOWN_ERRORS]:
            words = bounded(self._exchange.scrubber.scrub(" ".join(texts))) or "not taken"
            reasons.append(f"{self._place(field)}: {words}")
        return f"; {'; '.join(reasons)}" if reasons else ""

    def _place(self, field: str) -> str:
        setting = SETTING_OF_FIELD.get(field)
        if setting is None:
            return "another field"
        if not isinstance(self._goal, Candidate):
            return f"`{setting}`"
        environment = self._goal.environment
        value = environment.get(*setting.split("."))
        return f"{environment.place_of(value)} `{setting}`" if value is not None else f"`{setting}`"


def _require_secrets(doubtful: Mapping[str, bool]) -> None:
    """Raise PartialOrUnknown for secrets that are not proved to be as they were."""
    if not doubtful:
        return
    names = " and ".join(f"`{SETTING_OF_FIELD[field]}`" for field in doubtful)
    if any(doubtful.values()):
        raise PartialOrUnknown(f"the earlier {names} cannot come back, for nobody can read it; all else is as it was")
    raise PartialOrUnknown(f"nobody can tell whether {names} was written; all else is as it was")


def _is_empty(live: Reading, field: str) -> bool:
    return field not in live.values and field not in live.held


def _plain(value: FieldValue) -> str | None:
    return value.reveal() if isinstance(value, Secret) else value
