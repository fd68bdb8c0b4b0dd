from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kmconfig.secrets.job_log import feeds_job_log, github_mask_lines
from kmconfig.secrets.patterns import patterns_of
from kmconfig.secrets.secret import Secret

STEP = {"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": "/home/runner/_temp/set_output_1"}


def unescaped(line: str) -> str:
    text = line.removeprefix("::add-mask::")
    return re.sub("%(25|0D|0A)", lambda found: chr(int(found[1], 16)), text)


def test_every_mask_command_is_one_line_that_github_reads_back() -> None:
    value = "100%25 secret\r\nsecond-line::warning::x\n"
    lines = list(github_mask_lines(Secret(value, reference="env:X")))
    assert all(line.startswith("::add-mask::") and len(line.splitlines()) == 1 for line in lines)
    texts = [unescaped(line) for line in lines]
    assert texts[0] == value
    assert {"100%25 secret", "second-line::warning::x"} <= set(texts)
    assert patterns_of(value).keys() <= set(texts)
    assert len(set(lines)) == len(lines)


@pytest.mark.parametrize("value", ["short", "production"])
def test_a_weak_secret_is_not_announced(value: str) -> None:
    assert list(github_mask_lines(Secret(value, reference="env:X"))) == []


#: Says on stderr whether stdout is taken for the job's log.
ASK = (
    "import os, sys; from kmconfig.secrets.job_log import feeds_job_log;"
    "print(feeds_job_log(1, os.environ), file=sys.stderr)"
)


def answer(script: str, **variables: str) -> str:
    """What a step that runs a shell script answers, started by a runner that is no part of it."""
    environ = {**os.environ, **STEP, **variables, "ASK": ASK, "PYTHON": sys.executable}
    environ["PYTHONPATH"] = str(Path(__file__).parents[2])
    runner = (
        "import json, subprocess, sys;"
        "done = subprocess.run(['bash', '-e', '-c', sys.argv[1]], env=json.loads(sys.argv[2]), capture_output=True);"
        "sys.stderr.buffer.write(done.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", runner, script, json.dumps(environ)],
        env={name: value for name, value in os.environ.items() if name not in STEP},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stderr.strip()


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ('"$PYTHON" -c "$ASK"', "True"),
        ('"$PYTHON" -c "$ASK"; true', "True"),
        ('sh -c \'"$PYTHON" -c "$ASK"; true\'; true', "True"),
        ('"$PYTHON" -c "$ASK" 2>&1 >/dev/null | cat >&2', "False"),
        ('"$PYTHON" -c "$ASK" | cat', "False"),
        ('sh -c \'"$PYTHON" -c "$ASK"; true\' | cat', "False"),
        ('x=$("$PYTHON" -c "$ASK"); true', "False"),
        ('"$PYTHON" -c "$ASK" > "$HOME/plan.txt"; true', "False"),
        ('exec > >(cat >&2); "$PYTHON" -c "$ASK"; exec >&-; wait', "False"),
        ('env -u GITHUB_ACTIONS sh -c \'GITHUB_ACTIONS=true "$PYTHON" -c "$ASK"; true\' | cat', "False"),
        ('exec > "$HOME/plan.txt"; "$PYTHON" -c "$ASK"; true', "False"),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_only_the_steps_own_stdout_is_the_log(script: str, expected: str) -> None:
    assert answer(script) == expected


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_the_variables_of_other_files_do_not_matter() -> None:
    assert answer('"$PYTHON" -c "$ASK"; true', GITHUB_OUTPUT="") == "True"
    assert answer('x=$(GITHUB_OUTPUT=/dev/null "$PYTHON" -c "$ASK"); true') == "False"


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
@pytest.mark.parametrize("shell", ["bash", "sh"])
def test_a_shell_that_learns_of_the_job_late_is_no_runner(shell: str) -> None:
    script = f"""env -u GITHUB_ACTIONS {shell} -c 'x=$(GITHUB_ACTIONS=true "$PYTHON" -c "$ASK"); true'"""
    assert answer(script) == "False"


def test_elsewhere_there_is_no_job_log() -> None:
    assert answer('"$PYTHON" -c "$ASK"', GITHUB_ACTIONS="false") == "False"
    assert not feeds_job_log(1, {})
    assert not feeds_job_log(-1, {"GITHUB_ACTIONS": "true"})
