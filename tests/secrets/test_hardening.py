from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.ordinary_user import NOBODY

ROOT = os.geteuid() == 0
ORDINARY = sys.platform == "linux" and (not ROOT or shutil.which("setpriv") is not None)
AS_ORDINARY_USER = NOBODY if ROOT else ()


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
def test_a_hardened_process_leaves_no_core_and_hides_its_memory() -> None:
    program = """
import ctypes, resource
from kmconfig.secrets.hardening import harden_process
print(sorted(harden_process()), resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "['no-core-dump', 'not-dumpable'] (0, 0) 0\n"


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
def test_a_child_of_a_hardened_process_is_an_ordinary_one() -> None:
    program = """
import subprocess
from kmconfig.secrets.hardening import harden_process
harden_process()
script = "import ctypes, os; print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), oct(os.umask(0)))"
subprocess.run(["PYTHON", "-c", script], check=True)
"""
    done = subprocess.run(
        [sys.executable, "-c", program.replace("PYTHON", sys.executable)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "1 0o22\n"


@pytest.mark.parametrize("file", ["environ", "maps", "fd/1"])
@pytest.mark.parametrize(("prepare", "readable"), [("pass", True), ("hardening.harden_process()", False)])
@pytest.mark.skipif(not ORDINARY, reason="needs Linux, and an ordinary user or root with setpriv")
def test_a_neighbour_of_the_same_user_cannot_look_into_it(file: str, prepare: str, readable: bool) -> None:
    program = f"""
import os, subprocess
from kmconfig.secrets import hardening
{prepare}
look = f"head -c 1 /proc/{{os.getpid()}}/{file}" if {file!r} != "fd/1" else f"readlink /proc/{{os.getpid()}}/fd/1"
print(subprocess.run(["sh", "-c", look], capture_output=True).returncode)
"""
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [*AS_ORDINARY_USER, sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True
    )
    assert (done.stdout == "0\n") is readable
