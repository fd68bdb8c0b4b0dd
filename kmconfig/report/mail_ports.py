"""The ports of a mail server: a table for people, and the result for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmconfig.report.escape import for_terminal, for_workflow_log
from kmconfig.report.mail import diagnosis_object

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.mail.ports import PortSurvey
    from kmconfig.report.style import Style


def port_lines(survey: PortSurvey, *, style: Style) -> Iterator[str]:
    """One line for each port: the verdict, the encryption tried, the time, and what was seen."""
    for answer in survey.answers:
        mark = style("good", "✓") if answer.ok else style("bad", "✗")
        configured = style("bold", " (configured)") if answer.configured else ""
        yield for_workflow_log(
            f"  {mark} {str(answer.port).rjust(5)} {answer.encryption.ljust(4)}{answer.ms:>8.0f} ms  "
            f"{for_terminal(answer.detail)}{configured}"
        )


def ports_object(environment: str, survey: PortSurvey) -> dict[str, Any]:
    """One result of `kmconfig test --probe --format json` (schema/test.v1.schema.json)."""
    return {
        "environment": environment,
        "driver": "smtp",
        "ok": survey.ok,
        "test_id": None,
        "message_id": None,
        "recipients": [],
        "outcomes": [],
        "stages": [],
        "diagnosis": diagnosis_object(survey.diagnosis),
        "confirmation": None,
        "notes": [],
        "ports": [
            {
                "port": answer.port,
                "encryption": answer.encryption,
                "ok": answer.ok,
                "configured": answer.configured,
                "ms": answer.ms,
                "detail": answer.detail,
            }
            for answer in survey.answers
        ],
        "advice": survey.advice,
    }
