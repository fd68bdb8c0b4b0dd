"""What reaches a terminal, a pipe or a file: readable, harmless, and never half of it."""

from __future__ import annotations

import json
import os
import re
import select
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kmconfig.cli.run import say_error
from tests.cli.project import BASE, environment, settings
from tests.cli.running import Ran, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.running import Call
    from tests.mail.servers import Server

HARMFUL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
ANSI = "\x1b[31m\x1b]0;owned\x07"
BIDI = "\u202egnp.exe\u2066"
ODD = f"x{BIDI}\u2028\x85y"


def assert_harmless(*runs: Ran) -> None:
    for ran in runs:
        for text in (ran.out, ran.err):
            assert HARMFUL.search(text) is None, repr(text)


class Process:
    """Runs kmconfig as a process of its own."""

    def __init__(self, **variables: str) -> None:
        self.command = [sys.executable, "-m", "kmconfig"]
        self.environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **variables}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        """Run it to its end."""
        return subprocess.run(
            [*self.command, *arguments], env=self.environ, capture_output=True, timeout=30, check=False
        )

    def start(self, *arguments: str, stdout: int = subprocess.PIPE) -> subprocess.Popen[bytes]:
        """Only start it."""
        return subprocess.Popen(
            [*self.command, *arguments],
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
        )


def test_a_reader_that_has_gone(root: Path) -> None:
    # What `kmconfig rules | head -1` does, without a race.
    read, write_end = os.pipe()
    os.close(read)
    with Process().start("rules", stdout=write_end) as child:
        os.close(write_end)
        _, err = child.communicate(timeout=30)
    assert (child.returncode, err) == (0, b"")


@pytest.mark.parametrize("line", [("apply", "local", "--yes"), ("test", "local")])
def test_who_gets_no_output_still_learns_how_it_ended(
    root: Path, serve: Callable[..., Server], line: tuple[str, ...]
) -> None:
    with serve() as server:
        write(root, {"environments/local.yaml": settings(server.port, name="local")})
        read, write_end = os.pipe()
        os.close(read)
        with Process().start(*line, stdout=write_end) as child:
            os.close(write_end)
            child.communicate(timeout=30)
    # Success may be said only of what was done.
    assert (child.returncode == 0) == (len(server.messages) == 1)
    assert (root / "out/local.json").exists() == (line[0] == "apply" and child.returncode == 0)


def test_head(root: Path) -> None:
    process = Process()
    line = f"{shlex.join(process.command)} show production | head -1"
    done = subprocess.run(
        ["sh", "-c", line], env=process.environ, capture_output=True, text=True, timeout=30, check=True
    )
    assert (done.stdout, done.stderr) == ("production (production)\n", "")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_that_cannot_show_everything(root: Path, encoding: str) -> None:
    write(root, {"environments/staging.yaml": environment("staging") + "description: Zürich 日本\n"})
    done = Process(PYTHONIOENCODING=encoding).run("show", "staging")
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"\\u65e5\\u672c" in done.stdout


@pytest.mark.parametrize("line", [("show", "staging", "--format", "json"), ("schema",), ("rules", "--format", "json")])
def test_json_stays_json_when_stdout_is_ascii(root: Path, line: tuple[str, ...]) -> None:
    write(root, {"environments/staging.yaml": environment("staging") + "description: Zürich 日本\n"})
    done = Process(PYTHONIOENCODING="ascii").run(*line)
    assert (done.returncode, done.stderr) == (0, b"")
    document = json.loads(done.stdout)
    assert line[0] != "show" or document["settings"]["description"] == "Zürich 日本"


@pytest.mark.parametrize(("line", "code"), [(("lint",), 1), (("plan", "production"), 0)])
def test_findings_and_plans_when_stdout_is_ascii(root: Path, line: tuple[str, ...], code: int) -> None:
    write(root, {"environments/staging.yaml": environment("staging") + "beschreibung: Zürich\n"})
    done = Process(PYTHONIOENCODING="ascii").run(*line)
    assert (done.returncode, done.stderr) == (code, b"")


@pytest.mark.parametrize("value", [ANSI, BIDI, "\u2028", "\x85", "\x9b31m"])
@pytest.mark.parametrize("command", ["lint", "show", "plan"])
def test_hostile_values(kmconfig: Call, root: Path, command: str, value: str) -> None:
    quoted = json.dumps(value)
    text = BASE.replace("owner: platform-team", f"owner: {quoted}").replace("Acme License Portal", f"A {value[:1]}")
    write(root, {"environments/base.yaml": text.replace(f"A {value[:1]}", json.dumps(f"A {value}"))})
    names = () if command == "lint" else ("staging",)
    assert_harmless(kmconfig(command, *names), kmconfig(command, *names, "-v"))


@pytest.mark.parametrize(
    "line",
    [
        "{odd}: 1",
        '"{ansi}": 1',
        "description: {odd}",
        "email: {{smtp: {{host: {odd}}}}}",
        'email: {{smtp: {{host: "{ansi}", port: "{ansi}", encryption: "{ansi}"}}}}',
        'email: {{driver: "{ansi}"}}',
        'tier: "{ansi}"',
        'extends: "{ansi}.yaml"',
        "a: {odd}: b",
        "{ansi}",
        '"{odd}',
        "# kmconfig: ignore[{odd}] {odd}",
    ],
)
def test_hostile_files(kmconfig: Call, root: Path, line: str) -> None:
    escaped = json.dumps(ANSI)[1:-1]
    for ansi in (ANSI, escaped):
        write(root, {"environments/odd.yaml": f"version: 1\n{line.format(odd=ODD, ansi=ansi)}\n"})
        runs = [kmconfig("lint"), kmconfig("show", "odd"), kmconfig("plan", "odd")]
        assert {ran.code for ran in runs} <= {0, 1, 65}
        assert_harmless(*runs)


def test_hostile_names(kmconfig: Call, root: Path) -> None:
    name = f"e{ANSI}{BIDI}"
    write(root, {f"environments/{name}.yaml": environment("staging") + "x: 1\n"})
    write(root, {f"environments/good{BIDI}.yaml": environment("staging", name="good")})
    good = f"good{BIDI}"
    lines = (("lint",), ("show", name), ("plan", "--all"), ("plan", good), ("show", good, "--origins"), ("show", "no"))
    assert_harmless(*(kmconfig(*line) for line in lines))


@pytest.mark.parametrize(
    "line",
    [
        (f"x{ANSI}",),
        ("explain", ANSI),
        ("show", f"x{ANSI}{BIDI}"),
        ("plan", f"--x{ANSI}"),
        ("lint", "--format", ANSI),
        ("lint", "--format", f"json={ANSI}/x"),
        ("lint", "--select", f"x{BIDI}"),
        ("lint", f"{ANSI}.yaml"),
        ("-C", f"x{ANSI}", "lint"),
        ("show", "staging", "--output", f"{BIDI}/x"),
        ("test", "staging", "--timeout", ANSI),
        ("apply", "staging", "--approve", ANSI),
        ("schema", ANSI),
    ],
)
def test_hostile_arguments(kmconfig: Call, root: Path, line: tuple[str, ...]) -> None:
    ran = kmconfig(*line)
    assert ran.code in (64, 65)
    assert_harmless(ran)


@pytest.mark.parametrize("verb", ["CONNECT", "EHLO", "AUTH", "MAIL", "RCPT", "."])
def test_hostile_servers(kmconfig: Call, root: Path, serve: Callable[..., Server], verb: str) -> None:
    with serve(**{verb: f"550 5.7.1 {ANSI}{BIDI}\x9b31m"}) as server:
        write(root, {"environments/local.yaml": settings(server.port, name="local")})
        runs = [
            kmconfig("test", "local"),
            kmconfig("apply", "local", "--yes"),
            kmconfig("apply", "local", "--yes", "-v"),
        ]
    assert 0 not in {ran.code for ran in runs}
    assert_harmless(*runs)


def test_hostile_targets(kmconfig: Call, root: Path) -> None:
    live = {"settings": {"email": {"smtp": {"host": ANSI, BIDI: "x"}}, "application": {"name": ODD}}}
    write(root, {"out/staging.json": json.dumps(live)})
    assert_harmless(kmconfig("plan", "staging"))
    env = f"MAIL_HOST='{BIDI}'\nMAIL_FROM_NAME=\"{ANSI[:5]}\"\nMAIL_MAILER=log{BIDI}\n"
    write(root, {"app/.env": env})
    text = environment("staging").replace(
        "file: {path: out/staging.json}", "laravel_env: {path: app/.env, laravel: 11}"
    )
    write(root, {"environments/app.yaml": text})
    assert_harmless(kmconfig("plan", "app"))


def test_interrupted(kmconfig: Call, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("kmconfig.deploy.prepare.make_plan", interrupt)
    ran = kmconfig("plan", "staging")
    assert (ran.code, ran.out, ran.err.strip()) == (130, "", "interrupted")


def pipe(path: Path) -> int:
    """A named pipe, open at both ends, so that nobody waits for the other."""
    os.mkfifo(path)
    return os.open(path, os.O_RDWR | os.O_NONBLOCK)


def wait_for_line(reached: int) -> None:
    """Wait until somebody has written a line."""
    ready, _, _ = select.select([reached], [], [], 20)
    assert ready, "the command did not get so far"
    assert os.read(reached, 100) == b"here\n"


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_signals_end_an_apply_with_everything_as_it_was(
    root: Path, serve: Callable[..., Server], sent: signal.Signals
) -> None:
    reached, go = (pipe(root / name) for name in ("reached", "go"))
    reload = ["sh", "-c", f"echo here > {root}/reached; read _ < {root}/go"]
    with serve() as server:
        text = settings(server.port, name="local")
        target = f"laravel_env: {{path: app/.env, laravel: 8, reload: [{json.dumps(reload)}]}}"
        text = text.replace("file: {path: out/local.json}", target)
        write(root, {"environments/local.yaml": text, "app/.env": "MAIL_MAILER=log\n"})
        with Process().start("apply", "local", "--yes", "--format", "json") as child:
            wait_for_line(reached)
            child.send_signal(sent)
            # Undoing reloads the application once more.
            wait_for_line(reached)
            os.write(go, b"\n")
            out, _ = child.communicate(timeout=30)
    assert child.returncode == 130
    (result,) = json.loads(out)["results"]
    assert result["result"] == "rolled_back"
    assert (root / "app/.env").read_text(encoding="utf-8") == "MAIL_MAILER=log\n"
    assert server.messages == []
    for descriptor in (reached, go):
        os.close(descriptor)


@pytest.mark.parametrize("arguments", [("rules",), ("lint", "--format", "json")])
def test_a_result_that_is_lost_is_no_success(root: Path, arguments: tuple[str, ...]) -> None:
    with (
        Path("/dev/full").open("wb") as full,
        Process().start("-C", str(root), *arguments, stdout=full.fileno()) as child,
    ):
        _, err = child.communicate(timeout=30)
    assert child.returncode == 70
    assert b"the result was lost: No space left on device" in err


def test_a_folder_that_is_gone(root: Path) -> None:
    gone = root / "gone"
    gone.mkdir()
    command = [*Process().command, "lint"]
    script = f"cd {gone} && rmdir {gone} && exec {' '.join(command)}"
    ran = subprocess.run(["sh", "-c", script], env=Process().environ, capture_output=True, timeout=30, check=False)
    assert ran.returncode == 65
    assert b"does not exist any more" in ran.stderr


def test_no_line_of_an_error_is_a_command_to_the_runner(capsys: pytest.CaptureFixture[str]) -> None:
    say_error("refused; it says:\n::error::x\n  ::add-mask::y\n##[group]z", "look\n::stop-commands::w")
    told = capsys.readouterr().err.splitlines()
    assert told == [
        *("kmconfig: refused; it says:", "\\::error::x", "  \\::add-mask::y", "##\\[group]z"),
        *("  help: look", "\\::stop-commands::w"),
    ]
