"""Which texts our variables are to have."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from kmconfig.providers.leaks import find_leaks
from kmconfig.secrets.secret import Secret
from kmconfig.targets.candidate import SETTING_OF_KEY, mail_keys_input
from kmconfig.targets.facts import facts_of
from kmconfig.targets.goal import Earlier
from kmconfig.targets.laravel_env.facts import live_facts
from kmconfig.targets.laravel_keys import SECRET_KEYS, SHARED_KEYS, capability_notes, mail_keys
from kmconfig.targets.variables.texts import variable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kmconfig.targets.dotenv import DotenvFile
    from kmconfig.targets.goal import Candidate, Goal
    from kmconfig.targets.interface import MailFacts
    from kmconfig.targets.variables.texts import Text, Variables


class Wanted(NamedTuple):
    """The text that each of our variables is to have, None where it has to go.

    ``facts`` say by which way mail leaves then, ``notes`` what people should know about it.
    """

    texts: Mapping[str, Text | None]
    facts: MailFacts
    notes: tuple[str, ...] = ()


def wanted(
    goal: Goal,
    *,
    laravel: int,
    held: Variables,
    formerly_ours: frozenset[str],
    earlier: Callable[[Earlier], Variables],
) -> Wanted:
    """What a goal means for our variables; ``earlier`` tells which there were before a run."""
    if isinstance(goal, Earlier):
        before = earlier(goal)
        return Wanted({name: _as_before(before, name, goal.run) for name in sorted(goal.keys)}, facts_in(before))
    return _settings(goal, laravel, held, formerly_ours)


def _settings(goal: Candidate, laravel: int, held: Variables, formerly_ours: frozenset[str]) -> Wanted:
    settings = mail_keys_input(goal)
    texts: dict[str, Text | None] = {
        pair.key: None if pair.value is None else variable(pair.value) for pair in mail_keys(settings, laravel)
    }
    for name in sorted(formerly_ours - texts.keys() - SHARED_KEYS):
        if name in held:
            texts[name] = None
    return Wanted(texts, facts_of(goal.environment), capability_notes(settings, laravel))


def _as_before(before: Variables, name: str, run: str) -> Text | None:
    text = before.text(name)
    return Secret(text, reference=f"as before run {run}") if text is not None and is_secret(before, name) else text


def texts_by_setting(before: Variables, goal: Earlier) -> Mapping[str, Secret]:
    """What there was before a run under the keys that go back, by setting: any of them may have been a secret."""
    found = ((name, before.laravel(name)) for name in sorted(goal.keys))
    reference = f"as before run {goal.run}"
    return {
        SETTING_OF_KEY.get(name, name): Secret(text, reference=reference)
        for name, text in found
        if isinstance(text, str) and text
    }


def facts_in(variables: Variables) -> MailFacts:
    """By which way mail leaves an application with these variables."""
    return live_facts(cast("DotenvFile", variables))


def is_secret(variables: Variables, name: str) -> bool:
    """Whether what stands under a name has to be hidden: a token may be a user name too."""
    if name in SECRET_KEYS:
        return True
    text = variables.text(name)
    if not text or variables.laravel(name) is None:
        return False
    return text in {variables.text(secret) for secret in SECRET_KEYS} or bool(find_leaks(text))
