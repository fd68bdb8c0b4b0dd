"""Which fields have to change so that the interface says what a goal says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kmconfig.providers.leaks import find_leaks
from kmconfig.secrets.secret import Secret
from kmconfig.targets.goal import Earlier
from kmconfig.targets.interface import Action, Kept, Operation
from kmconfig.targets.secret_changes import SecretChange, SecretChanges
from kmconfig.targets.settings_api.evidence import same_secret
from kmconfig.targets.settings_api.fields import SECRET_FIELDS, SETTING_OF_FIELD, FieldValue, wanted_fields
from kmconfig.targets.settings_api.reading import Reading
from kmconfig.targets.settings_api.receipts import Standing, by_receipt

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kmconfig.targets.goal import Goal
    from kmconfig.targets.secret_changes import Verdict, Written
    from kmconfig.targets.settings_api.receipts import Memory


def desired(goal: Goal, live: Reading, formerly_ours: frozenset[str]) -> Mapping[str, FieldValue]:
    """What each of our fields has to hold, None where it has to be empty.

    Of an earlier state, the secrets that were set then are not among them: nobody can bring those back.
    """
    if isinstance(goal, Earlier):
        return _earlier(goal)
    fields = dict(wanted_fields(goal))
    for field in SETTING_OF_FIELD:
        if field in formerly_ours and field not in fields and (field in live.values or field in live.held):
            fields[field] = None
    return fields


def _earlier(goal: Earlier) -> Mapping[str, FieldValue]:
    snapshot = Reading.from_document(goal.snapshot)
    return {
        field: snapshot.values.get(field)
        for field in SETTING_OF_FIELD
        if field in goal.keys and field not in snapshot.held
    }


def kept(goal: Goal, fields: Mapping[str, FieldValue]) -> Mapping[str, Kept]:
    """What the interface will hold of ours, without what any secret is."""
    found = {
        field: Kept(SETTING_OF_FIELD[field], _shown(value) or "", field in SECRET_FIELDS or isinstance(value, Secret))
        for field, value in fields.items()
        if value is not None
    }
    if isinstance(goal, Earlier):
        for field in sorted(Reading.from_document(goal.snapshot).held & goal.keys):
            found[field] = Kept(SETTING_OF_FIELD[field], "", secret=True)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparing:
    """One comparison: with what, with what earlier runs wrote, and with what this process did."""

    live: Reading
    goal: Goal
    written: Mapping[str, Written]
    memory: Memory

    def operations(self, fields: Mapping[str, FieldValue]) -> Iterator[Operation]:
        """The operations that make the live settings say it."""
        for field, value in fields.items():
            found = self._secret(field, value) if field in SECRET_FIELDS else self._visible(field, value)
            if found is not None:
                yield found

    def standing(self, fields: Mapping[str, FieldValue]) -> Mapping[str, Standing]:
        """The secrets that need no write, by field."""
        return {
            field: Standing(secret=value, version=self.live.versions.get(field))
            for field in SECRET_FIELDS
            if isinstance(value := fields.get(field), Secret) and self._secret(field, value) is None
        }

    def _visible(self, field: str, value: FieldValue) -> Operation | None:
        live = self.live.values.get(field)
        if (value.reveal() if isinstance(value, Secret) else value) == live:
            return None
        secret = isinstance(value, Secret) or bool(find_leaks(live or ""))
        return Operation(
            setting=SETTING_OF_FIELD[field],
            key=field,
            action=_action(value, held=live is not None),
            before=None if live is None else "(set)" if secret else live,
            after=_shown(value),
            secret=secret,
            change=self._change(SETTING_OF_FIELD[field], live) if isinstance(value, Secret) else None,
        )

    def _secret(self, field: str, value: FieldValue) -> Operation | None:
        held = field in self.live.held
        if value is None and not held:
            return None
        setting = SETTING_OF_FIELD[field]
        verdict = self._verdict(field, value) if isinstance(value, Secret) and held else "other"
        if verdict == "same":
            return None
        return Operation(
            setting=setting,
            key=field,
            action=_action(value, held=held),
            before="(set)" if held else None,
            after=_shown(value),
            secret=True,
            change=self._secret_change(setting, verdict, held=held) if isinstance(value, Secret) else None,
        )

    def _verdict(self, field: str, value: Secret) -> Verdict:
        """Whether the interface holds a secret already."""
        for known in (self.memory.sent.get(field), self.memory.standing.get(field)):
            if known is not None and known.stands(field, self.live) and known.secret == value:
                return "same"
        mark = self.live.mark
        if isinstance(self.goal, Earlier) or (mark is not None and mark.change is None):
            return "unknown"
        return by_receipt(self.goal, SETTING_OF_FIELD[field], self.written)

    def _change(self, setting: str, live: str | None) -> SecretChange | None:
        """Of a user name that is a secret and can be read."""
        secret = None if live is None else Secret(live, reference=f"live {setting}")
        return SecretChanges(self.goal, self.written).change(setting, secret, held=live is not None)

    def _secret_change(self, setting: str, verdict: Verdict, *, held: bool) -> SecretChange | None:
        change = SecretChanges(self.goal, self.written).change(setting, None, held=held)
        if change is None or not held:
            return change
        last = self.written.get(setting)
        before = last.version if last is not None and change.after != last.version else None
        return replace(change, before=before, compared=verdict != "unknown")


def _action(value: FieldValue, *, held: bool) -> Action:
    if value is None:
        return "remove"
    return "change" if held else "add"


def _shown(value: FieldValue) -> str | None:
    return value.reference if isinstance(value, Secret) else value


def unrestorable(goal: Earlier, live: Reading) -> tuple[str, ...]:
    """What cannot go back, one sentence each."""
    snapshot = Reading.from_document(goal.snapshot)
    return tuple(
        f"`{SETTING_OF_FIELD[field]}` stays as it is now: the settings interface does not give back the secret that it"
        f" held before run {goal.run}"
        for field in SECRET_FIELDS
        if field in goal.keys and field in snapshot.held and not same_secret(field, snapshot, live)
    )
