"""Whether two commits hold the same configuration, which git knows without a look at the files."""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import TYPE_CHECKING

from kmconfig.environment.project import PROJECT_FILE
from kmconfig.environment.projectfile import read_project_file
from kmconfig.review.git import Failed

if TYPE_CHECKING:
    from kmconfig.review.git import Entry, Repository
    from kmconfig.review.revisions import Revision

_SILENT = b"version: 1\n"


def are_same(repository: Repository, before: Revision, after: Revision) -> bool:
    """Whether project file, environments and baseline are known to be the same objects.

    Of the working tree nobody knows, nor where links lead, nor of objects that are not here.
    """
    if before.commit is None or after.commit is None:
        return False
    if before.commit == after.commit:
        return True
    try:
        return _are_same(repository, before.commit, after.commit)
    except Failed:
        return False


def _are_same(repository: Repository, one: str, other: str) -> bool:
    own = _file(repository, one, PROJECT_FILE)
    if own != _file(repository, other, PROJECT_FILE) or _is_link(own):
        return False
    content = repository.contents([own.object])[own.object] if own is not None else _SILENT
    file = read_project_file(Path(), PROJECT_FILE, content=content)
    baseline = file.get("lint", "baseline")
    if baseline is not None:
        accepted = _file(repository, one, posixpath.normpath(str(baseline.data)))
        if accepted != _file(repository, other, posixpath.normpath(str(baseline.data))) or _is_link(accepted):
            return False
    folder = posixpath.normpath(file.environments)
    tree = _tree(repository, one, folder)
    return tree is not None and tree == _tree(repository, other, folder)


def _file(repository: Repository, commit: str, path: str) -> Entry | None:
    """A file relative to the root; None where there is none."""
    whole = repository.prefix + path
    return next((entry for entry in repository.entries(commit, (whole,)) if entry.path == whole), None)


def _tree(repository: Repository, commit: str, path: str) -> str | None:
    """The object of a folder relative to the root, or the commit of the submodule that it is in.

    None where there is none, or it is a link.
    """
    inside = "" if path == "." else f"{path}/"
    found = repository.tree_of(commit, repository.prefix + inside)
    if found is not None or path == ".":
        return found
    submodule = repository.submodule_of(commit, repository.prefix + path)
    return submodule.object if submodule is not None else None


def _is_link(entry: Entry | None) -> bool:
    return entry is not None and entry.is_link
