"""The commands that store secrets: they run, whatever the value is, and it is in no argument and on no screen."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from kmconfig.environment.reference import SecretRef
from kmconfig.report.initial_secrets import Pasting, store_command, storing_text
from kmconfig.report.style import Style
from tests.servers.requirements import require

if TYPE_CHECKING:
    from pathlib import Path

LINE = '  open \' sesame "$HOME" \\n %s `id` '
LINES = f"{LINE}\n\n\t-----END KEY-----\n{'x' * 5000}"
PATIENCE = 20.0

VAULT = SecretRef("vault", "km/it's/smtp", key="password")
AWS = SecretRef("aws_secret", "km/prod")
SSM = SecretRef("ssm", "/km/prod")
ARGUMENTS = {
    VAULT: ["vault", "kv", "put", "-cas=0", "-mount=secret", "km/it's/smtp", "password=-"],
    AWS: ["aws", "secretsmanager", "create-secret", "--name", "km/prod", "--secret-string", "file:///dev/stdin"],
    SSM: [
        *("aws", "ssm", "put-parameter", "--name", "/km/prod", "--type", "SecureString"),
        *("--value", "file:///dev/stdin"),
    ],
}


@pytest.fixture
def bin_folder(tmp_path: Path) -> Path:
    """Programs that write down their arguments and what they are given."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("vault", "aws"):
        program = folder / name
        program.write_text(f'#!/bin/sh\nprintf "%s\\n" {name} "$@" >> ../arguments\ncat > ../given\n')
        program.chmod(0o755)
    return folder


def environment(bin_folder: Path) -> dict[str, str]:
    return {"PATH": f"{bin_folder}:/usr/bin:/bin", "HOME": str(bin_folder.parent), "TERM": "dumb", "LC_ALL": "C.UTF-8"}


def run(line: str, bin_folder: Path, *, value: str, several_lines: bool) -> subprocess.CompletedProcess[str]:
    """Run a line in a shell that is given a value, as people end it."""
    return subprocess.run(
        [shutil.which("bash") or "bash", "-c", line],
        input=f"{value}\n" + ("\4" if several_lines else ""),
        capture_output=True,
        text=True,
        cwd=bin_folder,
        env=environment(bin_folder),
        check=False,
    )


@pytest.fixture(params=[False, True], ids=["line", "lines"])
def several_lines(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def value(several_lines: bool) -> str:
    return LINES if several_lines else LINE


@pytest.mark.parametrize("ref", ARGUMENTS, ids=str)
def test_the_value_goes_through_a_pipe(bin_folder: Path, ref: SecretRef, value: str, *, several_lines: bool) -> None:
    line = store_command(ref, several_lines=several_lines)
    ran = run(line, bin_folder, value=value, several_lines=several_lines)
    assert ran.returncode == 0, ran.stderr
    assert (bin_folder.parent / "given").read_text() == value
    assert (bin_folder.parent / "arguments").read_text().splitlines() == ARGUMENTS[ref]
    assert "sesame" not in ran.stdout + ran.stderr


def test_the_value_goes_into_a_private_file(bin_folder: Path, value: str, *, several_lines: bool) -> None:
    file = bin_folder.parent / "it's here" / "smtp-password"
    line = store_command(SecretRef("file", str(file)), several_lines=several_lines)
    assert run(line, bin_folder, value=value, several_lines=several_lines).returncode == 0
    assert file.read_text() == value
    assert file.stat().st_mode & 0o777 == 0o600
    again = run(line, bin_folder, value=value, several_lines=several_lines)
    assert "cannot overwrite" in again.stderr
    assert file.read_text() == value


def test_the_value_goes_into_a_variable(bin_folder: Path, value: str, *, several_lines: bool) -> None:
    line = store_command(SecretRef("env", "KM_PASSWORD"), several_lines=several_lines)
    ran = run(f"{line}; sh -c 'printf %s \"$KM_PASSWORD\"'", bin_folder, value=value, several_lines=several_lines)
    assert ran.stdout == value


def test_nothing_is_stored_without_an_end(bin_folder: Path) -> None:
    ran = run(store_command(VAULT, several_lines=True), bin_folder, value="half of it", several_lines=False)
    assert not (bin_folder.parent / "given").exists()
    assert "half" not in ran.stdout + ran.stderr


@pytest.mark.parametrize("shell", [("bash", "--norc", "--noprofile", "-i"), ("zsh", "-f", "-i")], ids=lambda s: s[0])
def test_a_person_pastes_several_lines(bin_folder: Path, shell: tuple[str, ...]) -> None:
    require(f"pasting into {shell[0]}", packages=shell[0], programs=(shell[0],))
    master, slave = pty.openpty()
    process = subprocess.Popen(
        shell,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        cwd=bin_folder,
        env={**environment(bin_folder), "PS1": "ready> ", "HISTFILE": ""},
        start_new_session=True,
    )
    os.close(slave)
    seen = _until(master, "ready> ", "")
    try:
        os.write(master, f"echo be''gun; {store_command(VAULT, several_lines=True)}; fc -l 1; echo do''ne\r".encode())
        seen = _until(master, "begun", seen)
        _wait_for_no_echo(master)
        os.write(master, LINES.replace("\n", "\r").encode() + b"\r\4")
        seen = _until(master, "done", seen)
    finally:
        process.kill()
        process.wait()
        os.close(master)
    assert (bin_folder.parent / "given").read_text() == LINES
    assert "sesame" not in seen
    assert "xxxx" not in seen


def _until(master: int, text: str, seen: str) -> str:
    """Read on until a text has appeared that was not seen before; everything that has been seen."""
    start, until = len(seen), time.monotonic() + PATIENCE
    while text not in seen[start:]:
        ready, _, _ = select.select([master], [], [], max(0.0, until - time.monotonic()))
        assert ready, f"waited for {text!r}, saw {seen[start:]!r}"
        seen += os.read(master, 65536).decode("utf-8", "replace")
    return seen


def _wait_for_no_echo(master: int) -> None:
    """Wait until the shell's `read` has switched the terminal's echo and its lines off."""
    import termios  # noqa: PLC0415 - with a terminal

    until = time.monotonic() + PATIENCE
    while termios.tcgetattr(master)[3] & (termios.ECHO | termios.ICANON):
        assert time.monotonic() < until
        select.select([master], [], [], 0.02)


def test_a_line_of_dotenv_is_for_an_editor() -> None:
    ref = SecretRef("dotenv", "DEV_PASSWORD")
    assert "DEV_PASSWORD='…'" in store_command(ref)
    assert "\\n for each line break" in store_command(ref, several_lines=True)


def test_a_second_secret_of_a_path_is_added_to_it() -> None:
    first, second = (store_command(SecretRef("vault", "km/ses", key=key), first=key == "a") for key in ("a", "b"))
    assert "vault kv put -cas=0" in first
    assert "vault kv patch -mount" in second


def test_values_of_several_lines_are_said_to_be() -> None:
    pastings = [Pasting("a", "one"), Pasting("b", "other", several_lines=True)]
    _, title, *lines = storing_text(pastings, style=Style(enabled=False))
    assert "press Enter" in title
    assert lines == ["  # a", "  one", "  # b; of several lines: press Enter and Ctrl-D at the end", "  other"]
    assert list(storing_text([], style=Style(enabled=False))) == []
