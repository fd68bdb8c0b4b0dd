"""What the options that every command knows mean for the run. Knows nothing of how they are written."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kmconfig.report.style import Style

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.project import Project
    from kmconfig.secrets.interrupts import Terminations
    from kmconfig.secrets.masker import Masker
    from kmconfig.secrets.stores import Stores


class Globals:
    """The run's folder, colour and verbosity. ``verbosity`` is 0, more with -v, -1 with -q."""

    def __init__(self, masker: Masker) -> None:
        self.masker = masker
        self.folder = Path()
        self.color = "auto"
        self.verbosity = 0
        self._stores: Stores | None = None
        self._terminations: Terminations | None = None

    def stores(self, project: Project) -> Stores:
        """The secret stores of the run, which reads one project."""
        if self._stores is None:
            from kmconfig.secrets.interrupts import Terminations  # noqa: PLC0415 - few commands need secrets
            from kmconfig.secrets.stores import Stores  # noqa: PLC0415

            # Begun before there is a login, and over when there is none any more.
            self._terminations = Terminations()
            self._terminations.begin()
            self._stores = Stores(
                root=project.root,
                environ=os.environ,
                masker=self.masker,
                allowed_hosts=project.file.allowed_hosts,
            )
        return self._stores

    def close(self) -> None:
        """End what was begun for the whole run."""
        if self._terminations is not None:
            self._terminations.ending()
        try:
            if self._stores is not None:
                self._stores.close()
        finally:
            if self._terminations is not None:
                self._terminations.over()

    def style(self, stream: Any = None) -> Style:
        """Colours for a stream, stdout unless told."""
        return Style(enabled=self._colored(stream or sys.stdout))

    def _colored(self, stream: Any) -> bool:
        if self.color != "auto":
            return self.color == "always"
        if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
            return False
        return bool(stream.isatty())


_CURRENT: ContextVar[Globals] = ContextVar("kmconfig-options")


def current() -> Globals:
    """The options of the running command."""
    return _CURRENT.get()


@contextmanager
def running(options: Globals) -> Iterator[Globals]:
    """Make these the options of the command that runs in the block."""
    token = _CURRENT.set(options)
    try:
        yield options
    finally:
        options.close()
        _CURRENT.reset(token)
