"""The key-value engine without versions, and what both engines share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.servers.vault.messages import DONE, UNSUPPORTED_OPERATION, Outcome, Refused
from tests.servers.vault.tokens import DEFAULT_TTL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.servers.vault.messages import Call, Json


class KvOne:
    """Secrets by path; a write replaces the whole secret."""

    def __init__(self) -> None:
        self.secrets: dict[str, Json] = {}

    def exists(self, path: str) -> bool | None:
        """Tell create from update."""
        return path in self.secrets

    def is_login(self, path: str) -> bool:
        """Tell whether a path needs no token: none does."""
        return False

    def handle(self, call: Call) -> Outcome:
        """Answer a call below the mount."""
        if call.operation == "read":
            return self._read(call.path)
        if call.operation == "list":
            return list_keys(self.secrets, call.path)
        if call.operation in ("create", "update"):
            if not call.body:
                raise Refused(400, "missing data fields")
            self.secrets[call.path] = dict(call.body)
            return DONE
        if call.operation == "delete":
            self.secrets.pop(call.path, None)
            return DONE
        raise Refused(405, UNSUPPORTED_OPERATION)

    def _read(self, path: str) -> Outcome:
        if path not in self.secrets:
            raise Refused(404)
        return Outcome(data=dict(self.secrets[path]), lease_duration=DEFAULT_TTL)


def list_keys(paths: Iterable[str], folder: str) -> Outcome:
    """List what lies directly below *folder*; folders end in a slash."""
    prefix = f"{folder.rstrip('/')}/" if folder.strip("/") else ""
    below = (path.removeprefix(prefix).partition("/") for path in paths if path.startswith(prefix))
    keys = sorted({name + slash for name, slash, _ in below})
    if not keys:
        raise Refused(404)
    return Outcome(data={"keys": keys})
