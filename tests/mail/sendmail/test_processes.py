"""Nothing of a sendmail program is left behind, and it sees no secret."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kmconfig.mail.sendmail import sendmail_transport
from tests.environment.folders import only
from tests.mail.sending import RECIPIENT, SENDER
from tests.mail.sendmail.running import SMTP, message_by, probe, send

if TYPE_CHECKING:
    from collections.abc import Callable

T = ("-t", "-i")

# Holds the pipe that it is given until it has ended, so that the other end shows when that is.
LINGERING = ('exec 9>"$PIPE"', "sleep 30 &")


@pytest.fixture
def ended(tmp_path: Path) -> Callable[[], bool]:
    """Tells whether everybody who had the pipe ``pipe`` open for writing is gone, waiting a while for it."""
    os.mkfifo(tmp_path / "pipe")
    reading = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)

    def gone() -> bool:
        os.set_blocking(reading, True)
        return os.read(reading, 1) == b""

    return gone


@pytest.mark.parametrize("arguments", [T, ("-bs",)])
@pytest.mark.timeout(20)
def test_what_it_has_started_ends_with_it(
    program: Callable[..., str], tmp_path: Path, ended: Callable[[], bool], arguments: tuple[str, ...]
) -> None:
    environ = {"PIPE": str(tmp_path / "pipe")}
    result = send(program(*LINGERING, "exit 70"), *arguments, environ=environ)
    assert not result.ok
    assert ended()


@pytest.mark.timeout(20)
def test_a_probe_leaves_nothing_behind(program: Callable[..., str], tmp_path: Path, ended: Callable[[], bool]) -> None:
    assert probe(program(*LINGERING, SMTP), environ={"PIPE": str(tmp_path / "pipe")}).ok
    assert ended()


@pytest.mark.parametrize(("arguments", "lines"), [(T, ("cat >/dev/null",)), (("-bs",), (SMTP,))])
def test_a_delivery_in_the_background_goes_on(
    program: Callable[..., str], tmp_path: Path, arguments: tuple[str, ...], lines: tuple[str, ...]
) -> None:
    os.mkfifo(tmp_path / "go")
    background = f'{{ read -r line <"{tmp_path}/go"; echo delivered >"{tmp_path}/done"; }} >/dev/null 2>&1 &'
    os.mkfifo(tmp_path / "done")
    assert send(program(background, *lines), *arguments).ok
    (tmp_path / "go").write_text("on\n", encoding="utf-8")
    assert (tmp_path / "done").read_text(encoding="utf-8") == "delivered\n"


@pytest.mark.timeout(30)
def test_an_interrupt_ends_it(program: Callable[..., str], tmp_path: Path, ended: Callable[[], bool]) -> None:
    path = program("trap '' TERM INT HUP", *LINGERING, f'echo >"{tmp_path}/running"', "exec sleep 30")
    os.mkfifo(tmp_path / "running")
    code = (
        "from tests.mail.sendmail.running import *\n"
        f"send({path!r}, '-t', timeout=25.0, environ={{'PIPE': {str(tmp_path / 'pipe')!r}}})\n"
    )
    root = Path(__file__).resolve().parents[3]
    with subprocess.Popen([sys.executable, "-c", code], cwd=root, stderr=subprocess.DEVNULL) as sender:
        (tmp_path / "running").read_text(encoding="utf-8")
        sender.send_signal(signal.SIGINT)
        assert sender.wait(10) != 0
    assert ended()


def test_it_sees_no_secret(program: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAULT_TOKEN", "hvs.canary")
    monkeypatch.setenv("OTHER", "seen")
    path = program(f'env >"{tmp_path}/environment"', "cat >/dev/null")
    text = f"""\
version: 1
tier: development
email:
  driver: sendmail
  sendmail: {{path: {path}, arguments: [-t, -i]}}
  sender: {{email: {SENDER}}}
"""
    environment = only(tmp_path, {"environments/local.yaml": text})
    transport = sendmail_transport(environment, timeout=5.0)
    assert transport.send(message_by(transport), SENDER, [RECIPIENT]).ok
    seen = (tmp_path / "environment").read_text(encoding="utf-8")
    assert "OTHER=seen" in seen
    assert "canary" not in seen
