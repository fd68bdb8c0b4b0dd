"""Makes the system refuse the n-th thing that a run does to a file or a program."""

from __future__ import annotations

import errno
import os
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_EVENTS = frozenset(
    ("open", "os.rename", "os.remove", "os.mkdir", "os.chmod", "os.fsync", "fcntl.flock", "subprocess.Popen")
)


class _Faults:
    """An audit hook, which cannot be removed, and so is there once for all tests."""

    def __init__(self) -> None:
        self.left = 0
        self.folder = ""
        self._hooked = False

    def hook(self) -> None:
        if not self._hooked:
            self._hooked = True
            sys.addaudithook(self.watch)

    def watch(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.left or event not in _EVENTS or threading.current_thread() is not threading.main_thread():
            return
        if event == "open" and not (self._ours(arguments[0]) and arguments[2] & (os.O_WRONLY | os.O_RDWR)):
            return
        self.left -= 1
        if not self.left:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    def _ours(self, path: Any) -> bool:
        return str(path).startswith(self.folder)


_faults = _Faults()


@contextmanager
def fault(at: int, folder: Path) -> Iterator[list[bool]]:
    """Refuse the ``at``-th thing; the list that is given says at the end whether it came to that."""
    fsync = os.fsync

    def watched(handle: Any) -> None:
        _faults.watch("os.fsync", ())
        fsync(handle)

    happened: list[bool] = []
    _faults.hook()
    os.fsync = watched  # type: ignore[assignment]
    _faults.left, _faults.folder = at, str(folder)
    try:
        yield happened
    finally:
        happened.append(_faults.left == 0)
        _faults.left = 0
        os.fsync = fsync
