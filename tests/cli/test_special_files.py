"""`--output` may name a pipe, a device or a descriptor: it is written to, never replaced, hardened process or not."""

from __future__ import annotations

import os
import shlex
import shutil
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kmconfig.cli.special_files import descriptor_of, is_special
from tests.cli.ordinary_user import NOBODY
from tests.cli.project import PASSWORD, environment
from tests.cli.running import write

if TYPE_CHECKING:
    from tests.cli.running import Call


def users() -> list[object]:
    """The command prefixes of the users to run as: ourselves, and where we are root an ordinary user."""
    able = os.geteuid() == 0 and shutil.which("setpriv") is not None
    reason = "needs root and setpriv"
    return [
        pytest.param((), id="ourselves"),
        pytest.param(NOBODY, id="nobody", marks=pytest.mark.skipif(not able, reason=reason)),
    ]


def bash(root: Path, user: tuple[str, ...], script: str) -> subprocess.CompletedProcess[str]:
    """Run a bash script in which `$K` is kmconfig; it may write into the root, whoever it runs as."""
    for folder in (root, *root.rglob("*")):
        folder.chmod(folder.stat().st_mode | (0o777 if folder.is_dir() else 0o444))
    for parent in root.parents[:3]:
        parent.chmod(parent.stat().st_mode | 0o755)
    command = shlex.join([sys.executable, "-m", "kmconfig"])
    environ = {**os.environ, "K": command, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [*user, "bash", "-c", script], cwd=root, env=environ, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("user", users())
@pytest.mark.parametrize(
    "script",
    [
        "$K plan staging --output /dev/stdout",
        "$K plan staging --output /dev/stdout | cat",
        "$K plan staging --output /dev/stdout > plan; cat plan",
        "echo first > plan; $K plan staging --output /dev/stdout >> plan; tail -n +2 plan",
        "$K plan staging --output /dev/stderr 2>&1 >/dev/null",
        "$K plan staging --output /dev/fd/1",
        "$K plan staging --output /proc/self/fd/5 5> plan; cat plan",
        "exec 3>&1; $K plan staging --output >(cat >&3); wait $!",
        "mkfifo pipe; cat pipe & $K plan staging --output pipe; wait $!",
    ],
)
def test_a_result_goes_where_a_special_path_leads(root: Path, script: str, user: tuple[str, ...]) -> None:
    direct = bash(root, user, "$K plan staging")
    assert (direct.returncode, direct.stderr) == (0, "")
    assert "MAIL_" in direct.stdout or "email.smtp" in direct.stdout
    done = bash(root, user, script)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", direct.stdout)


@pytest.mark.parametrize("user", users())
def test_a_descriptor_that_nobody_opened(root: Path, user: tuple[str, ...]) -> None:
    done = bash(root, user, "$K plan staging --output /dev/fd/17")
    assert done.returncode == 64
    assert "cannot write `/dev/fd/17`: Bad file descriptor" in done.stderr


@pytest.mark.parametrize("user", users())
def test_an_apply_looks_at_a_special_output_before_it_does_anything(root: Path, user: tuple[str, ...]) -> None:
    done = bash(root, user, "$K apply staging --yes --no-test-send x --output /dev/fd/5 5< environments/staging.yaml")
    assert done.returncode == 64
    assert "cannot write `/dev/fd/5`: Permission denied" in done.stderr
    assert not (root / "out/staging.json").exists()


def test_a_device_is_written_to_and_stays_a_device(kmconfig: Call, root: Path) -> None:
    device = Path("/dev/null")
    if os.geteuid() == 0:  # who could replace the machine's own gets another one to try with
        device = root / "null"
        os.mknod(device, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    assert kmconfig("plan", "staging", "--output", device).code == 0
    assert stat.S_ISCHR(device.stat().st_mode)


def test_a_pipe_without_a_reader_is_not_an_error(root: Path) -> None:
    done = bash(root, (), "$K plan staging --output >(exec 0<&-; true)")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_full_device_is_an_error(kmconfig: Call, root: Path) -> None:
    ran = kmconfig("plan", "staging", "--output", "/dev/full")
    assert ran.code == 64
    assert "No space left on device" in ran.err


def test_a_secret_in_what_goes_into_a_pipe_is_masked(kmconfig: Call, root: Path) -> None:
    write(root, {"environments/staging.yaml": environment("staging").replace("out/staging", f"out/{PASSWORD}")})
    os.mkfifo(root / "pipe")
    heard: list[str] = []
    reader = threading.Thread(target=lambda: heard.append((root / "pipe").read_text(encoding="utf-8")))
    reader.start()
    assert kmconfig("plan", "staging", "--format", "json", "--output", "pipe").code == 0
    reader.join()
    assert "***" in heard[0]
    assert PASSWORD not in heard[0]


@pytest.mark.parametrize(
    ("path", "descriptor"),
    [
        ("/dev/stdout", 1),
        ("/dev//stderr", 2),
        ("/dev/fd/63", 63),
        ("/proc/self/fd/3", 3),
        ("/dev/fd/x", None),
        ("/dev/fd/²", None),
        ("/dev/fd/99999999999", None),
        ("/dev/fd/1/x", None),
        ("dev/stdout", None),
    ],
)
def test_which_paths_are_descriptors(path: str, descriptor: int | None) -> None:
    assert descriptor_of(path) == descriptor


def test_files_and_what_is_not_there_are_not_special(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert not is_special(str(tmp_path / "file"))
    assert not is_special(str(tmp_path / "new"))
    assert is_special("/dev/null")
