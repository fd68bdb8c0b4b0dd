"""The process as a whole: what ends it before a command has begun."""

from __future__ import annotations

import subprocess
import sys

INTERRUPTED_WHILE_LOADING = """
import signal, sys
from kmconfig.cli import entry

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "kmconfig.cli.run":
            signal.raise_signal(signal.SIGINT)

signal.signal(signal.SIGINT, signal.default_int_handler)
sys.meta_path.insert(0, Finder())
sys.argv = ["kmconfig", "rules"]
entry.main()
"""


def test_ctrl_c_while_modules_are_loaded() -> None:
    command = [sys.executable, "-c", INTERRUPTED_WHILE_LOADING]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "interrupted\n")
