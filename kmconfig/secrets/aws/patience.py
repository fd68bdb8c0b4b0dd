"""How long AWS is waited for: seconds for one attempt, and seconds that a run may lose in all."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable


class Patience(NamedTuple):
    """Seconds until a connection stands, until an answer comes, and lost in all; attempts for one question."""

    connect: float = 3.0
    read: float = 10.0
    total: float = 30.0
    attempts: int = 3


class OutOfPatienceError(Exception):
    """Another attempt could end after the time that may be lost."""


class Budget:
    """The time lost to AWS: in questions without an answer, and in attempts before the one that had it.

    A long run of good answers costs nothing.
    """

    def __init__(self, patience: Patience, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._patience = patience
        self._clock = clock
        self._lost = 0.0
        self._asked = clock()
        self._attempts: tuple[float, ...] = ()

    def begin(self) -> None:
        """Forget the time that was lost."""
        self._lost = 0.0

    def question(self) -> None:
        """A question begins."""
        self._asked = self._clock()
        self._attempts = ()

    def attempt(self, **_event: Any) -> None:
        """An attempt begins; a botocore event handler. Raises OutOfPatienceError when there is no time for it."""
        self._attempts = (*self._attempts, self._clock())
        if self._lost + self._before_the_last() + self._patience.read > self._patience.total:
            raise OutOfPatienceError

    def answered(self) -> None:
        """The question ended with an answer, good or bad."""
        self._lost += self._before_the_last()

    def unanswered(self) -> None:
        """The question ended without an answer."""
        self._lost += self._clock() - self._asked

    def _before_the_last(self) -> float:
        return self._attempts[-1] - self._attempts[0] if self._attempts else 0.0
