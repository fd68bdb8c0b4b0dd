"""A project as it was at a commit, laid out in a private folder that is gone when the work is done."""

from __future__ import annotations

import os
import posixpath
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kmconfig.environment.layers import SUFFIXES
from kmconfig.environment.project import PROJECT_FILE, Project
from kmconfig.environment.projectfile import read_project_file
from kmconfig.errors import ConfigurationError
from kmconfig.review.git import Failed
from kmconfig.source.reader import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.review.git import Entry, Repository
    from kmconfig.review.revisions import Revision

#: Stands for what a link leads to that is not part of the snapshot: there can be no such file.
_OUTSIDE = "/dev/null/outside"
_LONGEST_NAME, _LONGEST_PATH = 255, 1000
#: How many links in a row lead from a path to what is read.
_LINKS = 5


class Snapshot(NamedTuple):
    """A project of which no environment has been read yet, and the folders of it that other repositories fill."""

    project: Project
    submodules: tuple[str, ...] = ()


@contextmanager
def snapshot(repository: Repository, revision: Revision) -> Iterator[Snapshot]:
    """The project at a commit.

    Raises ConfigurationError where the clone lacks objects of the commit, or the files are in a submodule.
    """
    with tempfile.TemporaryDirectory(prefix="kmconfig-", ignore_cleanup_errors=True) as folder:
        try:
            root = Path(os.path.realpath(folder))
            submodules = _lay_out(repository, revision, root)
        except Failed as failed:
            reason = failed.said
        else:
            yield Snapshot(Project(root), submodules)
            return
    raise ConfigurationError(
        f"cannot read the files of {revision.title}: {reason}",
        help="this clone lacks some of its objects: clone without `--filter`, or fetch them with `git fetch --refetch`",
    )


def _lay_out(repository: Repository, revision: Revision, root: Path) -> tuple[str, ...]:
    tree = _Tree(repository, revision, root)
    tree.take(PROJECT_FILE)
    file = read_project_file(root, PROJECT_FILE)
    baseline = file.get("lint", "baseline")
    if baseline is not None and isinstance(baseline.data, str):
        tree.take(posixpath.normpath(baseline.data))
    tree.take(posixpath.normpath(file.environments))
    return tuple(sorted(tree.submodules))


class _Tree:
    """Takes files of a commit over into a folder."""

    def __init__(self, repository: Repository, revision: Revision, root: Path) -> None:
        self._repository = repository
        self._revision = revision
        self._commit = revision.commit or ""
        self._root = root
        self._links: list[Path] = []
        self.submodules: set[str] = set()

    def take(self, path: str) -> None:
        """Take over what is at and below a path relative to the root, and what it leads to if it is a link.

        Links that lead out of the folder lead nowhere then. Raises ConfigurationError where it is in a submodule.
        """
        for _ in range(_LINKS):
            leads_to = self._take(path)
            self._close_in()
            if leads_to is None:
                return
            path = leads_to

    def _take(self, path: str) -> str | None:
        """Take over a path; where it leads to if it is a link that stays below the root."""
        prefix = self._repository.prefix
        wanted = prefix.rstrip("/") or "." if path == "." else prefix + path
        if not _is_sound(path) and path != ".":
            return None
        if wanted != ".":
            self._require_own(path, wanted)
        listed = self._repository.entries(self._commit, () if wanted == "." else (wanted,))
        entries = {entry.path[len(prefix) :]: entry for entry in listed if entry.path.startswith(prefix)}
        found = {
            shown: entry
            for shown, entry in entries.items()
            if _is_sound(shown) and (shown == path or entry.is_link or entry.is_submodule or shown.endswith(SUFFIXES))
        }
        self.submodules |= {shown for shown, entry in found.items() if entry.is_submodule}
        contents = self._repository.contents(
            entry.object for entry in found.values() if not entry.is_submodule and entry.size <= MAX_BYTES
        )
        links = {shown: contents.get(entry.object, b"") for shown, entry in found.items() if entry.is_link}
        for shown, entry in found.items():
            if not entry.is_link and not entry.is_submodule:
                self._write(shown, _content(entry, contents.get(entry.object)))
        for shown, target in links.items():
            self._link(shown, os.fsdecode(target))
        if path not in links:
            return None
        following = posixpath.normpath(posixpath.join(posixpath.dirname(path), os.fsdecode(links[path])))
        return following if _is_sound(following) else None

    def _require_own(self, path: str, wanted: str) -> None:
        submodule = self._repository.submodule_of(self._commit, wanted)
        if submodule is not None:
            where = f"`{path}` is {'' if submodule.path == wanted else 'in '}a submodule"
            raise _elsewhere(where, submodule, self._revision)

    def _write(self, shown: str, content: bytes) -> None:
        location = self._place(shown)
        if location is not None:
            location.write_bytes(content)

    def _link(self, shown: str, target: str) -> None:
        location = self._place(shown)
        if location is not None:
            location.symlink_to(target if target and "\0" not in target else _OUTSIDE)
            self._links.append(location)

    def _place(self, shown: str) -> Path | None:
        """Where a file goes, None where a crafted tree has something else on the way or in its place."""
        location = self._root / shown
        try:
            location.parent.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            return None
        is_direct = os.path.realpath(location.parent) == str(location.parent)
        return location if is_direct and not os.path.lexists(location) else None

    def _close_in(self) -> None:
        """Let links that lead out of the folder lead nowhere."""
        inside = f"{self._root}/"
        while leading_out := [link for link in self._links if not os.path.realpath(link).startswith(inside)]:
            for link in leading_out:
                link.unlink()
                link.symlink_to(_OUTSIDE)
                self._links.remove(link)


def _elsewhere(where: str, submodule: Entry, revision: Revision) -> ConfigurationError:
    return ConfigurationError(
        f"{where} at {revision.title}: its files, and what they were, are in another repository",
        help="run `kmconfig diff` in a clone of that repository, with `environments: .` in its kmconfig.yaml if they"
        f" are at its top; here commit {submodule.object[:12]} of it is meant",
    )


def _content(entry: Entry, content: bytes | None) -> bytes:
    """The content, or for a file that nobody reads because of its size one that is as unreadable."""
    return content if content is not None else b" " * (min(entry.size, MAX_BYTES) + 1)


def _is_sound(path: str) -> bool:
    """Whether a path stays where it is, and a file may have it; git finds out at checkout, and there is none here."""
    parts = path.split("/")
    return len(path) <= _LONGEST_PATH and all(
        part not in ("", ".", "..") and "\0" not in part and len(os.fsencode(part)) <= _LONGEST_NAME for part in parts
    )
