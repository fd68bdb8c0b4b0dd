"""Several environments in one test: at once, told in order, with a table at the end, and nothing left behind."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from kmconfig.cli.test_jobs import Crew, Stopped
from kmconfig.report.mail_table import ProgressLine, summary_lines
from kmconfig.report.style import Style
from tests.cli.project import PASSWORD, VARIABLE, settings
from tests.cli.running import write
from tests.cli.validity import assert_valid
from tests.mail.servers import Peer, Server, Smtp

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.running import Call
    from tests.mail.certificates import Certificates


def lay_out(root: Path, ports: dict[str, int], **smtp: object) -> list[str]:
    write(root, {f"environments/{name}.yaml": settings(port, name=name, **smtp) for name, port in ports.items()})
    return list(ports)


class Together:
    """Greets nobody before so many have come; keeps how many were there at once."""

    def __init__(self, number: int) -> None:
        self._barrier = threading.Barrier(number)
        self._lock = threading.Lock()
        self._there = 0
        self.most = 0

    def greet(self, peer: Peer) -> None:
        with self._lock:
            self._there += 1
            self.most = max(self.most, self._there)
        self._barrier.wait(10)
        with self._lock:
            self._there -= 1
        peer.say("220 mx.acme.test")


def test_they_run_at_once_within_the_limit(kmconfig: Call, root: Path, serve: Callable[..., Server]) -> None:
    together = Together(4)
    with serve(CONNECT=together.greet) as server:
        names = lay_out(root, {f"e{number:02}": server.port for number in range(12)})
        ran = kmconfig("test", *names, "--jobs", "4", "--format", "json")
    assert ran.code == 0
    assert_valid(ran.document, "test")
    assert [result["environment"] for result in ran.document["results"]] == names
    assert together.most == 4
    assert len(server.messages) == 12


def test_one_at_a_time(kmconfig: Call, root: Path, serve: Callable[..., Server]) -> None:
    together = Together(1)
    with serve(CONNECT=together.greet) as server:
        names = lay_out(root, {f"e{number}": server.port for number in range(3)})
        assert kmconfig("test", *names, "--jobs", "1").code == 0
    assert together.most == 1


def test_fifty_environments(kmconfig: Call, root: Path, serve: Callable[..., Server]) -> None:
    with serve() as server:
        names = lay_out(root, {f"e{number:02}": server.port for number in range(50)})
        ran = kmconfig("test", *names, "--format", "json")
    assert ran.code == 0
    assert [result["environment"] for result in ran.document["results"]] == names
    assert len({result["test_id"] for result in ran.document["results"]}) == len(server.messages) == 50


def test_each_is_told_as_a_whole_and_in_order(kmconfig: Call, root: Path, serve: Callable[..., Server]) -> None:
    """The first is the last to end."""
    others = threading.Semaphore(0)

    def after_the_others(peer: Peer) -> None:
        for _ in range(2):
            others.acquire(timeout=10)
        peer.say("220 late")

    def accept(peer: Peer) -> None:
        peer.say("250 2.0.0 taken")
        others.release()

    with serve(CONNECT=after_the_others) as late, serve(**{".": accept}) as early:
        names = lay_out(root, {"first": late.port, "second": early.port, "third": early.port})
        ran = kmconfig("test", *names)
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    starts = [
        lines.index(f"{name}: localhost port {port}, STARTTLS")
        for name, port in zip(names, (late.port, early.port, early.port), strict=True)
    ]
    assert starts == sorted(starts)
    for begin, end in zip(starts, (*starts[1:], lines.index("")), strict=True):
        assert sum("✓ accepted" in line for line in lines[begin:end]) == 1
        assert lines[end - 1].startswith("  ok: accepted for mail-test@acme.test")


def test_the_summary_names_all(
    kmconfig: Call, root: Path, serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(root, {"kmconfig.yaml": "version: 1\npolicy: {hosts: [localhost]}\n"})
    with serve() as good, serve(AUTH="535 5.7.8 \x1b[31mno") as bad:
        names = lay_out(root, {"good": good.port, "bad": bad.port})
        write(root, {"environments/elsewhere.yaml": settings(587, name="elsewhere", host="mail.acme.test")})
        write(root, {"environments/unset.yaml": settings(587, name="unset", password={"env": "KM_NOT_SET"})})
        ran = kmconfig("test", *names, "elsewhere", "unset")
        quiet = kmconfig("test", *names, "-q")
        result = kmconfig("test", *names, "elsewhere", "--format", "json")
    assert ran.code == 1
    table = ran.out[ran.out.index("\n\n") :].splitlines()
    assert [line.split()[:2] for line in table[2:6]] == [
        ["good", "ok"],
        ["bad", "failed"],
        ["elsewhere", "refused"],
        ["unset", "refused"],
    ]
    assert table[-1] == "4 environments: 1 ok, 1 failed, 2 refused"
    assert "\x1b" not in ran.out
    assert (quiet.code, quiet.out) == (1, "")
    assert [entry["environment"] for entry in result.document["results"]] == ["good", "bad", "elsewhere"]
    assert "3 environments: 1 ok, 1 failed, 1 refused" in result.err


def test_a_login_that_policy_forbids_never_leaves(kmconfig: Call, root: Path, serve: Callable[..., Server]) -> None:
    write(root, {"kmconfig.yaml": "version: 1\npolicy: {hosts: [smtp.sendgrid.net]}\n"})
    with serve() as server:
        ran = kmconfig("test", *lay_out(root, {"a": server.port, "b": server.port}))
    assert (ran.code, server.connections) == (3, 0)


@pytest.mark.parametrize(
    "line", [("--jobs", "0"), ("--jobs", "x"), ("--probe", "--no-send"), ("--probe", "--to", "a@b.test")]
)
def test_what_makes_no_sense(kmconfig: Call, root: Path, line: tuple[str, ...]) -> None:
    assert kmconfig("test", "staging", *line).code == 64


class Terminal(io.StringIO):
    """A stream with somebody in front of it."""

    def isatty(self) -> bool:
        return True


def test_progress_on_a_terminal_is_one_line() -> None:
    stream = Terminal()
    line = ProgressLine(stream, style=Style(enabled=True))
    for _ in range(2):
        line.show(done=2, of=9, working=[(f"e{number}\x07", "auth") for number in range(5)])
    line.clear()
    line.clear()
    shown = stream.getvalue()
    assert "2 of 9 done: e0\\x07 (auth), e1\\x07 (auth), e2\\x07 (auth) and 2 more" in shown
    assert shown.count("2 of 9") == 1
    assert shown.endswith("\r\x1b[2K")
    assert "\n" not in shown


@pytest.mark.parametrize(("stream", "enabled"), [(io.StringIO(), True), (Terminal(), False)])
def test_progress_elsewhere_is_nothing(stream: io.StringIO, enabled: bool) -> None:
    line = ProgressLine(stream, style=Style(enabled=enabled))
    line.show(done=0, of=1, working=[])
    line.clear()
    assert (line.live, stream.getvalue()) == (False, "")


def test_a_summary_of_hostile_words_is_escaped_and_short() -> None:
    result = {
        "environment": "e\x1b",
        "ok": False,
        "stages": [{"ms": 10.4}, {"ms": 20.4}],
        "diagnosis": {"stage": "auth", "symptom": "auth: \x1b[2J" + "x" * 500},
        "recipients": [],
        "test_id": None,
    }
    _, line, total = summary_lines([result], style=Style(enabled=False))
    assert line.isprintable()
    assert len(line) < 100
    assert "31 ms" in line
    assert total == "1 environments: 1 failed"


def test_a_crew_stops_at_the_next_word() -> None:
    crew, begun, ended = Crew(limit=2), threading.Semaphore(0), []
    held = threading.Event()

    def work() -> None:
        begun.release()
        held.wait(10)
        try:
            crew.require_going_on()
        except Stopped:
            ended.append("stopped")

    for _ in range(5):
        crew.take(work)
    for _ in range(2):
        assert begun.acquire(timeout=10)
    stopper = threading.Thread(target=crew.stop)
    stopper.start()
    held.set()
    stopper.join(10)
    assert ended == ["stopped", "stopped"]
    assert not begun.acquire(blocking=False)


def test_an_interrupt_leaves_nothing_behind(root: Path, certificates: Certificates, tmp_path: Path) -> None:
    """Four conversations are under way when Ctrl-C comes; none of them ends in a message, and the process is gone."""
    there = threading.Semaphore(0)

    def wait_at_rcpt(peer: Peer) -> None:
        there.release()
        peer.hang()

    trusted = certificates.write_authority(tmp_path / "ca.pem")
    script = Smtp(starttls=certificates.good(), password=PASSWORD, answers={"RCPT": wait_at_rcpt})
    with Server(script) as server:
        names = lay_out(root, {f"e{number}": server.port for number in range(8)}, timeout="30s")
        process = subprocess.Popen(
            (sys.executable, "-m", "kmconfig", "test", *names, "--jobs", "4"),
            cwd=root,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(sys.path),
                "SSL_CERT_FILE": str(trusted),
                VARIABLE: PASSWORD,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        with process:
            for _ in range(4):
                assert there.acquire(timeout=30)
            begun = time.monotonic()
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "interrupted" in err
    assert "Traceback" not in err
    assert time.monotonic() - begun < 10
    assert server.messages == []
    assert server.connections == 4
