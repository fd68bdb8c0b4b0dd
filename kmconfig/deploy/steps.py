"""The steps of a run: timed, recorded in the receipt, told to whoever watches."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from kmconfig.deploy.receipt import Step
from kmconfig.errors import CouldNotCheck, KmconfigError
from kmconfig.mail.stages import Silence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kmconfig.deploy.receipt import Receipt
    from kmconfig.mail.stages import Progress as MailProgress


class StepFailed(Exception):  # noqa: N818 - handled in this room, never shown as it is
    """A step did not do what it should; the reason is without secrets."""

    def __init__(self, reason: str, *, diagnosis: dict[str, Any] | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.diagnosis = diagnosis


class Progress(Protocol):
    """Told about the steps of an apply as they happen."""

    mail: MailProgress

    def started(self, step: str) -> None:
        """A step begins."""
        ...

    def waiting(self, step: str, reason: str) -> None:
        """A step waits for somebody else."""
        ...

    def finished(self, step: Step) -> None:
        """A step has ended."""
        ...


class Silent:
    """The progress of somebody who only wants the receipt."""

    def __init__(self) -> None:
        self.mail: MailProgress = Silence()

    def started(self, step: str) -> None:
        """Ignore it."""

    def waiting(self, step: str, reason: str) -> None:
        """Ignore it."""

    def finished(self, step: Step) -> None:
        """Ignore it."""


class _Unfailing:
    """Passes on to a progress for as long as that works: a terminal that has gone decides nothing about a target."""

    def __init__(self, progress: Any) -> None:
        self._progress = progress

    def started(self, name: str) -> None:
        """Pass it on."""
        self._tell("started", name)

    def waiting(self, name: str, reason: str) -> None:
        """Pass it on."""
        self._tell("waiting", name, reason)

    def finished(self, what: Any) -> None:
        """Pass it on."""
        self._tell("finished", what)

    def _tell(self, method: str, *what: Any) -> None:
        if self._progress is None:
            return
        try:
            getattr(self._progress, method)(*what)
        except (OSError, ValueError):  # the latter where a stream has been closed
            self._progress = None


class Steps:
    """Records steps in a receipt."""

    def __init__(self, receipt: Receipt, progress: Progress) -> None:
        self.mail: MailProgress = _Unfailing(progress.mail)
        self._receipt = receipt
        self._progress = _Unfailing(progress)

    @contextmanager
    def step(self, name: str) -> Iterator[Callable[[str], None]]:
        """Time a step and record how it ended; what it is given to say becomes its detail."""
        self._progress.started(name)
        began = time.perf_counter()
        said: list[str] = []
        try:
            yield said.append
        except BaseException as error:
            if isinstance(error, StepFailed) and error.diagnosis is not None:
                self._receipt.diagnosis = error.diagnosis
            self._end(Step(name, "failed", _ms(began), told(error)))
            raise
        self._end(Step(name, "restored" if name == "restore" else "ok", _ms(began), "; ".join(said)))

    def waiting(self, name: str, reason: str) -> None:
        """Say that a step waits, and why."""
        self._progress.waiting(name, reason)

    def skipped(self, name: str, reason: str) -> None:
        """Record a step that was left out."""
        self._end(Step(name, "skipped", 0.0, reason))

    def _end(self, step: Step) -> None:
        self._receipt.steps.append(step)
        self._progress.finished(step)


@contextmanager
def nothing_changed() -> Iterator[None]:
    """Say of a fault of the system that it came before the write."""
    failed: OSError | None = None
    try:
        yield
    except OSError as error:
        failed = error
    if failed is not None:
        raise CouldNotCheck(f"nothing was changed: {told(failed)}")


def told(error: BaseException) -> str:
    """What an error says, where its text is ours; of others only the kind, since their text may hold anything."""
    if isinstance(error, (StepFailed, KmconfigError)):
        return str(error)
    if isinstance(error, OSError):
        reason = error.strerror or type(error).__name__
        return f"{reason} ({error.filename})" if error.filename else reason
    return "interrupted" if isinstance(error, KeyboardInterrupt) else type(error).__name__


def _ms(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 1)
