"""The git commit that the files of a run come from."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

from kmconfig.environment.project import PROJECT_FILE, Project

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.environment.environment import Environment


#: All that git needs to read a work tree; variables with secrets are none of its business.
_PASSED_ON = frozenset(("PATH", "HOME", "XDG_CONFIG_HOME", "GIT_DIR", "GIT_WORK_TREE", "GIT_CEILING_DIRECTORIES"))

#: `git status` would otherwise write what it has learned into the index.
_ONLY_LOOK = {"GIT_OPTIONAL_LOCKS": "0"}


class _WorkTree(NamedTuple):
    """The commit that is checked out, None outside of git, and the files that differ from it, relative to the root."""

    commit: str | None
    changed: frozenset[str]


#: Looked at once for each project: a fleet of environments shares it.
_SEEN: WeakKeyDictionary[Project, _WorkTree] = WeakKeyDictionary()


def revision(project: Project, environment: Environment) -> str | None:
    """The commit's id; None outside of a git work tree.

    ``+dirty`` follows where the files of the environment, or the project file, differ from it.
    """
    if project not in _SEEN:
        _SEEN[project] = _look(project)
    tree = _SEEN[project]
    files = {PROJECT_FILE, *(layer.document.file.path for layer in environment.layers)}
    return f"{tree.commit}+dirty" if tree.commit is not None and files & tree.changed else tree.commit


def _look(project: Project) -> _WorkTree:
    root = project.root
    commit = _git(root, "rev-parse", "--verify", "--quiet", "HEAD")
    if commit is None:
        return _WorkTree(None, frozenset())
    places = (PROJECT_FILE, project.file.environments)
    listed = _git(root, "status", "--porcelain", "-z", "--untracked-files=all", "--no-renames", "--", *places) or ""
    prefix = _git(root, "rev-parse", "--show-prefix") or ""
    paths = (line[3:] for line in listed.split("\0") if line[3:])
    return _WorkTree(commit, frozenset(path.removeprefix(prefix) for path in paths))


def _git(root: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ("git", "-C", str(root), *arguments),
            env={name: value for name, value in os.environ.items() if name in _PASSED_ON} | _ONLY_LOOK,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace").strip("\n") if done.returncode == 0 else None
