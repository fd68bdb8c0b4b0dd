from __future__ import annotations

import re
import subprocess
import sys

import pytest

from kmconfig.environment.reference import SecretRef
from kmconfig.secrets.hardening import github_mask_lines, scrubbed_environment
from kmconfig.secrets.secret import Secret


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
def test_a_hardened_process_leaves_no_core_and_hides_its_memory() -> None:
    program = """
import ctypes, resource
from kmconfig.secrets.hardening import harden_process
print(sorted(harden_process()), resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "['no-core-dump', 'not-dumpable'] (0, 0) 0\n"


def test_a_child_does_not_inherit_the_variables_of_references() -> None:
    environ = {"PATH": "/bin", "A": "secret", "B": "kept", "C": "kept"}
    refs = [SecretRef("env", "A"), SecretRef("file", "B"), SecretRef("env", "ABSENT")]
    assert scrubbed_environment(environ, refs) == {"PATH": "/bin", "B": "kept", "C": "kept"}
    assert "A" in environ


def unescaped(line: str) -> str:
    text = line.removeprefix("::add-mask::")
    return re.sub("%(25|0D|0A)", lambda found: chr(int(found[1], 16)), text)


def test_every_mask_command_is_one_line_that_github_reads_back() -> None:
    value = "100%25 secret\r\nsecond-line::warning::x\n"
    lines = list(github_mask_lines(Secret(value, reference="env:X")))
    assert all(line.startswith("::add-mask::") and len(line.splitlines()) == 1 for line in lines)
    texts = [unescaped(line) for line in lines]
    assert {value, "100%25 secret", "second-line::warning::x"} <= set(texts)
    assert len(set(lines)) == len(lines)


@pytest.mark.parametrize("value", ["short", "production"])
def test_a_weak_secret_is_not_announced(value: str) -> None:
    assert list(github_mask_lines(Secret(value, reference="env:X"))) == []
