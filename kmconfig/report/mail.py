"""A live test for people: the stages as they happen, and the diagnosis; and for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TextIO

from kmconfig.report.escape import for_terminal, for_workflow_log
from kmconfig.report.stream import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kmconfig.errors import KmconfigError
    from kmconfig.mail.diagnosis import Diagnosis
    from kmconfig.mail.server import MailResult
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
        say(self._stream, f"{clear}{for_workflow_log(line.rstrip())}\n")


class TranscriptLines(StageLines):
    """Prints each line of the conversation too: `->` from us, `<-` from the server, `~>` and `<~` inside TLS."""

    def said(self, mark: str, line: str) -> None:
        """Print one line."""
        clear = "\x1b[2K" if self._live else ""
        text = f"{mark.rjust(3) if mark.endswith('>') else mark.ljust(3)} {for_terminal(line)}"
        say(self._stream, f"{clear}{self._indent}  {self._style('faint', for_workflow_log(text.rstrip()))}\n")


def outcome_lines(result: MailResult, *, asked: Sequence[str], style: Style, indent: str = "  ") -> Iterator[str]:
    """What became of each recipient where there are several, and remarks that are no failure."""
    if len(asked) > 1:
        width = max(len(for_terminal(address)) for address in asked)
        for outcome in result.recipients:
            mark = style("good", "✓") if outcome.ok else style("bad", "✗")
            address = for_terminal(outcome.address).ljust(width)
            yield for_workflow_log(f"{indent}  {mark} {address}  {outcome.code} {for_terminal(outcome.text)}".rstrip())
        refused = sum(not outcome.ok for outcome in result.recipients)
        if refused:
            yield f"{indent}  {refused} of {len(asked)} refused, so nobody was sent the message"
    for note in result.notes:
        yield for_workflow_log(f"{indent}{style('note', 'note')}:    {for_terminal(note)}")


def diagnosis_lines(diagnosis: Mapping[str, Any], *, style: Style, indent: str = "  ") -> Iterator[str]:
    """What failed, why, and what to do."""
    yield for_workflow_log(f"{indent}{style('bad', 'symptom')}: {for_terminal(diagnosis['symptom'])}")
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
    result: MailResult,
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
        "outcomes": [
            {"address": outcome.address, "ok": outcome.ok, "code": outcome.code, "text": outcome.text}
            for outcome in result.recipients
        ],
        "stages": [
            {"stage": stage.stage, "ok": stage.ok, "ms": round(stage.ms, 1), "detail": stage.detail}
            for stage in result.stages
        ],
        "diagnosis": diagnosis_object(result.diagnosis),
        "confirmation": None,
        "notes": _notes(result),
    }


def refused_object(environment: str, driver: str, error: KmconfigError) -> dict[str, Any]:
    """The result of a test that was not tried."""
    remedies = [error.help] if error.help else []
    return {
        "environment": environment,
        "driver": driver,
        "ok": False,
        "test_id": None,
        "message_id": None,
        "recipients": [],
        "outcomes": [],
        "stages": [],
        "diagnosis": {"stage": "before", "symptom": error.message, "cause": error.message, "remedies": remedies},
        "confirmation": None,
        "notes": [],
    }


def _notes(result: MailResult) -> list[str]:
    """Remarks; that only a fallback port answered is one, too."""
    if result.main_port is None:
        return list(result.notes)
    return [f"only port {result.port_used} answered; {result.main_port.symptom}", *result.notes]
