"""The stages of a test send, in the order in which they are reported."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

from kmconfig.mail.failure import StageFailed, bounded

if TYPE_CHECKING:
    from collections.abc import Iterator

STAGES: Final = (
    "resolve",
    "connect",
    "tls",
    "greeting",
    "auth",
    "sender",
    "recipient",
    "data",
    "accepted",
    "delivered",
)


LONGEST_DETAIL: Final = 2000
"""Characters of a stage's detail that are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One finished stage: its name (one of :data:`STAGES`), the verdict, milliseconds, and what was seen.

    ``detail`` is one line of at most :data:`LONGEST_DETAIL` characters and may hold a server's words, which have
    to be escaped where they are shown.
    """

    stage: str
    ok: bool
    ms: float
    detail: str


class Progress(Protocol):
    """Told about stages as they happen."""

    def started(self, stage: str) -> None:
        """Take note that ``stage`` begins."""

    def finished(self, stage: Stage) -> None:
        """Take note of a finished stage, whether it went well or not."""


@runtime_checkable
class Listener(Protocol):
    """A :class:`Progress` that wants to hear the conversation too."""

    def said(self, mark: str, line: str) -> None:
        """Take note of one line: ``->`` from us, ``<-`` from the server, ``~>`` and ``<~`` the same inside TLS.

        ``===`` marks what happens to the connection. Logins are masked already; a server's words have to be escaped
        where they are shown.
        """


class Silence:
    """The progress of somebody who only wants the result."""

    def started(self, stage: str) -> None:
        """Ignore it."""

    def finished(self, stage: Stage) -> None:
        """Ignore it."""


@dataclass(slots=True)
class Note:
    """What a running stage has seen so far; becomes the stage's detail."""

    detail: str = ""


class Recorder:
    """Measures stages, keeps them, and passes them on to a :class:`Progress`."""

    def __init__(self, progress: Progress | None = None) -> None:
        self._progress: Progress = progress if progress is not None else Silence()
        self._stages: list[Stage] = []
        # Asking for a protocol is slow, and there mostly is nobody.
        self.listener = progress if progress is not None and isinstance(progress, Listener) else None

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages finished so far."""
        return tuple(self._stages)

    @contextmanager
    def stage(self, name: str) -> Iterator[Note]:
        """Run one stage; a :class:`StageFailed` inside marks it failed and goes on upwards.

        The failure may name another stage than the running one: the first greeting of a STARTTLS
        conversation is read during ``tls``, but what goes wrong with it is a matter of ``greeting``.
        """
        note = Note()
        self._progress.started(name)
        begun = time.perf_counter()
        try:
            yield note
        except StageFailed as failed:
            failed.stage = failed.stage or name
            self._finish(failed.stage, begun, failed.words, ok=False)
            raise
        self._finish(name, begun, note.detail, ok=True)

    def _finish(self, name: str, begun: float, detail: str, *, ok: bool) -> None:
        ms = round((time.perf_counter() - begun) * 1000, 1)
        stage = Stage(stage=name, ok=ok, ms=ms, detail=bounded(detail, LONGEST_DETAIL))
        self._stages.append(stage)
        self._progress.finished(stage)
