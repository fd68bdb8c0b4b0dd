"""Which variables would change, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kmconfig.secrets.secret import Secret
from kmconfig.targets.candidate import SETTING_OF_KEY
from kmconfig.targets.interface import Action, Comparison, Kept, LiveState, Operation
from kmconfig.targets.laravel_keys import SECRET_KEYS, SHARED_KEYS
from kmconfig.targets.secret_changes import SecretChanges
from kmconfig.targets.variables.texts import holds
from kmconfig.targets.variables.wanted import facts_in, is_secret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kmconfig.targets.goal import Goal
    from kmconfig.targets.secret_changes import SecretChange, Written
    from kmconfig.targets.variables.texts import Text, Variables
    from kmconfig.targets.variables.wanted import Wanted


class Held(NamedTuple):
    """What a target holds: its variables, the token of its state, and who was applied last.

    ``same`` tells whether a variable has its text already.
    """

    variables: Variables
    base: str
    owner: str | None = None
    same: Callable[[Variables, str, Text | None], bool] = holds

    def live(self) -> LiveState:
        """The state for plans."""
        return LiveState(base=self.base, facts=facts_in(self.variables), owner=self.owner)


def compare(goal: Goal, aim: Wanted, held: Held, written: Mapping[str, Written]) -> Comparison:
    """The changes that give our variables the texts they are to have."""
    secrets = SecretChanges(goal, written)
    found = tuple(
        _operation(held.variables, name, text, secrets)
        for name, text in aim.texts.items()
        if not _says(held, name, text, secrets)
    )
    return Comparison(
        live=held.live(),
        operations=found,
        kept=_kept(aim.texts),
        facts=aim.facts,
        notes=aim.notes,
        shared_changes=tuple(op.key for op in found if op.key in SHARED_KEYS and op.action == "change"),
    )


def _says(held: Held, name: str, text: Text | None, secrets: SecretChanges) -> bool:
    """Whether the target says it already. Of a value that may not be read, whether it says what was written last."""
    setting = SETTING_OF_KEY.get(name, name)
    if isinstance(text, Secret) and secrets.unread(setting):
        live = held.variables.secret(name)
        return live is not None and secrets.verdict(setting, live) == "same"
    return held.same(held.variables, name, text)


def _operation(variables: Variables, name: str, text: Text | None, secrets: SecretChanges) -> Operation:
    action: Action = "remove" if text is None else "change" if name in variables else "add"
    secret = isinstance(text, Secret) or is_secret(variables, name)
    return Operation(
        setting=SETTING_OF_KEY.get(name, name),
        key=name,
        action=action,
        before=None if action == "add" else _before(variables, name, secret=secret),
        after=_after(text),
        secret=secret,
        change=_change(variables, name, text, secrets),
    )


def _change(variables: Variables, name: str, text: Text | None, secrets: SecretChanges) -> SecretChange | None:
    if not isinstance(text, Secret):
        return None
    live = variables.secret(name)
    return secrets.change(SETTING_OF_KEY.get(name, name), live, held=live is not None)


def _before(variables: Variables, name: str, *, secret: bool) -> str:
    if variables.laravel(name) is None:
        return "null"
    return "(set)" if secret else variables.text(name) or ""


def _after(text: Text | None) -> str | None:
    return text.reference if isinstance(text, Secret) else text


def _kept(texts: Mapping[str, Text | None]) -> Mapping[str, Kept]:
    """What the target will hold of ours, without what any secret is."""
    return {
        name: Kept(
            SETTING_OF_KEY.get(name, name), _after(text) or "", secret=isinstance(text, Secret) or name in SECRET_KEYS
        )
        for name, text in texts.items()
        if text is not None
    }
