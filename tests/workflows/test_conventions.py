"""What all workflows and the action hold to, whatever they do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.workflows.runner import ROOT, WORKFLOWS, document

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILES = sorted(WORKFLOWS.glob("*.yml"))
ALL = [*FILES, ROOT / "action.yml"]
_PINNED = re.compile(r"uses: (?P<action>[\w./-]+)@(?P<commit>[0-9a-f]{40}) # (?P<version>v\d+\.\d+\.\d+)\n")


def steps(path: Path) -> Iterator[dict[str, Any]]:
    whole = document(path)
    for holder in (*whole.get("jobs", {}).values(), whole.get("runs", {})):
        yield from holder.get("steps", ())


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.name)
def test_foreign_actions_are_pinned_to_a_commit(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    foreign = [step["uses"] for step in steps(path) if step.get("uses", "./") != "./"]
    assert foreign == [f"{match['action']}@{match['commit']}" for match in _PINNED.finditer(text)]


def test_an_action_has_one_version_everywhere() -> None:
    versions: dict[str, set[tuple[str, str]]] = {}
    for path in ALL:
        for match in _PINNED.finditer(path.read_text(encoding="utf-8")):
            name = "/".join(match["action"].split("/")[:2])
            versions.setdefault(name, set()).add((match["commit"], match["version"]))
    assert all(len(found) == 1 for found in versions.values()), versions


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.name)
def test_no_expression_becomes_part_of_a_script(path: Path) -> None:
    assert not any("${{" in step.get("run", "") for step in steps(path))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_jobs_have_limits_and_leave_no_token_behind(path: Path) -> None:
    whole = document(path)
    assert set(whole["permissions"].items()) <= {("contents", "read")}
    assert all("timeout-minutes" in job for job in whole["jobs"].values())
    checkouts = [step for step in steps(path) if step.get("uses", "").startswith("actions/checkout@")]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_jobs_of_pull_requests_have_no_secret_and_no_identity(path: Path) -> None:
    whole = document(path)
    assert "pull_request_target" not in whole["on"]
    if "pull_request" not in whole["on"]:
        return
    for job in whole["jobs"].values():
        assert "id-token" not in job.get("permissions", {})
        assert "environment" not in job
    assert "secrets." not in path.read_text(encoding="utf-8")
    commands = {step["with"]["command"] for step in steps(path) if step.get("uses") == "./"}
    assert commands <= {"lint", "review"}


def test_jobs_with_secrets_never_take_the_program_from_a_cache() -> None:
    (cached,) = [step for step in steps(ROOT / "action.yml") if step.get("uses", "").startswith("actions/cache@")]
    assert re.findall(r"command == '(\w+)'", cached["if"]) == ["lint", "review"]


def test_only_comment_and_issue_see_the_token() -> None:
    seeing = [step["run"] for step in steps(ROOT / "action.yml") if "inputs.token" in str(step)]
    assert [re.findall(r"(\w+)\.sh", script) for script in seeing] == [["comment"], ["issue"]]
