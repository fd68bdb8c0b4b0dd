"""The action's inputs: what is refused, what reaches kmconfig, and that nothing in them is executed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.review.repository import Repository
    from tests.workflows.playing import Play
    from tests.workflows.runner import Job
    from tests.workflows.service import Service

CHECKOUT = {"uses": "actions/checkout@0", "with": {"persist-credentials": "false"}}


@pytest.fixture
def workflow(tmp_path: Path) -> Path:
    return tmp_path / "workflow.yml"


def call(play: Play, workflow: Path, **inputs: str) -> Job:
    """Run a job that calls the action."""
    given = {name.replace("_", "-"): value for name, value in inputs.items()}
    outputs = {name: f"${{{{ steps.it.outputs.{name} }}}}" for name in ("result", "exit-code")}
    job = {"steps": [CHECKOUT, {"id": "it", "uses": "./", "with": given}], "outputs": outputs}
    workflow.write_text(json.dumps({"on": "push", "jobs": {"job": job}}), encoding="utf-8")
    return play(workflow, "job")


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"command": "lnit"}, 'the input "command" is one of'),
        ({"command": "../../bin/sh"}, 'the input "command" is one of'),
        ({"command": "plan"}, "plan needs exactly one environment"),
        ({"command": "apply", "environments": "staging production"}, "apply needs exactly one environment"),
        ({"command": "lint", "environments": "staging"}, "lint looks at all environments"),
        ({"version": "1.0 --index-url=https://evil.example"}, 'the input "version" is a version'),
        ({"version": "$(id)"}, 'the input "version" is a version'),
    ],
)
def test_wrong_inputs_are_refused(play: Play, workflow: Path, inputs: dict[str, str], message: str) -> None:
    job = call(play, workflow, **inputs)
    assert job.result == "failure"
    assert [step.code for step in job.steps] == [64]
    assert f"::error title=kmconfig::{message}" in job.log


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"command": "plan", "environments": "staging"}, "plan reads secrets"),
        ({"command": "apply", "environments": "staging"}, "apply reads secrets"),
        ({"command": "drift"}, "drift reads secrets"),
        ({"command": "lint", "args": "--statistics\n--online"}, "--online reaches the servers"),
    ],
)
def test_what_reads_secrets_does_not_run_for_a_pull_request(
    play: Play, service: Service, workflow: Path, inputs: dict[str, str], message: str
) -> None:
    service.pull_request(7, "main")
    for event in ("pull_request", "pull_request_target"):
        service.event_name = event
        job = call(play, workflow, **inputs)
        assert [step.code for step in job.steps] == [64]
        assert message in job.log


@pytest.mark.parametrize(
    "hostile", ["$(touch owned)", "`touch owned`", "; touch owned", "--output=owned", "* ?", "'\""]
)
def test_hostile_environments_are_names(
    play: Play, workflow: Path, tmp_path: Path, hostile: str, service: Service
) -> None:
    job = call(play, workflow, command="drift", environments=hostile)
    assert job.outputs == {"result": "error", "exit-code": "65"}
    assert "there is no environment" in job.log
    assert list(tmp_path.rglob("owned")) == []


def test_arguments_are_lines_and_words_stay_together(play: Play, workflow: Path, tmp_path: Path) -> None:
    job = call(play, workflow, args="--ignore\nKM001\n\n$(touch owned) two words\n")
    assert job.outputs == {"result": "error", "exit-code": "65"}
    assert "$(touch owned) two words" in job.log
    assert list(tmp_path.rglob("owned")) == []


def test_another_folder_of_the_checkout(play: Play, workflow: Path, origin: Repository) -> None:
    origin.write({"mail/kmconfig.yaml": "version: 1\n", "mail/environments/x.yaml": "tier: nonsense\n"})
    origin.commit()
    job = call(play, workflow, working_directory="mail")
    assert job.outputs == {"result": "failed", "exit-code": "1"}
    assert "\n::error file=mail/environments/x.yaml" in job.log


def test_a_clone_without_history_says_what_to_fetch(
    play: Play, service: Service, workflow: Path, origin: Repository
) -> None:
    service.pull_request(7, "main")
    job = call(play, workflow, command="review", args="0123456789012345678901234567890123456789")
    assert job.result == "failure"
    assert job.outputs["exit-code"] == "65"
    assert "fetch" in job.log


def test_install_puts_the_command_on_the_path_of_later_steps(play: Play, workflow: Path) -> None:
    steps = [CHECKOUT, {"uses": "./", "with": {"command": "install"}}, {"run": "kmconfig schema project"}]
    workflow.write_text(json.dumps({"on": "push", "jobs": {"job": {"steps": steps}}}), encoding="utf-8")
    job = play(workflow, "job")
    assert job.result == "success", job.log
    assert '"$schema"' in job.steps[-1].log
