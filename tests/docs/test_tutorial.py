"""The tutorial runs as it stands: in an empty folder, by a shell, with nothing but Python."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.docs.tutorial import Shown, shown_in

_ROOT = Path(__file__).parents[2]
_PAGE = (_ROOT / "docs/tutorial.md").read_text(encoding="utf-8")
#: The port of the mail server on the page. Here it is any that is free.
_PORT = "1025"
#: In seconds. The page promises ten minutes to somebody who reads it.
_AT_MOST = 60


def test_the_tutorial_runs(tmp_path: Path) -> None:
    port = _free_port()
    shown = list(shown_in(_PAGE.replace(_PORT, str(port))))
    began = time.monotonic()
    printed = _run([one.command for one in shown], tmp_path, port)
    assert time.monotonic() - began < _AT_MOST
    assert len(printed) == len(shown)
    for one, lines in zip(shown, printed, strict=True):
        assert one.fits(lines), "\n".join((f"$ {one.command}", *lines))
    commands = {one.command.split()[1] for one in shown if one.command.startswith("kmconfig ")}
    assert commands >= {"init", "lint", "test", "plan", "apply", "drift", "rollback", "history"}


def test_what_fits() -> None:
    assert Shown("x", ("a  b 3 ms", "…", "end … here")).fits(["a b 70 ms", "and", "so", "end right here"])
    assert Shown("x", ("a", "…")).fits(["a"])
    assert not Shown("x", ("a",)).fits(["a", "b"])
    assert not Shown("x", ("a", "…", "c")).fits(["a", "b"])


def test_commands_are_found() -> None:
    page = "text\n```console\n$ one \\\n    --more\nprinted\n$ two\n```\n```sh\n$ no\n```\n"
    assert list(shown_in(page)) == [Shown("one --more", ("printed",)), Shown("two", ())]


def _run(commands: list[str], folder: Path, port: int) -> list[list[str]]:
    """Run all commands in one bash and return what each has printed."""
    programs = _programs(folder)
    work = folder / "mail-settings"
    work.mkdir()
    script = [
        "set -m",
        "trap 'kill $(jobs -p) 2>/dev/null' EXIT",
        "exec 2>&1",
        *(
            line
            for command in commands
            for line in (_ported(command, port), 'before=$?; echo; echo "END"; (exit $before)')
        ),
    ]
    done = subprocess.run(
        ["bash", "-c", "\n".join(script)],
        cwd=work,
        env={"PATH": f"{programs}:/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C.UTF-8", "PYTHONPATH": str(_ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=_AT_MOST,
    )
    parts = done.stdout.split("\nEND\n")[:-1]
    return [part.splitlines() for part in parts]


def _ported(command: str, port: int) -> str:
    """A command as it works here too: with another port, and behind a server that has begun to listen."""
    if command.endswith("&"):
        waiting = f"until (exec 3<>/dev/tcp/127.0.0.1/{port}) 2>/dev/null; do kill -0 $! || break; done"
        return f"{command}\n{waiting}"
    if command.startswith("kmconfig init"):
        return f"{command}; sed -i.bak s/{_PORT}/{port}/ environments/development.yaml"
    return command


def _programs(folder: Path) -> Path:
    """A folder with the programs that the page's installation would have put on the path, and no others."""
    programs = folder / "bin"
    programs.mkdir()
    for name, arguments in (("python", ""), ("kmconfig", " -m kmconfig")):
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec {sys.executable}{arguments} "$@"\n', encoding="utf-8")
        program.chmod(0o755)
    return programs


def _free_port() -> int:
    """A port whose number has as many digits as that of the page, so that columns stay where they are."""
    first = 1026 + os.getpid() % 8000  # tests that run at the same time are not to take each other's
    return next(number for number in range(first, 10000) if _is_free(number))


def _is_free(port: int) -> bool:
    with socket.socket() as tried:
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
