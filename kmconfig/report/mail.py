"""A live test for people: the stages as they happen, and the diagnosis; and for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TextIO

from kmconfig.report.escape import for_terminal
from kmconfig.report.stream import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kmconfig.mail.diagnosis import Diagnosis
    from kmconfig.mail.server import SmtpResult
    from kmconfig.mail.stages import Stage
    from kmconfig.report.style import Style

_WIDTH = 10


class StageLines:
    """Prints each stage when it ends; on a terminal also what is going on meanwhile."""

    def __init__(self, stream: TextIO, *, style: Style, indent: str = "  ") -> None:
        self._stream = stream
        self._style = style
        self._indent = indent
        self._live = style.enabled and stream.isatty()

    def started(self, stage: str) -> None:
        """Show what is being waited for."""
        if self._live:
            say(self._stream, f"{self._indent}{self._style('faint', f'… {stage}')}\r")

    def finished(self, stage: Stage) -> None:
        """Print a finished stage."""
        clear = "\x1b[2K" if self._live else ""
        mark = self._style("good", "✓") if stage.ok else self._style("bad", "✗")
        time = f"{stage.ms:.0f} ms".rjust(8)
        line = f"{self._indent}{mark} {stage.stage.ljust(_WIDTH)}{time}  {for_terminal(stage.detail)}"
        say(self._stream, f"{clear}{line.rstrip()}\n")


def diagnosis_lines(diagnosis: Mapping[str, Any], *, style: Style, indent: str = "  ") -> Iterator[str]:
    """What failed, why, and what to do."""
    yield f"{indent}{style('bad', 'symptom')}: {for_terminal(diagnosis['symptom'])}"
    yield f"{indent}{style('bold', 'cause')}:   {for_terminal(diagnosis['cause'])}"
    for remedy in diagnosis["remedies"]:
        yield f"{indent}{style('help', 'help')}:    {for_terminal(remedy)}"


def diagnosis_object(diagnosis: Diagnosis | None) -> dict[str, Any] | None:
    """A diagnosis for machines."""
    if diagnosis is None:
        return None
    return {
        "stage": diagnosis.stage,
        "symptom": diagnosis.symptom,
        "cause": diagnosis.cause,
        "remedies": list(diagnosis.remedies),
    }


def test_object(
    *,
    environment: str,
    driver: str,
    recipients: Sequence[str],
    result: SmtpResult,
    test_id: str | None,
    message_id: str | None,
) -> dict[str, Any]:
    """One result of `kmconfig test --format json` (schema/test.v1.schema.json)."""
    return {
        "environment": environment,
        "driver": driver,
        "ok": result.ok,
        "test_id": test_id,
        "message_id": message_id,
        "recipients": list(recipients),
        "stages": [
            {"stage": stage.stage, "ok": stage.ok, "ms": round(stage.ms, 1), "detail": stage.detail}
            for stage in result.stages
        ],
        "diagnosis": diagnosis_object(result.diagnosis),
        "confirmation": None,
    }
