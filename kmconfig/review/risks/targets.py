"""Risks of where settings are written, who is believed to be there, and what runs then."""

from __future__ import annotations

from shlex import join
from typing import TYPE_CHECKING, NamedTuple

from kmconfig.review.model import Risk
from kmconfig.review.quoted import quoted
from kmconfig.review.risks.addresses import is_newly_clear
from kmconfig.review.sides import text_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.review.model import Change
    from kmconfig.review.sides import Sides

_COMMANDS = ("reload", "verify")
#: What says where each kind of target is, the setting that names it best first.
_PLACES = {
    "laravel_env": ("path",),
    "settings_api": ("url", "path"),
    "kubernetes": ("directory", "namespace", "name"),
    "aws": ("ssm_prefix", "secret_id"),
    "vault": ("path",),
    "file": ("path",),
}


class _Target(NamedTuple):
    """Where an environment is written to: the setting that names the place best, and the place."""

    kind: str
    setting: str
    place: str

    def __str__(self) -> str:
        kind = self.kind.replace("_", " ")
        return f"{kind} {quoted(self.place)}" if self.place else kind


def _target(environment: Environment | None) -> _Target | None:
    """The target of an environment, None where it has none; of a kind that is not known here any text names it."""
    block = text_at(environment, "target")
    kind = next(iter(block), None) if isinstance(block, dict) else None
    if kind is None:
        return None
    settings = block[kind] if isinstance(block[kind], dict) else {}
    for name in _PLACES.get(kind, tuple(settings)):
        if isinstance(settings.get(name), str):
            return _Target(kind, f"target.{kind}.{name}", settings[name])
    return _Target(kind, f"target.{kind}", "")


def _stays(sides: Sides) -> bool:
    """Whether an environment is written to a target of the same kind as before."""
    before, after = _target(sides.before), _target(sides.after)
    return before is not None and after is not None and before.kind == after.kind


def target_replaced(change: Change, sides: Sides) -> Iterator[Risk]:
    """Another kind of target, or none: said once, of the setting that names the place."""
    before, after = _target(sides.before), _target(sides.after)
    named = after or before
    if not sides.are_one or _stays(sides) or named is None or change.setting != named.setting:
        return
    if after is None:
        yield Risk(
            "high" if sides.is_production else "medium",
            f"apply has no place to write to any more; {before} keeps the settings it has, and nobody keeps them up to"
            " date",
        )
    elif before is None:
        yield Risk("medium", f"apply has a place to write to now: {after}")
    else:
        yield Risk("high", f"apply writes to another kind of target, {after}; {before} keeps the settings it has")


def target_moved(change: Change, sides: Sides) -> Iterator[Risk]:
    """Apply writes to another place, and leaves what stands in the old one."""
    _, _, name = change.setting.partition(".")
    kind, _, word = name.partition(".")
    if not sides.are_one or not _stays(sides) or word not in _PLACES.get(kind, (word,)):
        return
    if change.after is not None:
        told = ", which is given the API key" if word == "url" else ""
        place = f"{kind.replace('_', ' ')} {quoted(str(change.after))}"
        yield Risk("high", f"apply writes to another place: {place}{told}")
    if change.before is not None:
        yield Risk("info", f"what stands in {quoted(str(change.before))} stays there, and nobody keeps it up to date")


def machine_moved(change: Change, sides: Sides) -> Iterator[Risk]:
    """Apply writes on another machine."""
    if not sides.are_one or not _stays(sides):
        return
    if change.after is None:
        yield Risk("high", "apply writes on the machine that it runs on, and no longer over SSH")
    else:
        yield Risk("high", f"apply writes on another machine, and runs programs there: {quoted(str(change.after))}")


def machine_believed(_: Change, sides: Sides) -> Iterator[Risk]:
    """Other keys tell which machine it is."""
    if sides.are_one and _stays(sides):
        yield Risk("medium", "other host keys say which machine is the target")


def commands_run(change: Change, sides: Sides) -> Iterator[Risk]:
    """Reload and verify are programs that run with the rights of whoever applies."""
    word = change.setting.rpartition(".")[2]
    if word not in _COMMANDS:
        return
    before, after = _commands(change.before), _commands(change.after)
    for command in after:
        if command not in before:
            yield Risk("high", f"apply would run this as `{word}`: {quoted(join(command))}")
    if not sides.are_one:
        return
    if not _stays(sides):
        yield from _left_behind(word, before, _target(sides.after))
    elif not after:
        lost = "written settings are not activated" if word == "reload" else "the application no longer proves itself"
        yield Risk("medium", f"`{word}` is gone: {lost}")
    elif any(command not in after for command in before):
        yield Risk("info", f"`{word}` leaves out what it ran before")


def _left_behind(word: str, before: list[tuple[str, ...]], after: _Target | None) -> Iterator[Risk]:
    if before and after is not None:
        yield Risk("info", f"`{word}` belonged to the former target and no longer runs")


def _commands(data: object) -> list[tuple[str, ...]]:
    rows = data if isinstance(data, list) else []
    return [tuple(str(word) for word in row) for row in rows if isinstance(row, list)]


def key_in_clear(change: Change, _: Sides) -> Iterator[Risk]:
    """The settings API without TLS."""
    if is_newly_clear(change.before, change.after):
        yield Risk(
            "high",
            "the API key and the settings, with the login, would cross the network in clear text; kmconfig refuses to"
            " write there",
        )


def answers_believed(change: Change, sides: Sides) -> Iterator[Risk]:
    """Which answers of the settings API count: who signs them, who vouches for the server, what means success."""
    if not sides.are_one or not _stays(sides):
        return
    name = change.setting.split(".")[2]
    if name == "signing_key_file" and change.after is None:
        yield Risk("high", "answers of the settings API no longer have to be signed")
    elif name == "signing_key_file" and change.before is not None:
        yield Risk("high", "answers of the settings API are believed with another signature")
    elif name == "ca_file" and change.after is None:
        yield Risk("medium", "every certificate authority that this machine trusts may vouch for the settings API now")
    elif name == "ca_file":
        yield Risk("medium", "another certificate authority vouches for the settings API")
    elif name == "codes":
        yield Risk("medium", "other answers of the settings API count as success")


def cluster_secret_elsewhere(_: Change, sides: Sides) -> Iterator[Risk]:
    """The cluster takes the login from somewhere else."""
    if sides.are_one and _stays(sides):
        yield Risk("medium", "the cluster takes the login from another Secret or store, which has to be there")
