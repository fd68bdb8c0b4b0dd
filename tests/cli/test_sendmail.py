"""`kmconfig test`, `plan` and `apply` with the driver sendmail."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.running import write
from tests.cli.validity import assert_valid
from tests.mail.sendmail.running import SMTP

if TYPE_CHECKING:
    from tests.cli.running import Call

TAKES_ALL = 'printf x >>"$(dirname "$0")/messages"\ncat >/dev/null'


def lay_out(root: Path, script: str, arguments: str, *, project: str = "version: 1\n") -> str:
    """Write an environment that sends with a script, and return the script's path."""
    path = root / "sendmail"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    environment = f"""\
version: 1
tier: development
email:
  driver: sendmail
  sendmail: {{path: {path}, arguments: {arguments}}}
  sender: {{email: licensing@acme.test}}
  test: {{recipients: [mail-test@acme.test]}}
target:
  file: {{path: out/local.json}}
"""
    write(root, {"environments/local.yaml": environment, "kmconfig.yaml": project})
    return str(path)


@pytest.mark.parametrize(
    ("script", "arguments", "stages"),
    [
        (SMTP, "[-bs, -i]", ["connect", "greeting", "sender", "recipient", "data", "accepted"]),
        (TAKES_ALL, "[-t, -i]", ["connect", "data", "accepted"]),
    ],
)
def test_a_test_message(kmconfig: Call, root: Path, script: str, arguments: str, stages: list[str]) -> None:
    lay_out(root, script, arguments)
    ran = kmconfig("test", "local", "--format", "json")
    assert ran.code == 0
    assert_valid(ran.document, "test")
    assert [stage["stage"] for stage in ran.result["stages"]] == stages
    assert (ran.result["ok"], ran.result["driver"]) == (True, "sendmail")
    text = kmconfig("test", "local")
    assert text.code == 0
    assert ("delivery is not proved" in text.out) == ("-t" in arguments)


def test_without_a_message(kmconfig: Call, root: Path) -> None:
    lay_out(root, TAKES_ALL, "[-t, -i]")
    ran = kmconfig("test", "local", "--no-send")
    assert ran.code == 0
    assert "nothing more can be tried without a message; no message was sent" in ran.out
    assert not (root / "messages").exists()


def test_a_refusal_is_diagnosed(kmconfig: Call, root: Path) -> None:
    lay_out(root, "echo 'sendmail: unrecognized option: b' >&2; exit 1", "[-bs, -i]")
    ran = kmconfig("test", "local")
    assert ran.code == 1
    assert "cause:   this sendmail does not know `-bs`" in ran.out
    assert "help:    set `email.sendmail.arguments: [-t, -i]`" in ran.out


def test_plan_and_apply(kmconfig: Call, root: Path) -> None:
    path = lay_out(root, TAKES_ALL, "[-t, -i]")
    assert kmconfig("plan", "local").code in (0, 2)
    ran = kmconfig("apply", "local", "--yes", "--format", "json")
    assert (ran.code, ran.result["result"]) == (0, "applied"), ran
    assert_valid(ran.document, "receipt")
    written = json.loads((root / "out/local.json").read_text(encoding="utf-8"))
    assert written["settings"]["email"]["sendmail"]["path"] == path
    assert (root / "messages").read_text(encoding="utf-8") == "x"
    assert kmconfig("apply", "local", "--yes", "--format", "json").result["result"] == "unchanged"


def test_a_message_that_is_refused_rolls_back(kmconfig: Call, root: Path) -> None:
    lay_out(root, "cat >/dev/null; exit 67", "[-t, -i]")
    ran = kmconfig("apply", "local", "--yes", "--format", "json")
    assert (ran.code, ran.result["result"]) == (6, "rolled_back")
    assert not (root / "out/local.json").exists()


@pytest.mark.parametrize("line", [("test", "local"), ("test", "local", "--no-send"), ("apply", "local", "--yes")])
def test_a_program_that_policy_does_not_allow(kmconfig: Call, root: Path, line: tuple[str, ...]) -> None:
    path = lay_out(root, TAKES_ALL, "[-t, -i]", project="version: 1\npolicy: {commands: [/usr/sbin/sendmail]}\n")
    ran = kmconfig(*line)
    assert ran.code == 3
    assert f"`policy.commands` does not allow `{path}`" in ran.out + ran.err
    assert not (root / "messages").exists()
    lay_out(root, TAKES_ALL, "[-t, -i]", project=f"version: 1\npolicy: {{commands: [{path}]}}\n")
    assert kmconfig(*line).code == 0


@pytest.mark.timeout(30)
@pytest.mark.parametrize("names", [["local"], ["local", "other"]])
def test_an_interrupt_leaves_nothing_behind(root: Path, names: list[str]) -> None:
    os.mkfifo(root / "pipe")
    reading = os.open(root / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    os.mkfifo(root / "running")
    script = f'trap "" TERM INT HUP\nexec 9>"{root}/pipe"\nsleep 30 &\necho >"{root}/running"\nexec sleep 30'
    lay_out(root, script, "[-bs, -i]")
    text = (root / "environments/local.yaml").read_text(encoding="utf-8")
    write(root, {"environments/other.yaml": text.replace("out/local", "out/other")})
    command = [sys.executable, "-m", "kmconfig.cli.entry", "test", *names]
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    with subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT) as test:
        (root / "running").read_text(encoding="utf-8")
        test.send_signal(signal.SIGINT)
        assert test.wait(15) == 130
    os.set_blocking(reading, True)
    assert os.read(reading, 1) == b""
    os.close(reading)
