"""Writing the manifests: each file as a whole, one after the other, and all of them back again."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kmconfig.errors import CouldNotCheck, Refused
from kmconfig.targets.atomic import replace_file, sweep_temporaries, sync_folder, try_replace
from kmconfig.targets.kubernetes.contents import desired, pack, unpack
from kmconfig.targets.kubernetes.folder import read_file, read_folder
from kmconfig.targets.kubernetes.place import KUSTOMIZATION

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from kmconfig.targets.goal import Goal
    from kmconfig.targets.interface import State, WritePermit
    from kmconfig.targets.keeping.interface import Fence
    from kmconfig.targets.kubernetes.folder import Folder
    from kmconfig.targets.kubernetes.place import Place

_ABSENT = "absent"


class ManifestWriter:
    """Writes our files of a folder. There is no secret in them."""

    def __init__(self, place: Place, permit: WritePermit, goal: Goal) -> None:
        self._place = place
        self._permit = permit
        self._goal = goal
        self._staged: Mapping[str, bytes | None] | None = None
        self._folder: Folder | None = None

    def prepare(self) -> None:
        """Remove what killed runs left behind, and make sure that files can be written here."""
        with _told(self._place):
            for name in (self._place.config_file, self._place.secret_file, KUSTOMIZATION):
                sweep_temporaries(self._place.file(name))
            try_replace(self._place.file(self._place.config_file))

    def capture(self) -> bytes | None:
        """The files as they are."""
        return pack(self._read().contents)

    def stage(self) -> str:
        """Compose the files and return the fingerprint of each."""
        self._folder = self._read()
        self._staged = desired(self._goal, self._place, self._folder)
        return ";".join(f"{name}={_fingerprint(content)}" for name, content in self._staged.items())

    def write(self, fence: Fence) -> None:
        """Write what differs. Between two files others may interfere, so each is looked at once more."""
        if self._staged is None or self._folder is None:
            raise ValueError("content is staged before it is written")
        self._require(self._read().base)
        for name, content in _in_order(self._staged):
            if content != self._folder.contents.get(name):
                self._require_as_read(name, self._folder)
                self._put(name, content, fence)

    def restore(self, snapshot: bytes | None, fence: Fence) -> None:
        """Put back what a snapshot holds."""
        for name, content in _in_order(self._before(snapshot)):
            if content != read_file(self._place, name)[0]:
                self._put(name, content, fence)

    def state(self, snapshot: bytes | None, written: Collection[str]) -> State:
        """Compare each file with a snapshot and with the fingerprints of what was staged."""
        before = {name: _fingerprint(content) for name, content in self._before(snapshot).items()}
        staged = [_fingerprints(text) for text in written]
        names = before.keys() | {name for prints in staged for name in prints}
        held = {name: _fingerprint(read_file(self._place, name)[0]) for name in names}
        if any(prints and prints.items() <= held.items() for prints in staged):
            return "after"
        if before.items() <= held.items():
            return "before"
        known = [*before.items(), *(item for prints in staged for item in prints.items())]
        return "partial" if all(item in known for item in held.items()) else "other"

    def _before(self, snapshot: bytes | None) -> dict[str, bytes | None]:
        kept = unpack(snapshot)
        return (
            dict.fromkeys((self._place.config_file, self._place.secret_file, KUSTOMIZATION)) if kept is None else kept
        )

    def _read(self) -> Folder:
        folder = read_folder(self._place)
        self._require(folder.base)
        return folder

    def _require(self, base: str) -> None:
        if base != self._permit.base:
            raise self._changed()

    def _require_as_read(self, name: str, folder: Folder) -> None:
        if read_file(self._place, name)[0] != folder.contents[name]:
            raise self._changed()

    def _changed(self) -> Refused:
        return Refused(
            f"the manifests in `{self._place.shown}` changed after they were compared with the files",
            help="somebody else writes these files; run the command again",
        )

    def _put(self, name: str, content: bytes | None, fence: Fence) -> None:
        path = self._place.file(name)
        fence.check()
        if content is None:
            path.unlink(missing_ok=True)
            sync_folder(path.parent)
        else:
            replace_file(path, content)


def _in_order(contents: Mapping[str, bytes | None]) -> list[tuple[str, bytes | None]]:
    """So that a kustomization never lists what is not there: files that stay, the kustomization, files that go."""
    return sorted(contents.items(), key=lambda item: 1 if item[0] == KUSTOMIZATION else 2 * (item[1] is None))


def _fingerprint(content: bytes | None) -> str:
    return _ABSENT if content is None else hashlib.sha256(content).hexdigest()


def _fingerprints(text: str) -> dict[str, str]:
    """What :meth:`ManifestWriter.stage` returned, read again."""
    return dict(item.split("=", 1) for item in text.split(";") if "=" in item)


@contextmanager
def _told(place: Place) -> Iterator[None]:
    failed: OSError | None = None
    try:
        yield
    except OSError as error:
        failed = error
    if failed is not None:
        raise CouldNotCheck(
            f"cannot write manifests in `{place.shown}`: {failed.strerror or type(failed).__name__}",
            help="check this user's permissions for the folder in `target.kubernetes.directory`",
        )
