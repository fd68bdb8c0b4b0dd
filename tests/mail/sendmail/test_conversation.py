"""A sendmail program that speaks SMTP (`-bs`): well, badly, or never."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.mail.sending import RECIPIENT, SENDER, failed_stage, verdicts
from tests.mail.sendmail.running import SMTP, TEST_ID, message_by, probe, send, transport

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_a_message(program: Callable[..., str], tmp_path: Path) -> None:
    log = tmp_path / "log"
    result = send(program(SMTP), environ={"LOG": str(log)})
    stages = ["connect", "greeting", "sender", "recipient", "data", "accepted"]
    assert verdicts(result) == [(stage, True) for stage in stages]
    assert (result.ok, result.reply) == (True, "250 2.0.0 queued as 4Zq1")
    assert [(outcome.address, outcome.ok) for outcome in result.recipients] == [(RECIPIENT, True)]
    heard = log.read_text(encoding="utf-8")
    assert f"MAIL FROM:<{SENDER}>\n" in heard
    assert f"RCPT TO:<{RECIPIENT}>\n" in heard
    assert f"X-KMConfig-Test-ID: {TEST_ID}\n" in heard


def test_a_probe_ends_after_the_recipients(program: Callable[..., str], tmp_path: Path) -> None:
    log = tmp_path / "log"
    result = probe(program(SMTP), environ={"LOG": str(log)})
    assert verdicts(result) == [(stage, True) for stage in ("connect", "greeting", "sender", "recipient")]
    verbs = [line.split(" ")[0] for line in log.read_text(encoding="utf-8").splitlines()]
    assert verbs == ["ehlo", "MAIL", "RCPT", "RSET", "QUIT"]


@pytest.mark.parametrize(
    ("verb", "answer", "stage", "cause"),
    [
        ("MAIL*", "553 5.1.8 no such domain", "sender", "From address"),
        ("RCPT*", "550 5.1.1 nobody", "recipient", "recipient"),
        ("DATA", "554 5.7.1 no", "data", ""),
    ],
)
def test_refusals_are_those_of_smtp(
    program: Callable[..., str], verb: str, answer: str, stage: str, cause: str
) -> None:
    result = send(program(SMTP.replace("    ehlo*", f"    {verb}) say '{answer}' ;;\n    ehlo*")))
    assert failed_stage(result) == stage
    assert result.diagnosis is not None
    assert result.diagnosis.symptom == f"{stage}: {answer}"
    assert cause in result.diagnosis.cause


@pytest.mark.parametrize(
    ("lines", "words", "cause"),
    [
        (("echo 'sendmail: unrecognized option: b' >&2", "exit 1"), "ended with 1: sendmail: unrec", "know `-bs`"),
        (("exit 69",), "ended with 69 (EX_UNAVAILABLE)", "cannot work"),
        (("exit 0",), "ended with 0", "it is no mail program"),
        (("kill -SEGV $$",), "ended by signal 11", "crashed, or something ended it"),
        (("echo Usage: sendmail",), "greeting: Usage: sendmail", "is not SMTP"),
        (("exec nonexistent-mta",), "ended with 127", "a script that calls a program"),
    ],
)
def test_an_early_end_is_diagnosed(program: Callable[..., str], lines: tuple[str, ...], words: str, cause: str) -> None:
    result = probe(program(*lines))
    assert failed_stage(result) == "greeting"
    assert result.diagnosis is not None
    assert words in result.diagnosis.symptom
    assert cause in result.diagnosis.cause


def test_endless_output_is_bounded(program: Callable[..., str]) -> None:
    for lines in (("yes",), ("yes >&2 &", "sleep 30"), ("yes | tr -d '\\n'",)):
        begun = time.monotonic()
        result = probe(program(*lines), timeout=0.3)
        assert failed_stage(result) == "greeting"
        assert time.monotonic() - begun < 5
        assert all(len(stage.detail) <= 2000 for stage in result.stages)


def test_a_program_that_says_nothing(program: Callable[..., str]) -> None:
    result = probe(program("exec sleep 30"), timeout=0.2)
    assert failed_stage(result) == "greeting"
    assert result.diagnosis is not None
    assert "no complete answer within 0.2 s" in result.diagnosis.symptom
    assert "`email.sendmail.arguments: [-t, -i]`" in result.diagnosis.remedies[0]
    assert result.diagnosis.temporary


def test_the_whole_run_has_a_limit_too(program: Callable[..., str]) -> None:
    slow = SMTP.replace("    ehlo*", "    MAIL*) exec sleep 30 ;;\n    ehlo*")
    result = probe(program(slow), timeout=20.0, total=0.4)
    assert failed_stage(result) == "sender"
    assert result.diagnosis is not None
    assert "did not end within 0.4 s" in result.diagnosis.symptom


def test_hostile_words_stay_on_one_line(program: Callable[..., str]) -> None:
    result = probe(program("printf '220 \\033[2J\\342\\200\\256hi\\r\\n'", "printf 'x\\000y\\033c' >&2", "exit 70"))
    for text in (result.reply, *(stage.detail for stage in result.stages)):
        assert text.isprintable()


@pytest.mark.parametrize("sender", ["a@acme.test>\r\nRCPT TO:<b@acme.test", "a b@acme.test", "no address"])
def test_no_address_can_add_a_command(program: Callable[..., str], tmp_path: Path, sender: str) -> None:
    log = tmp_path / "log"
    chosen = transport(program(SMTP), environ={"LOG": str(log)})
    result = chosen.probe(sender, [RECIPIENT])
    assert failed_stage(result) == "sender"
    assert "RCPT" not in log.read_text(encoding="utf-8")


def test_a_name_cannot_add_a_header(program: Callable[..., str], tmp_path: Path) -> None:
    log = tmp_path / "log"
    chosen = transport(program(SMTP), environ={"LOG": str(log)})
    message = message_by(chosen, name="Acme\r\nBcc: b@acme.test\r\n\r\n.\r\nRSET")
    assert chosen.send(message, SENDER, [RECIPIENT]).ok
    lines = log.read_text(encoding="utf-8").splitlines()
    assert not [line for line in lines if line.lower().startswith(("bcc", "rset"))]


def test_where_and_facts() -> None:
    chosen = transport("/usr/sbin/sendmail", "-bs", "-i")
    assert chosen.where() == "/usr/sbin/sendmail -bs -i, SMTP over pipes"
    assert chosen.facts() == (("Sendmail Path", "/usr/sbin/sendmail"), ("Arguments", "-bs -i"))
