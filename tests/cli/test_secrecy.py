"""What a run does before and with its secrets: hardened, announced to the job's log, weak ones named."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.project import PASSWORD, environment, variable
from tests.cli.running import write

if TYPE_CHECKING:
    from tests.cli.running import Call

ACTIONS = {"GITHUB_ACTIONS": "true"}


#: Starts a program with variables of its own, as GitHub's runner does, which has not those of a step itself.
RUNNER = """
import json, subprocess, sys
done = subprocess.run(sys.argv[2:], env=json.loads(sys.argv[1]), capture_output=True, text=True)
print(json.dumps([done.returncode, done.stdout, done.stderr]))
"""


def started(root: Path, *program: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a program as a step of a job, or as something else."""
    plain = {name: value for name, value in os.environ.items() if name != "GITHUB_ACTIONS"}
    inner = json.dumps({**plain, "PYTHONPATH": str(Path(__file__).parents[2]), **variables})
    line = [sys.executable, "-c", RUNNER, inner, *program]
    ran = subprocess.run(line, cwd=root, env=plain, capture_output=True, text=True, timeout=60, check=True)
    code, out, err = json.loads(ran.stdout)
    return subprocess.CompletedProcess(program, code, out, err)


def process(root: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run kmconfig as a process of its own."""
    return started(root, sys.executable, "-m", "kmconfig", *arguments, **variables)


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("$KMCONFIG plan staging", True),
        ("$KMCONFIG plan staging; true", True),
        ("$KMCONFIG plan staging | tee plan.txt", False),
        ("$KMCONFIG plan staging | tee plan.txt; true", False),
        ('X=$($KMCONFIG plan staging); echo "$X"', False),
        ("{ $KMCONFIG plan staging; true; } | cat", False),
        ("exec > >(cat); $KMCONFIG plan staging; exec >&-; wait", False),
    ],
)
def test_a_pipe_within_a_step_holds_no_value(root: Path, script: str, told: bool) -> None:
    done = started(root, "bash", "-c", script, KMCONFIG=f"{sys.executable} -m kmconfig", **ACTIONS)
    assert done.returncode == 0
    assert ("::add-mask::" in done.stdout) == told
    assert (PASSWORD in done.stdout) == told
    assert not any(PASSWORD in path.read_text() for path in root.glob("plan.*"))


@pytest.mark.parametrize(
    "line",
    [
        ("plan", "staging"),
        ("plan", "staging", "-v"),
        ("apply", "staging", "--yes", "--no-test-send", "no server here"),
        ("plan", "staging", "--output", "plan.txt"),
        ("plan", "staging", "--format", "json", "--output", "plan.json"),
    ],
)
def test_in_a_job_the_runner_is_told_first_and_nothing_else_holds_the_value(root: Path, line: tuple[str, ...]) -> None:
    done = process(root, *line, **ACTIONS)
    lines = done.stdout.splitlines()
    told = [text for text in lines if text.startswith("::add-mask::")]
    assert told
    assert told[0] == f"::add-mask::{PASSWORD}"
    assert lines[: len(told)] == told
    assert PASSWORD not in "\n".join(lines[len(told) :])
    assert PASSWORD not in done.stderr
    assert not any(PASSWORD in path.read_text() for path in root.glob("plan.*"))


@pytest.mark.parametrize(
    "line",
    [
        ("plan", "staging", "--format", "json"),
        ("plan", "staging", "--format", "json", "--output", "/dev/stdout"),
        ("apply", "staging", "--yes", "--no-test-send", "no server here", "--format", "json"),
    ],
)
def test_json_on_stdout_stays_alone(root: Path, line: tuple[str, ...]) -> None:
    done = process(root, *line, **ACTIONS)
    assert json.loads(done.stdout)["version"] == 1
    assert PASSWORD not in done.stdout + done.stderr


def test_a_result_that_is_redirected_into_a_file_holds_no_value(root: Path) -> None:
    with (root / "plan.txt").open("w", encoding="utf-8") as file:
        subprocess.run(
            [sys.executable, "-m", "kmconfig", "plan", "staging"],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **ACTIONS},
            cwd=root,
            stdout=file,
            timeout=60,
            check=True,
        )
    assert (root / "plan.txt").read_text(encoding="utf-8").startswith("staging")


@pytest.mark.parametrize("variables", [{}, {"GITHUB_ACTIONS": "false"}, {"GITLAB_CI": "true"}])
def test_elsewhere_nothing_is_announced(root: Path, variables: dict[str, str]) -> None:
    done = process(root, "plan", "staging", **variables)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("staging")


def test_linting_announces_nothing(root: Path) -> None:
    assert "add-mask" not in process(root, "lint", **ACTIONS).stdout


@pytest.mark.parametrize("weak", [("s3cret", "too short"), ("Password", "too common")])
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_secret_that_cannot_be_masked_is_named_once(
    kmconfig: Call, root: Path, monkeypatch: pytest.MonkeyPatch, weak: tuple[str, str], form: str
) -> None:
    value, why = weak
    monkeypatch.setenv(variable("staging"), value)
    monkeypatch.setenv("VAULT_TOKEN", "root")
    ran = kmconfig("plan", "--all", "--format", form)
    assert ran.code == 0
    assert ran.err == f"kmconfig: `env:{variable('staging')}` is {why} to be masked\n"
    assert "to be masked" not in ran.out


def test_what_opens_a_store_is_masked_although_no_reference_names_it(
    kmconfig: Call, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAULT_TOKEN", "hvs.CAESI-token-of-ours")
    path = "out/hvs.CAESI-token-of-ours"
    write(root, {"environments/staging.yaml": environment("staging").replace("out/staging", path)})
    assert "hvs.CAESI" not in kmconfig("plan", "staging").out


#: Says how the process is kept, once its secrets are read.
LOOK = """
import ctypes, resource, sys
from kmconfig.cli.run import run
import kmconfig.deploy.prepare as prepare
plan = prepare.plan_environment
def look(*args, **kwargs):
    print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), resource.getrlimit(resource.RLIMIT_CORE)[0], file=sys.stderr)
    return plan(*args, **kwargs)
prepare.plan_environment = look
run(["plan", "staging"], owns_process=OWNS)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
@pytest.mark.parametrize(("owns", "expected"), [(True, "0 0\n"), (False, "1 17\n")])
def test_a_process_of_our_own_is_hardened_when_secrets_are_read(root: Path, owns: bool, expected: str) -> None:
    program = LOOK.replace("OWNS", str(owns)).replace(
        "import ctypes, resource, sys",
        "import ctypes, resource, sys\nresource.setrlimit(resource.RLIMIT_CORE, (17, 17))",
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stderr == expected
