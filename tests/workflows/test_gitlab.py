"""The template for GitLab: reports, the note on a merge request, a plan that is applied verbatim, drift."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Protocol
from xml.etree import ElementTree as ET

import pytest

from kmconfig.report.diff_markdown import MARKER
from tests.deploy.site import PASSWORD
from tests.workflows.gitlab_api import BOT, TOKEN, GitLab
from tests.workflows.gitlab_runner import Ran, job, play
from tests.workflows.live import SECRETS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.mail.servers import Server
    from tests.review.repository import Repository
    from tests.workflows.live import Live

_LIVE = ("kmconfig-plan", "kmconfig-apply", "kmconfig-drift")


class Play(Protocol):
    """Runs a job of the template."""

    def __call__(
        self, name: str, origin: Repository, *, variables: dict[str, str], files: dict[str, str] | None = None
    ) -> Ran: ...


@pytest.fixture
def gitlab() -> Iterator[GitLab]:
    with GitLab() as running:
        yield running


@pytest.fixture
def run(tmp_path: Path) -> Play:
    numbers = itertools.count()

    def call(name: str, origin: Repository, *, variables: dict[str, str], files: dict[str, str] | None = None) -> Ran:
        return play(name, tmp_path / f"gitlab-{next(numbers)}", origin, variables=variables, files=files)

    return call


@pytest.fixture
def request_variables(origin: Repository, gitlab: GitLab) -> dict[str, str]:
    """A merge request that turns encryption off."""
    base = origin.git("rev-parse", "main")
    origin.git("checkout", "--quiet", "-b", "weaker")
    origin.replace("environments/base.yaml", "encryption: tls", "encryption: none")
    origin.commit()
    return {
        "BRANCH": "weaker",
        "CI_API_V4_URL": gitlab.address,
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": base,
        "CI_MERGE_REQUEST_IID": "7",
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
        "CI_PROJECT_ID": "5",
    }


def test_lint_reports_for_the_merge_request(run: Play, origin: Repository, request_variables: dict[str, str]) -> None:
    ran = run("kmconfig-lint", origin, variables=request_variables)
    assert ran.code == 1
    entries = json.loads(ran.artifacts["gl-code-quality.json"])
    (entry,) = [entry for entry in entries if "KM306" in entry["description"]]
    assert entry["location"] == {"path": "environments/base.yaml", "lines": {"begin": 10}}
    assert ET.fromstring(ran.artifacts["kmconfig-junit.xml"]).tag == "testsuites"  # noqa: S314 - our own file


def test_one_note_is_written_and_then_changed(
    run: Play, origin: Repository, request_variables: dict[str, str], gitlab: GitLab
) -> None:
    strangers = {"id": 1, "author": {"id": 9}, "body": f"{MARKER}\nall is well"}
    gitlab.notes.append(dict(strangers))
    variables = request_variables | {"KMCONFIG_GITLAB_TOKEN": TOKEN}
    ran = run("kmconfig-review", origin, variables=variables)
    assert ran.code == 0, ran.log
    untouched, note = gitlab.notes
    assert untouched == strangers
    assert note["author"]["id"] == BOT
    assert "credentials would cross the network in clear text" in note["body"]
    assert TOKEN not in ran.log

    origin.replace("environments/base.yaml", "encryption: none", "encryption: tls")
    origin.replace("environments/base.yaml", "port: 587", "port: 2525")
    origin.commit()
    assert run("kmconfig-review", origin, variables=variables).code == 0
    assert len(gitlab.notes) == 2
    assert "2525" in gitlab.notes[1]["body"]


def test_a_fork_without_a_token_leaves_the_review_as_a_file(
    run: Play, origin: Repository, request_variables: dict[str, str], gitlab: GitLab
) -> None:
    ran = run("kmconfig-review", origin, variables=request_variables)
    assert ran.code == 0, ran.log
    assert gitlab.calls == []
    assert "clear text" in ran.artifacts["kmconfig-review.md"]


def test_a_wrong_token_fails_and_is_not_shown(
    run: Play, origin: Repository, request_variables: dict[str, str], gitlab: GitLab
) -> None:
    ran = run("kmconfig-review", origin, variables=request_variables | {"KMCONFIG_GITLAB_TOKEN": "glpat-wrong"})
    assert ran.code != 0
    assert "401" in ran.log
    assert "glpat-wrong" not in ran.log


def test_a_plan_is_applied_verbatim(run: Play, live: Live, server: Server) -> None:
    variables = SECRETS | {"KMCONFIG_ENVIRONMENT": "staging"}
    planned = run("kmconfig-plan", live.origin, variables=variables)
    assert planned.code == 0, planned.log
    assert server.messages == []
    applied = run("kmconfig-apply", live.origin, variables=variables, files=planned.artifacts)
    assert applied.code == 0, applied.log
    assert len(server.messages) == 1
    assert PASSWORD in live.settings.read_text(encoding="utf-8")
    assert not any(PASSWORD in text for text in (planned.log, applied.log, *planned.artifacts.values()))


def test_a_plan_that_was_changed_is_refused(run: Play, live: Live) -> None:
    variables = SECRETS | {"KMCONFIG_ENVIRONMENT": "staging"}
    (plan,) = run("kmconfig-plan", live.origin, variables=variables).artifacts.values()
    changed = {"kmconfig-plan.json": plan.replace('"localhost"', '"mail.evil.example"')}
    assert run("kmconfig-apply", live.origin, variables=variables, files=changed).code == 3
    assert not live.settings.exists()


def test_drift_is_a_warning(run: Play, live: Live) -> None:
    allowed = job("kmconfig-drift")["allow_failure"]["exit_codes"]
    ran = run("kmconfig-drift", live.origin, variables=SECRETS | {"KMCONFIG_DRIFT": "staging"})
    assert ran.code in allowed, ran.log
    assert "unapplied" in ran.log


def test_names_of_environments_are_not_executed(run: Play, live: Live, tmp_path: Path) -> None:
    ran = run("kmconfig-drift", live.origin, variables=SECRETS | {"KMCONFIG_DRIFT": "$(touch owned) *"})
    assert ran.code == 65
    assert list(tmp_path.rglob("owned")) == []


def test_jobs_of_merge_requests_have_no_identity() -> None:
    for name in ("kmconfig-lint", "kmconfig-review"):
        assert "id_tokens" not in job(name)
    for name in _LIVE:
        assert set(job(name)["id_tokens"]) == {"VAULT_ID_TOKEN"}
        assert not any("merge_request" in rule["if"] for rule in job(name)["rules"])
