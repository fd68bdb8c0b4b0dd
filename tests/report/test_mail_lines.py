"""What servers say, as it stands in the log of a CI job: never a command to the runner."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest

from kmconfig.mail.ports import PortAnswer, PortSurvey
from kmconfig.mail.server import MailResult, RecipientOutcome
from kmconfig.mail.stages import Stage
from kmconfig.report.escape import for_json
from kmconfig.report.mail import TranscriptLines, diagnosis_lines, outcome_lines
from kmconfig.report.mail_ports import port_lines
from kmconfig.report.mail_table import summary_lines
from kmconfig.report.style import Style

if TYPE_CHECKING:
    from collections.abc import Iterable

PLAIN = Style(enabled=False)
COMMANDS = ("##[add-mask]x", "##vso[task.setvariable variable=x]y", "::error::x", "\n::error::x")


def harmless(lines: Iterable[str]) -> bool:
    shown = list(lines)
    return bool(shown) and not any(
        "##[" in line or "##vso[" in line or line.lstrip().startswith("::") or "\n" in line for line in shown
    )


@pytest.mark.parametrize("words", COMMANDS)
def test_stages_and_conversation(words: str) -> None:
    stream = io.StringIO()
    progress = TranscriptLines(stream, style=PLAIN, indent="")
    progress.said("<-", words)
    progress.finished(Stage(stage="auth", ok=False, ms=1.0, detail=words))

    assert harmless(stream.getvalue().splitlines())


@pytest.mark.parametrize("words", COMMANDS)
def test_what_became_of_it(words: str) -> None:
    outcomes = tuple(RecipientOutcome(address, 550, words) for address in ("a@acme.test", "b@acme.test"))
    result = MailResult(ok=False, stages=(), reply=words, recipients=outcomes, diagnosis=None, notes=(words,))
    diagnosis = {"stage": "auth", "symptom": words, "cause": "refused", "remedies": ["ask"]}
    answer = PortAnswer(
        port=25, encryption="tls", kind="reply", stage="greeting", detail=words, ms=1.0, configured=True
    )
    found = PortSurvey(host="localhost", answers=(answer,), diagnosis=None, advice="")
    failed = {"environment": "a", "ok": False, "stages": [], "diagnosis": diagnosis, "recipients": [], "test_id": None}

    assert harmless(outcome_lines(result, asked=("a@acme.test", "b@acme.test"), style=PLAIN))
    assert harmless(diagnosis_lines(diagnosis, style=PLAIN))
    assert harmless(port_lines(found, style=PLAIN))
    assert harmless(summary_lines([failed, failed], style=PLAIN))


@pytest.mark.parametrize("words", COMMANDS)
def test_the_document_holds_the_words_and_no_command(words: str) -> None:
    document = for_json(json.dumps({"text": words}))

    assert harmless(document.splitlines())
    assert json.loads(document) == {"text": words}
