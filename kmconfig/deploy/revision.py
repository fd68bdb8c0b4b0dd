"""The git commit that the files of a run come from."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from kmconfig.environment.project import PROJECT_FILE

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.project import Project


#: All that git needs to read a work tree; variables with secrets are none of its business.
_PASSED_ON = frozenset(("PATH", "HOME", "XDG_CONFIG_HOME", "GIT_DIR", "GIT_WORK_TREE", "GIT_CEILING_DIRECTORIES"))


def revision(project: Project, environment: Environment) -> str | None:
    """The commit's id; None outside of a git work tree.

    ``+dirty`` follows where the files of the environment, or the project file, differ from it.
    """
    root = project.root
    commit = _git(root, "rev-parse", "--verify", "--quiet", "HEAD")
    if commit is None:
        return None
    files = [layer.document.file.path for layer in environment.layers]
    dirty = _git(root, "status", "--porcelain", "--", PROJECT_FILE, *files)
    return f"{commit}+dirty" if dirty else commit


def _git(root: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ("git", "-C", str(root), *arguments),
            env={name: value for name, value in os.environ.items() if name in _PASSED_ON},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else None
