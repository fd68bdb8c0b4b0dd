"""Risks of where settings are written, what runs then, which stores are asked, and how strictly all of it is judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.environment.environment import TIERS
from kmconfig.review.model import Risk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.review.model import Change
    from kmconfig.review.sides import Sides

_COMMANDS = ("reload", "verify")
_PLACES = ("path", "url", "directory", "namespace", "name", "ssm_prefix", "secret_id")


def target_moved(change: Change, sides: Sides) -> Iterator[Risk]:
    """Apply writes to another place, and leaves what stands in the old one."""
    if not sides.are_one or change.setting.rpartition(".")[2] not in _PLACES:
        return
    kind = change.setting.split(".")[1]
    if change.after is not None:
        yield Risk("high", f"apply writes to another place: {kind.replace('_', ' ')} `{change.after}`")
    if change.before is not None:
        yield Risk("info", f"what stands in `{change.before}` stays there, and nobody keeps it up to date")


def commands_run(change: Change, _: Sides) -> Iterator[Risk]:
    """Reload and verify are programs that run with the rights of whoever applies."""
    word = change.setting.rpartition(".")[2]
    if word not in _COMMANDS:
        return
    before, after = _commands(change.before), _commands(change.after)
    for command in after:
        if command not in before:
            yield Risk("high", f"apply would run this as `{word}`: {' '.join(command)}")
    if not after:
        lost = "written settings are not activated" if word == "reload" else "the application no longer proves itself"
        yield Risk("medium", f"`{word}` is gone: {lost}")
    elif any(command not in after for command in before):
        yield Risk("info", f"`{word}` leaves out what it ran before")


def _commands(data: object) -> list[tuple[str, ...]]:
    rows = data if isinstance(data, list) else []
    return [tuple(str(word) for word in row) for row in rows if isinstance(row, list)]


def answers_believed(change: Change, sides: Sides) -> Iterator[Risk]:
    """Which answers of the settings API count: who signs them, who vouches for the server, what means success."""
    if not sides.are_one:
        return
    name = change.setting.split(".")[2]
    if name == "signing_key_file" and change.after is None:
        yield Risk("high", "answers of the settings API no longer have to be signed")
    elif name == "signing_key_file" and change.before is not None:
        yield Risk("high", "answers of the settings API are believed with another signature")
    elif name == "ca_file":
        yield Risk("medium", "another certificate authority vouches for the settings API")
    elif name == "codes":
        yield Risk("medium", "other answers of the settings API count as success")


def cluster_secret_elsewhere(_: Change, sides: Sides) -> Iterator[Risk]:
    """The cluster takes the login from somewhere else."""
    if sides.are_one:
        yield Risk("medium", "the cluster takes the login from another Secret or store, which has to be there")


def vault_moved(change: Change, sides: Sides) -> Iterator[Risk]:
    """Another server is given the login, and its answers are believed."""
    if change.after is not None and sides.after is not None:
        came = "another server" if change.before is not None else "a server"
        yield Risk("high", f"the login of the secret store goes to {came}, `{change.after}`, and its secrets are used")
    elif change.before is not None and sides.after is not None:
        yield Risk("medium", "no address of Vault is given any more; references into it cannot be read")


def vault_trust(change: Change, sides: Sides) -> Iterator[Risk]:
    """Who may be Vault: certificate authorities, and hosts that redirects lead to."""
    if sides.before is None:
        return
    if change.setting.endswith("redirect_hosts"):
        added = [host for host in change.after or () if host not in (change.before or ())]
        if added:
            yield Risk("high", f"the token of Vault may be handed on to {', '.join(f'`{host}`' for host in added)}")
    else:
        yield Risk("medium", "another certificate authority or client certificate vouches for Vault")


def vault_login(_: Change, sides: Sides) -> Iterator[Risk]:
    """Another identity reads the secrets."""
    if sides.before is not None:
        yield Risk("medium", "the login at Vault is another: its role has to exist, and may read other secrets")


def secrets_elsewhere(_: Change, sides: Sides) -> Iterator[Risk]:
    """References stay the same and mean other secrets."""
    if sides.before is not None:
        yield Risk("medium", "the same references now lead to other secrets")


def aws_identity(_: Change, sides: Sides) -> Iterator[Risk]:
    """Another role or profile reads the secrets."""
    if sides.before is not None:
        yield Risk("high", "secrets are read from AWS under another identity")


def fingerprints(_: Change, sides: Sides) -> Iterator[Risk]:
    """Fingerprints under another key cannot be compared."""
    if sides.before is not None:
        yield Risk("info", "with another fingerprint key all secrets without a version count as changed once")


def tier_changed(change: Change, _: Sides) -> Iterator[Risk]:
    """The tier decides how strictly rules and guards judge."""
    if change.before not in TIERS or change.after not in TIERS:
        return
    if TIERS.index(change.after) > TIERS.index(change.before):
        guards = " and its guards" if change.before == "production" else ""
        yield Risk("high", f"the stricter rules of {change.before}{guards} no longer apply")
    else:
        yield Risk("info", f"the stricter rules of {change.after} apply from now on")
