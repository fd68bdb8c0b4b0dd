"""Commands on the other machine."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from kmconfig.errors import CouldNotCheck
from kmconfig.targets.files.interface import Ended
from tests.targets.files.remote import connect, reach

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.targets.files.ssh import SshFile
    from tests.servers.sshd import Sshd


@pytest.fixture
def file(sshd: Sshd, tmp_path: Path) -> SshFile:
    return reach(connect(sshd), tmp_path / ".env")[0]


def test_words_arrive_as_they_are(file: SshFile, tmp_path: Path) -> None:
    words = ("a b", "$HOME", "it's", '"x"', "`id`", "", "*", "\\n", "-x", "é\n")
    ended = file.run(("sh", "-c", 'printf "%s|" "$PWD" "$@"', "sh", *words), timeout=20)
    assert ended == Ended(code=0, output="|".join((str(tmp_path), *words, "")))


@pytest.mark.parametrize(
    ("command", "code"), [(("false",), 1), (("sh", "-c", "exit 255"), 255), (("no-such-program",), 127)]
)
def test_how_they_end(file: SshFile, command: tuple[str, ...], code: int) -> None:
    assert file.run(command, timeout=20).code == code
    assert file.run(("true",), timeout=20).code == 0


def test_a_folder_that_is_not_there(sshd: Sshd, tmp_path: Path) -> None:
    ended = reach(connect(sshd), tmp_path / "none/.env")[0].run(("true",), timeout=20)
    assert ended.code not in (0, None)
    assert "can't cd" in ended.output or "No such file" in ended.output


def test_nothing_of_our_environment_goes_there(file: SshFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KM_SMTP_PASSWORD", "correct horse")
    monkeypatch.setenv("LC_MESSAGES", "correct horse")
    ended = file.run(("sh", "-c", "env; cat /proc/$PPID/environ"), timeout=20)
    assert "correct horse" not in ended.output
    assert "SSH_CONNECTION=" in ended.output


def test_they_end_in_time_with_what_they_started(file: SshFile, tmp_path: Path) -> None:
    fifo = tmp_path / "held"
    os.mkfifo(fifo)
    ended = file.run(("sh", "-c", f"exec 3<> {fifo}; echo begun; (read line <&3) & read line <&3"), timeout=0.5)
    assert ended == Ended(code=None, output="begun\n")
    # Had the command's child survived, somebody would still have the pipe open.
    with pytest.raises(OSError, match="No such device or address"):
        os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)


def test_a_service_that_goes_on_is_not_waited_for(file: SshFile, tmp_path: Path) -> None:
    fifo = tmp_path / "held"
    os.mkfifo(fifo)
    held = os.open(fifo, os.O_RDWR)
    assert file.run(("sh", "-c", f"(read line < {fifo}; echo > ended) & echo"), timeout=60).code == 0
    os.write(held, b"\n")
    os.close(held)


def test_only_the_end_of_much_output_comes_back(file: SshFile) -> None:
    ended = file.run(("sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' x; echo last"), timeout=60)
    assert ended.code == 0
    assert ended.output.endswith("xlast\n")
    assert len(ended.output) <= 65536


def test_a_connection_that_is_lost_meanwhile(file: SshFile) -> None:
    """The command ends the server's own process of this login: the parent of the shell that started it."""
    kill = 'read -r _ _ _ parent _ < /proc/$PPID/stat; kill -9 "$parent"; exec cat /dev/zero > /dev/null'
    with pytest.raises(CouldNotCheck, match="was lost"):
        file.run(("sh", "-c", kill), timeout=20)


@pytest.mark.timeout(20)
def test_one_that_prints_without_an_end_is_ended(file: SshFile) -> None:
    ended = file.run(("yes",), timeout=60)
    assert (ended.code, ended.too_much) == (None, True)
    assert ended.output.endswith("y\n")
    assert file.run(("true",), timeout=20) == Ended(code=0, output="")
