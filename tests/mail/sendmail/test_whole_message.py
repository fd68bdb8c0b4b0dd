"""A sendmail program that takes a whole message (`-t`), and what its end says."""

from __future__ import annotations

import email
import email.policy
import time
from typing import TYPE_CHECKING

import pytest

from kmconfig.mail.sendmail import QUEUED, UNTRIED
from tests.mail.sending import RECIPIENT, SENDER, failed_stage, verdicts
from tests.mail.sendmail.running import message_by, probe, send, transport

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = ("-t", "-i")


def test_a_message(program: Callable[..., str], tmp_path: Path) -> None:
    path = program('printf "%s\\n" "$@" >"$OUT/arguments"', 'cat >"$OUT/message"')
    result = send(path, *T, environ={"OUT": str(tmp_path)})
    assert verdicts(result) == [("connect", True), ("data", True), ("accepted", True)]
    assert (result.ok, result.reply, result.notes) == (True, QUEUED, (QUEUED,))
    assert QUEUED in result.stages[-1].detail
    assert (tmp_path / "arguments").read_text(encoding="utf-8").split() == ["-t", "-i", f"-f{SENDER}"]
    raw = (tmp_path / "message").read_bytes()
    assert b"\r" not in raw
    assert email.message_from_bytes(raw, policy=email.policy.default)["To"] == RECIPIENT


@pytest.mark.parametrize(
    ("recipient", "header"),
    [
        ("ü@münchen.example", "To: ü@xn--mnchen-3ya.example"),
        ('"odd local"@acme.test', 'To: "odd local"@acme.test'),
    ],
)
def test_unusual_addresses(program: Callable[..., str], tmp_path: Path, recipient: str, header: str) -> None:
    chosen = transport(program('cat >"$OUT/message"'), *T, environ={"OUT": str(tmp_path)})
    assert chosen.send(message_by(chosen, recipient=recipient), SENDER, [recipient]).ok
    assert header in (tmp_path / "message").read_text(encoding="utf-8").splitlines()


def test_a_probe_starts_nothing(program: Callable[..., str], tmp_path: Path) -> None:
    result = probe(program(f"touch {tmp_path}/started"), *T)
    assert (result.ok, result.notes) == (True, (UNTRIED,))
    assert verdicts(result) == [("connect", True)]
    assert not (tmp_path / "started").exists()


def test_a_configured_sender_stays(program: Callable[..., str], tmp_path: Path) -> None:
    path = program('printf "%s\\n" "$@" >"$OUT/arguments"', "cat >/dev/null")
    assert send(path, *T, "-fbounces@acme.test", environ={"OUT": str(tmp_path)}).ok
    assert (tmp_path / "arguments").read_text(encoding="utf-8").split() == ["-t", "-i", "-fbounces@acme.test"]


def test_a_lone_dot_does_not_end_the_message(program: Callable[..., str], tmp_path: Path) -> None:
    chosen = transport(program('cat >"$OUT/message"'), "-t", environ={"OUT": str(tmp_path)})
    message = message_by(chosen)
    message.set_content("before\n.\nafter\n", cte="quoted-printable")
    assert chosen.send(message, SENDER, [RECIPIENT]).ok
    raw = (tmp_path / "message").read_bytes()
    assert b"\n.\n" not in raw
    received = email.message_from_bytes(raw, policy=email.policy.default)
    assert received.get_content() == "before\n.\nafter\n"


@pytest.mark.parametrize(
    ("status", "stage", "cause", "temporary"),
    [
        (67, "recipient", "knows no such recipient", False),
        (69, "accepted", "cannot work", False),
        (75, "accepted", "could not hand the message on now", True),
        (77, "accepted", "may not send", False),
        (3, "accepted", "without having accepted the message", False),
    ],
)
def test_exit_status(program: Callable[..., str], status: int, stage: str, cause: str, *, temporary: bool) -> None:
    result = send(program("cat >/dev/null", "echo went wrong >&2", f"exit {status}"), *T)
    assert failed_stage(result) == stage
    assert result.diagnosis is not None
    assert (cause in result.diagnosis.cause, result.diagnosis.temporary) == (True, temporary)
    assert result.diagnosis.symptom.endswith("went wrong")


def test_a_program_that_does_not_read(program: Callable[..., str]) -> None:
    chosen = transport(program("exec <&-", "echo full >&2", "exit 74"), *T)
    message = message_by(chosen)
    message.set_content("x" * 60 + "\n" + "y\n" * 200_000, cte="quoted-printable")
    result = chosen.send(message, SENDER, [RECIPIENT])
    assert failed_stage(result) == "data"
    assert "ended with 74 (EX_IOERR): full" in result.reply


@pytest.mark.parametrize(
    ("lines", "cause"),
    [
        (("exit 0",), "it is no mail program"),
        (("exec <&-", "exit 0"), "it is no mail program"),
        (("head -c 10 >/dev/null",), "it is no mail program"),
        (("kill -9 $$",), "something ended it"),
        (("exit 75",), "could not hand the message on"),
    ],
)
def test_a_message_that_only_the_pipe_has_taken_is_not_given(
    program: Callable[..., str], lines: tuple[str, ...], cause: str
) -> None:
    result = send(program(*lines), *T)
    assert verdicts(result) == [("connect", True), ("data", False)]
    assert result.diagnosis is not None
    assert cause in result.diagnosis.cause


def test_a_message_that_is_read_late_is_given(program: Callable[..., str]) -> None:
    result = send(program("exec 3<&0", "sleep 0.1", "cat <&3 >/dev/null"), *T)
    assert verdicts(result) == [("connect", True), ("data", True), ("accepted", True)]


def test_a_program_that_neither_reads_nor_ends(program: Callable[..., str]) -> None:
    chosen = transport(program("exec sleep 30"), *T, timeout=0.2)
    message = message_by(chosen)
    message.set_content("y\n" * 200_000, cte="quoted-printable")
    result = chosen.send(message, SENDER, [RECIPIENT])
    assert failed_stage(result) == "data"
    assert "did not read the message within 0.2 s" in result.reply


@pytest.mark.parametrize("endless", [("yes",), ("trap '' TERM INT HUP", "exec sleep 30")])
@pytest.mark.parametrize(
    ("first", "stage", "words"),
    [
        ((), "data", "did not read the message within 0.3 s"),
        (("cat >/dev/null",), "accepted", "did not end within 0.3 s"),
    ],
)
def test_a_program_that_does_not_end(
    program: Callable[..., str], first: tuple[str, ...], endless: tuple[str, ...], stage: str, words: str
) -> None:
    begun = time.monotonic()
    result = send(program(*first, *endless), *T, timeout=0.3)
    assert failed_stage(result) == stage
    assert time.monotonic() - begun < 5
    assert result.diagnosis is not None
    assert words in result.diagnosis.symptom


@pytest.mark.parametrize("words", ["postdrop: warning: unable to look up public/pickup: No such file", ""])
def test_what_a_good_end_prints(program: Callable[..., str], words: str) -> None:
    result = send(program("cat >/dev/null", f"echo '{words}' >&2"), *T)
    assert result.ok == (not words)
    if words:
        assert result.diagnosis is not None
        assert "nobody collects" in result.diagnosis.cause


def test_recipients_are_those_of_the_header(program: Callable[..., str]) -> None:
    chosen = transport(program("cat >/dev/null"), *T)
    with pytest.raises(ValueError, match="header"):
        chosen.send(message_by(chosen), SENDER, ["other@acme.test"])


@pytest.mark.parametrize("sender", ["a@acme.test\n-OQueueDirectory=/", "a b@acme.test", "nobody"])
def test_a_sender_cannot_add_an_argument(program: Callable[..., str], tmp_path: Path, sender: str) -> None:
    chosen = transport(program(f"touch {tmp_path}/started"), *T)
    result = chosen.send(message_by(chosen), sender, [RECIPIENT])
    assert failed_stage(result) == "sender"
    assert not (tmp_path / "started").exists()


@pytest.mark.parametrize("arguments", [T, ("-bs",)])
@pytest.mark.parametrize(
    ("path", "cause"),
    [
        ("/nonexistent/sendmail", "does not exist here"),
        ("nonexistent-sendmail", "does not exist here"),
        ("/etc", "not executable"),
        ("/etc/passwd", "not executable"),
    ],
)
def test_no_program(path: str, cause: str, arguments: tuple[str, ...]) -> None:
    for result in (probe(path, *arguments), send(path, *arguments)):
        assert failed_stage(result) == "connect"
        assert result.diagnosis is not None
        assert cause in result.diagnosis.cause


def test_a_missing_interpreter_and_a_foreign_format(program: Callable[..., str], tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_bytes(b"\x7fELF no program")
    broken.chmod(0o755)
    for path in (program("exit 0", interpreter="/nonexistent/shell"), str(broken)):
        result = send(path, *T)
        assert failed_stage(result) == "connect"
        assert result.diagnosis is not None
        assert "cannot start" in result.diagnosis.cause


def test_neither_mode(program: Callable[..., str]) -> None:
    result = probe(program("exit 0"), "-i")
    assert failed_stage(result) == "connect"
    assert "neither `-bs` nor `-t`" in result.reply
