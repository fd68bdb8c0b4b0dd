"""Writing a path, and putting back what was there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmconfig.errors import CouldNotCheck, Refused
from kmconfig.targets.goal import Candidate, Earlier
from kmconfig.targets.variables.digests import digest_of, is_among
from kmconfig.targets.variables.reading import aim
from kmconfig.targets.vault.document import same
from kmconfig.targets.vault.snapshot import Snapshot
from kmconfig.targets.vault.writing import write_version

if TYPE_CHECKING:
    from collections.abc import Collection

    from kmconfig.targets.goal import Goal
    from kmconfig.targets.interface import State, WritePermit
    from kmconfig.targets.keeping.interface import Fence
    from kmconfig.targets.vault.document import Data, Document
    from kmconfig.targets.vault.reader import VaultReader


class VaultWriter:
    """Writes a path as a whole, each time on top of the version that was looked at."""

    def __init__(self, reader: VaultReader, permit: WritePermit, goal: Goal, *, formerly_ours: frozenset[str]) -> None:
        self._reader = reader
        self._path = reader.path
        self._permit = permit
        self._goal = goal
        self._formerly_ours = formerly_ours
        self._staged: Data | None = None
        self._judged: int | None = None

    def prepare(self) -> None:
        """Make sure, as far as Vault tells, that the path may be written and earlier versions stay."""
        document = self._reader.read()
        needed = "update" if document.version and not document.gone else "create"
        able = self._path.capabilities()
        if able is not None and not {"root", needed} & {*able}:
            raise CouldNotCheck(
                f"`{self._path.shown}`: the login may not `{needed}` `{self._path.data}`",
                help=f"let a policy of this login grant `create`, `read` and `update` on `{self._path.data}`",
            )
        self._require_versions()

    def _require_versions(self) -> None:
        """A path that keeps one version only loses what was there with the write."""
        reply = self._path.ask(
            lambda opened: opened.session.ask(lambda: opened.api.metadata(self._path.mount, self._path.path))
        )
        if reply.status == 200 and reply.part("data").get("max_versions") == 1:
            raise CouldNotCheck(
                f"`{self._path.shown}` keeps one version only, so that nothing could be put back",
                help=f"`vault kv metadata put -mount={self._path.mount} -max-versions=10 {self._path.path}`",
            )

    def capture(self) -> bytes | None:
        """Which version there is now."""
        return Snapshot.of(self._required()).write()

    def stage(self) -> str:
        """Compose the new version and return its digest."""
        self._staged = self._composed(self._required())
        return digest_of(self._staged)

    def write(self, fence: Fence) -> None:
        """Write the staged version on top of the one that was planned against."""
        if self._staged is None:
            raise ValueError("a version is staged before it is written")
        document = self._required()
        self._put(document, self._staged, fence)

    def restore(self, snapshot: bytes | None, fence: Fence) -> None:
        """Write what the version of a snapshot holds as a new one, on top of the version that was judged."""
        kept = Snapshot.read(snapshot)
        document = self._reader.read()
        if self._judged not in (None, document.version):
            raise _changed(self._path.shown)
        self._put(document, kept.document(self._path).data, fence)

    def state(self, snapshot: bytes | None, written: Collection[str]) -> State:
        """Compare the path with the version of a snapshot and with digests of what was staged."""
        kept = Snapshot.read(snapshot)
        document = self._reader.read()
        self._judged = document.version
        if kept.is_of(document):
            return "before"
        if is_among(document.data, written):
            return "after"
        return "before" if same(document.data, kept.document(self._path).data) else "other"

    def _put(self, document: Document, data: Data, fence: Fence) -> None:
        """Write a version unless the path says it already."""
        if same(data, document.data):
            return
        fence.check()
        try:
            write_version(self._path, data, after=document.version)
        except (CouldNotCheck, Refused) as error:
            if not self._arrived(document, data):
                raise error from None

    def _arrived(self, document: Document, data: Data) -> bool:
        """Whether a write that was not answered, or was sent twice, has happened all the same."""
        try:
            found = self._reader.read()
        except CouldNotCheck:
            return False
        return found.version == document.version + 1 and same(data, found.data)

    def _composed(self, document: Document) -> Data:
        """All that stands there, with our keys set."""
        if isinstance(self._goal, Candidate):
            self._goal.require_read()
        before = self._before()
        data: dict[str, Any] = dict(document.data)
        for name, text in aim(self._reader, self._goal, document, self._formerly_ours).texts.items():
            if text is None:
                data.pop(name, None)
            else:
                # What was no text goes back as what it was.
                data[name] = before.get(name, text)
        return data

    def _before(self) -> Data:
        if not isinstance(self._goal, Earlier):
            return {}
        return Snapshot.read(self._goal.snapshot).document(self._path).data

    def _required(self) -> Document:
        document = self._reader.read()
        if document.base != self._permit.base:
            raise _changed(self._path.shown)
        return document


def _changed(shown: str) -> Refused:
    return Refused(
        f"`{shown}` changed after it was compared with the files",
        help="somebody else writes this path; run the command again",
    )
