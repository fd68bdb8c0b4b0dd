"""Asking git for revisions and their files by plumbing alone.

Nothing of a repository is executed on the way, neither hooks nor filters nor what its configuration names, nothing is
fetched, and no work tree or index is touched.
"""

from __future__ import annotations

import os
import subprocess
from shlex import quote
from typing import TYPE_CHECKING, NamedTuple

from kmconfig.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

#: All that git needs; variables with secrets are none of its business.
_PASSED_ON = frozenset(
    (
        *("PATH", "HOME", "XDG_CONFIG_HOME", "GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_CEILING_DIRECTORIES"),
        *("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM"),
    )
)
#: No protocol is allowed, so that a clone without all objects fetches none.
_SET = {"LC_ALL": "C", "GIT_ALLOW_PROTOCOL": "none", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}
_OPTIONS = (
    *("--no-replace-objects", "--no-pager", "--literal-pathspecs"),
    *("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"),
)
_PATIENCE = 60.0


class Failed(Exception):  # noqa: N818 - a result, for whoever knows what was asked
    """Git ended with a fault; ``said`` is the first line of its reason."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


class Entry(NamedTuple):
    """A file of a tree: its path relative to the top of the repository, its mode, object and size in bytes."""

    path: str
    mode: str
    object: str
    size: int

    @property
    def is_link(self) -> bool:
        """Whether it is a symbolic link; its content is where it leads."""
        return self.mode == "120000"

    @property
    def is_submodule(self) -> bool:
        """Whether another repository is mounted there."""
        return self.mode == "160000"


class Repository:
    """The git repository around a folder. ``prefix`` leads from its top to the folder: empty, or ends with ``/``."""

    def __init__(self, folder: Path) -> None:
        """Find the repository.

        Raises:
            ConfigurationError: there is none, git refuses it, or git is not installed.
        """
        self._folder = folder
        self._environ = {name: value for name, value in os.environ.items() if name in _PASSED_ON} | _SET
        try:
            told = self.ask("rev-parse", "--is-shallow-repository", "--show-prefix")
        except Failed as failed:
            reason = failed.said
        else:
            shallow, _, prefix = told.partition("\n")
            self.is_shallow = shallow == "true"
            self.prefix = prefix.removesuffix("\n")
            return
        raise _no_repository(folder, reason)

    def ask(self, *arguments: str) -> str:
        """What a command prints, as text of any encoding. Raises Failed."""
        return os.fsdecode(self._run(arguments))

    def find(self, *arguments: str) -> str | None:
        """What a command prints on one line, None where it finds nothing."""
        try:
            return self.ask(*arguments).removesuffix("\n") or None
        except Failed:
            return None

    def commit(self, name: str) -> str | None:
        """The id of the commit that a revision names, None where there is none."""
        return self.find("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")

    def merge_base(self, one: str, other: str) -> str | None:
        """The best common ancestor of two commits, None where none is known here."""
        found = self.find("merge-base", one, other)
        return found.partition("\n")[0] if found is not None else None

    def tree_of(self, commit: str, path: str) -> str | None:
        """The object at a path of a commit, None where there is none."""
        return self.find("rev-parse", "--verify", "--quiet", "--end-of-options", f"{commit}:{path}")

    def entries(self, commit: str, paths: Iterable[str]) -> list[Entry]:
        """The files at and below paths of a commit, relative to the top. Raises Failed."""
        listed = self._run(("ls-tree", "-r", "-l", "-z", "--full-tree", commit, "--", *paths))
        return [_entry(os.fsdecode(line)) for line in listed.split(b"\0") if line]

    def submodule_of(self, commit: str, path: str) -> Entry | None:
        """The submodule of a commit that is at a path or above it, None where there is none. Raises Failed."""
        names = path.split("/")
        upwards = ["/".join(names[: index + 1]) for index in range(len(names))]
        listed = self._run(("ls-tree", "-l", "-z", "--full-tree", commit, "--", *upwards))
        entries = (_entry(os.fsdecode(line)) for line in listed.split(b"\0") if line)
        return next((entry for entry in entries if entry.is_submodule and entry.path in upwards), None)

    def contents(self, objects: Iterable[str]) -> Mapping[str, bytes]:
        """The contents of blobs, by their ids. Raises Failed where one is not here."""
        wanted = list(dict.fromkeys(objects))
        if not wanted:
            return {}
        told = self._run(("cat-file", "--batch"), given="".join(f"{name}\n" for name in wanted).encode())
        found: dict[str, bytes] = {}
        at = 0
        for name in wanted:
            end = told.index(b"\n", at)
            words = told[at:end].split(b" ")
            if len(words) != 3 or words[1] != b"blob":
                raise Failed(f"object {name} is not here")
            size = int(words[2])
            found[name] = told[end + 1 : end + 1 + size]
            at = end + size + 2
        return found

    def _run(self, arguments: tuple[str, ...], *, given: bytes | None = None) -> bytes:
        command = ("git", "-C", str(self._folder), *_OPTIONS, *arguments)
        reason = ""
        try:
            done = subprocess.run(
                command,
                env=self._environ,
                input=given if given is not None else b"",
                capture_output=True,
                timeout=_PATIENCE,
                check=False,
            )
        except FileNotFoundError:
            reason = "git is not installed"
        except OSError as error:
            reason = f"git cannot be run: {error.strerror}"
        except subprocess.TimeoutExpired:
            reason = f"git did not answer within {_PATIENCE:.0f} seconds"
        if reason:
            raise ConfigurationError(f"cannot read revisions: {reason}", help="install git, or name it in PATH")
        if done.returncode != 0:
            raise Failed(done.stderr.decode("utf-8", "replace").strip().partition("\n")[0])
        return done.stdout


def _entry(line: str) -> Entry:
    """Read ``mode type object size<TAB>path`` of ls-tree; a submodule has no size."""
    described, _, path = line.partition("\t")
    mode, _, name, size = described.split()
    return Entry(path=path, mode=mode, object=name, size=int(size) if size.isdecimal() else 0)


def _no_repository(folder: Path, reason: str) -> ConfigurationError:
    if "dubious ownership" in reason:
        return ConfigurationError(
            f"git does not trust {folder}: it belongs to another user",
            help=f"if you do: git config --global --add safe.directory {quote(str(folder))}",
        )
    return ConfigurationError(
        f"there is no git repository around {folder}",
        help="`kmconfig diff --environments A B` compares two environments without one",
    )
