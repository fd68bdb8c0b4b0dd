"""Trying again what a mail server puts off: greylisting is no fault of the settings."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from kmconfig.deploy.steps import StepFailed

if TYPE_CHECKING:
    from collections.abc import Callable

    from kmconfig.deploy.steps import Steps
    from kmconfig.mail.diagnosis import Diagnosis
    from kmconfig.mail.server import MailResult

_PAUSES_SECONDS = (10.0, 30.0, 80.0)


class Patience:
    """Asks a server again for ``seconds`` in each step. ``wait`` pauses for so many seconds."""

    def __init__(self, steps: Steps, *, seconds: float, wait: Callable[[float], None] = time.sleep) -> None:
        self._steps = steps
        self._seconds = seconds
        self._wait = wait

    def ask(self, step: str, attempt: Callable[[], MailResult]) -> tuple[MailResult, str]:
        """Make attempts until the answer is final; return it, and at which attempt if not the first.

        Raises StepFailed where it is no.
        """
        left, pauses, tried = self._seconds, list(_PAUSES_SECONDS), 1
        result = attempt()
        while (diagnosis := result.diagnosis) is not None and _put_off(diagnosis, pauses, left):
            pause = pauses.pop(0)
            self._steps.waiting(step, f"{diagnosis.symptom}; trying again in {pause:.0f} s")
            self._wait(pause)
            left -= pause
            tried += 1
            result = attempt()
        if diagnosis is not None:
            still = f"still put off after {tried} attempts: " if diagnosis.temporary and tried > 1 else ""
            raise StepFailed(f"{still}{diagnosis.cause}", diagnosis=as_document(diagnosis))
        return result, f"at attempt {tried}" if tried > 1 else ""


def _put_off(diagnosis: Diagnosis, pauses: list[float], left: float) -> bool:
    """Whether to try again: not what may have been delivered after all, since then it would arrive twice."""
    return diagnosis.temporary and not diagnosis.uncertain and bool(pauses) and pauses[0] <= left


def as_document(diagnosis: Diagnosis) -> dict[str, Any]:
    """A diagnosis as a receipt keeps it."""
    return {
        "stage": diagnosis.stage,
        "symptom": diagnosis.symptom,
        "cause": diagnosis.cause,
        "remedies": list(diagnosis.remedies),
    }
