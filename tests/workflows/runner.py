"""A runner of GitHub's jobs on this machine: shell steps run in bash, foreign actions are played with files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from tests.workflows.expressions import Status, as_text, filled, holds
from tests.workflows.job_log import JobLog

if TYPE_CHECKING:
    from tests.workflows.service import Service

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = ROOT / ".github/workflows"


def document(path: Path) -> dict[str, Any]:
    """A YAML file, where `on` is a word as for GitHub."""
    loaded: dict[Any, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {("on" if key is True else key): value for key, value in loaded.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step that ran, and what it printed."""

    name: str
    code: int
    log: str


@dataclass(slots=True)
class Job:
    """A job that ran. ``result`` is `success`, `failure` or `skipped`."""

    result: str
    steps: list[Step] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    summary: str = ""

    @property
    def log(self) -> str:
        """What all its steps printed."""
        return "\n".join(step.log for step in self.steps)


@dataclass(slots=True, kw_only=True)
class Scope:
    """The steps of a job, or of an action in it: what their expressions see."""

    contexts: dict[str, Any]
    env: dict[str, str]
    action: Path | None = None
    failed: bool = False

    @property
    def status(self) -> Status:
        """How it has gone so far."""
        return Status(failed=self.failed)

    def text(self, value: Any) -> str:
        """A value of the file with its expressions replaced."""
        return filled(value, self.contexts, self.status)


class Runner:
    """Plays one job on a machine of its own: an empty workspace and temporary folder below ``folder``."""

    def __init__(self, service: Service, folder: Path, *, variables: dict[str, str] | None = None) -> None:
        self.service = service
        self.workspace = folder / "workspace"
        self.temp = folder / "temp"
        self._files = folder / "files"
        for place in (self.workspace, self.temp, self._files):
            place.mkdir(parents=True)
        self._programs = _programs(folder / "bin")
        _installed(self.temp / "kmconfig-venv")
        self._variables = variables or {}
        self._path: list[str] = []
        self._count = 0
        self._log = JobLog()
        self.job = Job("success")

    def play(self, workflow: Path, name: str, *, inputs: dict[str, str] | None = None, needs: Any = None) -> Job:
        """Run a job of a workflow; ``needs`` are the jobs before it."""
        whole = document(workflow)
        job = whole["jobs"][name]
        permissions = job.get("permissions", whole.get("permissions", {}))
        token = self.service.token(permissions)
        contexts = {
            "github": self._github(token),
            "inputs": inputs or {},
            "vars": self.service.variables,
            "needs": {before: {"outputs": done.outputs} for before, done in (needs or {}).items()},
            "runner": {"temp": str(self.temp)},
            "steps": {},
        }
        scope = Scope(contexts=contexts, env=self._surroundings())
        if not holds(job.get("if"), contexts, scope.status):
            return Job("skipped")
        self._run(job["steps"], scope)
        self.job.result = "failure" if scope.failed else "success"
        self.job.outputs = {key: scope.text(value) for key, value in job.get("outputs", {}).items()}
        summary = self._files / "summary"
        self.job.summary = summary.read_text(encoding="utf-8") if summary.exists() else ""
        return self.job

    def _github(self, token: str) -> dict[str, Any]:
        event = self.service.event
        return {
            "token": token,
            "event": event,
            "event_name": self.service.event_name,
            "repository": self.service.repository,
            "ref_name": self.service.ref_name,
            "run_id": self.service.run_id,
            "run_attempt": "1",
        }

    def _surroundings(self) -> dict[str, str]:
        """The variables of the machine and of the job."""
        event = self._files / "event.json"
        event.write_text(json.dumps(self.service.event), encoding="utf-8")
        kept = ("HOME", "LC_ALL", "TZ", "SSL_CERT_FILE")
        return {
            **{name: os.environ[name] for name in kept if name in os.environ},
            **self.service.base_variables(),
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": "https://api.github.example",
            "GITHUB_EVENT_NAME": self.service.event_name,
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_PATH": str(self._files / "path"),
            "GITHUB_REPOSITORY": self.service.repository,
            "GITHUB_RUN_ID": self.service.run_id,
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_STEP_SUMMARY": str(self._files / "summary"),
            "GITHUB_WORKSPACE": str(self.workspace),
            "GIT_CONFIG_NOSYSTEM": "1",
            "RUNNER_ARCH": "X64",
            "RUNNER_OS": "Linux",
            "RUNNER_TEMP": str(self.temp),
            "FAKE_SERVICE": str(self.service.state),
            **self._variables,
        }

    def _run(self, steps: list[dict[str, Any]], scope: Scope) -> None:
        for step in steps:
            if not holds(step.get("if"), scope.contexts, scope.status):
                continue
            outputs, code = self._step(step, scope)
            if "id" in step:
                scope.contexts["steps"][step["id"]] = {"outputs": outputs}
            if code and not step.get("continue-on-error"):
                scope.failed = True

    def _step(self, step: dict[str, Any], scope: Scope) -> tuple[dict[str, str], int]:
        given = {key: scope.text(value) for key, value in step.get("with", {}).items()}
        if "run" in step:
            return self._shell(step, scope)
        if step["uses"] == "./":
            return self._composite(ROOT / "action.yml", given, scope)
        name = step["uses"].split("@")[0]
        return self.service.played(name, given, self.workspace), 0

    def _composite(self, path: Path, given: dict[str, str], outer: Scope) -> tuple[dict[str, str], int]:
        action = document(path)
        assert set(given) <= set(action["inputs"])
        inputs = {
            name: given.get(name, outer.text(entry.get("default", ""))) for name, entry in action["inputs"].items()
        }
        contexts = outer.contexts | {"inputs": inputs, "steps": {}}
        inner = Scope(contexts=contexts, env=dict(outer.env), action=path.parent)
        self._run(action["runs"]["steps"], inner)
        outputs = {name: inner.text(entry["value"]) for name, entry in action["outputs"].items()}
        return outputs, int(inner.failed)

    def _shell(self, step: dict[str, Any], scope: Scope) -> tuple[dict[str, str], int]:
        self._count += 1
        output = self._files / f"output-{self._count}"
        script = self._files / f"script-{self._count}.sh"
        text = scope.text(step["run"])
        script.write_text(text, encoding="utf-8")
        assert text == as_text(step["run"]), "no expression may stand in a script"
        env = scope.env | {key: scope.text(value) for key, value in step.get("env", {}).items()}
        env |= {"GITHUB_OUTPUT": str(output), "PATH": os.pathsep.join([*self._path, self._programs])}
        if scope.action is not None:
            env["GITHUB_ACTION_PATH"] = str(scope.action)
        done = subprocess.run(
            ("bash", "--noprofile", "--norc", "-eo", "pipefail", script),
            cwd=self.workspace / scope.text(step.get("working-directory", ".")),
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=60,
        )
        self.job.steps.append(Step(name=step.get("id", text), code=done.returncode, log=self._log.taken(done.stdout)))
        path = self._files / "path"
        self._path = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return _outputs(output), done.returncode


def _outputs(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines)


def program(path: Path, text: str) -> None:
    """Write a program."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


def kmconfig_program(path: Path) -> None:
    """Write a program that runs kmconfig of this checkout."""
    program(path, f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m kmconfig "$@"\n')


def _programs(folder: Path) -> str:
    """The machine's programs, with `python` and a `gh` that talks to the service of the test."""
    program(folder / "python", f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    program(folder / "gh", f'#!/bin/sh\nexec {sys.executable} {ROOT / "tests/workflows/gh.py"} "$@"\n')
    return os.pathsep.join((str(folder), *(str(Path(path).parent) for path in _found("bash", "git", "jq", "curl"))))


def _found(*names: str) -> list[str]:
    return [path for path in map(shutil.which, names) if path is not None]


def _installed(folder: Path) -> None:
    """What an earlier job has put into the cache."""
    kmconfig_program(folder / "bin/kmconfig")
