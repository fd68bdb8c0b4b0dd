"""Which place of a server a reference means, checked before anything is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kmconfig.secrets.vault.faults import Fault, Trouble

if TYPE_CHECKING:
    from kmconfig.environment.reference import SecretRef


class Spot(NamedTuple):
    """A path below the mount and the version that is wanted, None for the newest."""

    path: str
    version: int | None


def spot_of(ref: SecretRef, *, kv: int) -> Spot:
    """Read where ``ref`` points to. Raises Fault for paths, keys and versions that Vault cannot mean."""
    if not _plain(ref.name):
        trouble = Trouble(
            "refused",
            "the path has `.` or `..`, an empty part, or characters that no path holds",
            "write the path below the mount, such as `keymanager/production/smtp`",
        )
        raise Fault(trouble)
    if ref.key is None:
        raise Fault(Trouble("invalid", "the reference names no key", f"write `vault: {ref.name}#password`"))
    if ref.version is None:
        return Spot(ref.name, None)
    if kv == 1:
        raise Fault(Trouble("refused", "KV version 1 keeps no versions", "drop `version`, or use a mount with `kv: 2`"))
    return Spot(ref.name, _number(ref.version))


def _plain(path: str) -> bool:
    return path.isprintable() and all(part not in ("", ".", "..") for part in path.split("/"))


def _number(version: str | int) -> int:
    text = str(version)
    if isinstance(version, bool) or not (text.isascii() and text.isdecimal() and len(text) <= 9) or int(text) < 1:
        raise Fault(
            Trouble("invalid", "the pinned version is no version number", "give `version` as a number from 1 on")
        )
    return int(text)
