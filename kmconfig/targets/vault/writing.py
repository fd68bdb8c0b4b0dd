"""Writing a path of a key-value store, with check-and-set."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from kmconfig.errors import CouldNotCheck, Refused
from kmconfig.secrets.vault.faults import Fault, Trouble
from kmconfig.secrets.vault.replies import errors_of
from kmconfig.targets.vault.document import OWNER
from kmconfig.targets.vault.path import odd

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmconfig.secrets.vault.store import Opened
    from kmconfig.targets.vault.document import Data
    from kmconfig.targets.vault.path import VaultPath

_OTHER_VERSION = "check-and-set parameter did not match"
_LARGEST_NOTE = 512


def write_version(path: VaultPath, data: Data, *, after: int) -> int:
    """Write a version on top of version ``after``, 0 where there is none, and return its number.

    Raises Refused where that is not the newest version, CouldNotCheck for any other answer; then it may have been
    written all the same.
    """

    def write(opened: Opened) -> int | None:
        reply = opened.session.ask(lambda: opened.api.write_v2(path.mount, path.path, data, cas=after))
        if reply.status == 403:
            raise Fault(opened.engine.denied(path.data, "update" if after else "create"))
        if reply.status == 400 and _OTHER_VERSION in errors_of(reply):
            return None
        if reply.status != 200:
            raise Fault(_rejected(reply.status) if reply.status in (400, 413) else odd(reply.status))
        version = reply.part("data").get("version")
        return version if isinstance(version, int) else after + 1

    version = path.ask(write)
    if version is None:
        raise Refused(
            f"`{path.shown}` was written by somebody else at the same time",
            help="somebody else writes this path; run the command again",
        )
    return version


def write_owner(path: VaultPath, environment: str) -> None:
    """Note at a path which environment was applied there; what others have noted stays.

    A login that may not is no reason to stop: it is logged as a warning.
    """
    try:
        document = path.read()
        if document.custom is None or document.owner == environment:
            return
        status = _note(path, {**document.custom, OWNER: environment[:_LARGEST_NOTE]})
        reason = f"status {status}" if status >= 300 else ""
    except CouldNotCheck as error:
        reason = error.message
    if reason:
        logging.getLogger(__name__).warning(
            "`%s` could not be marked with the environment that was applied (%s): let the login `update` `%s`",
            path.shown,
            reason,
            f"{path.mount}/metadata/{path.path}",
        )


def _note(path: VaultPath, custom: Mapping[str, str]) -> int:
    def write(opened: Opened) -> int:
        return opened.session.ask(lambda: opened.api.write_custom_metadata(path.mount, path.path, custom)).status

    return path.ask(write)


def _rejected(status: int) -> Trouble:
    return Trouble(
        "invalid",
        f"Vault does not take the settings (status {status})",
        "look into its audit log: a limit of the mount or a policy that asks for certain parameters may be in the way",
    )
