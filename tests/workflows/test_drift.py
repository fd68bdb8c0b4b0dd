"""The nightly look at live settings keeps one issue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.deploy.site import PASSWORD
from tests.workflows.service import BOT
from tests.workflows.test_apply import apply, plan

if TYPE_CHECKING:
    from tests.workflows.live import Live
    from tests.workflows.playing import Play
    from tests.workflows.runner import Job
    from tests.workflows.service import Service

MARKER = "<!-- kmconfig-drift -->"


@pytest.fixture(autouse=True)
def _applied(operate: Play, live: Live) -> None:
    assert apply(operate, plan(operate)).result == "success"


def watch(operate: Play) -> Job:
    return operate("drift.yml", "drift")


def test_nothing_happens_where_nothing_is_configured(operate: Play, operating: Service) -> None:
    operating.variables = {}
    assert watch(operate).result == "skipped"


def test_clean_settings_make_no_issue(operate: Play, operating: Service) -> None:
    job = watch(operate)
    assert job.result == "success", job.log
    assert "environment staging: clean" in job.summary
    assert operating.issues == []


def test_one_issue_is_opened_changed_and_closed(operate: Play, operating: Service, live: Live) -> None:
    before = live.settings.read_text(encoding="utf-8")
    live.edit("support@acme.test", "somebody@acme.test")
    first = watch(operate)
    assert first.result == "success", first.log
    (issue,) = operating.issues
    assert issue["title"] == "Email settings have drifted"
    assert issue["body"].startswith(MARKER)
    assert '"somebody@acme.test" → "support@acme.test"' in issue["body"]
    assert PASSWORD not in issue["body"] + first.log

    live.edit("somebody@acme.test", "nobody@acme.test")
    watch(operate)
    (changed,) = operating.issues
    assert changed["number"] == issue["number"]
    assert '"nobody@acme.test" → "support@acme.test"' in changed["body"]

    live.settings.write_text(before, encoding="utf-8")
    watch(operate)
    (closed,) = operating.issues
    assert (closed["state"], closed["state_reason"]) == ("closed", "completed")
    assert operating.comments[0]["body"].startswith("No drift any more: https://github.example/")

    watch(operate)
    assert len(operating.comments) == 1


def test_what_could_not_be_read_fails_and_changes_no_issue(operate: Play, operating: Service, live: Live) -> None:
    live.edit("support@acme.test", "somebody@acme.test")
    watch(operate)
    live.settings.write_text("no JSON", encoding="utf-8")
    job = watch(operate)
    assert job.result == "failure"
    (issue,) = operating.issues
    assert issue["state"] == "open"
    assert "somebody@acme.test" in issue["body"]


def test_an_issue_of_somebody_else_with_the_marker_is_left_alone(operate: Play, operating: Service, live: Live) -> None:
    strangers = {"number": 900, "state": "open", "user": {"login": "stranger"}, "body": f"{MARKER}\nnothing to see"}
    operating.change(issues=[strangers])
    live.edit("support@acme.test", "somebody@acme.test")
    watch(operate)
    untouched, own = operating.issues
    assert untouched == strangers
    assert own["user"]["login"] == BOT


def test_hostile_live_values_stay_text(operate: Play, operating: Service, live: Live) -> None:
    live.edit("support@acme.test", "x\n```\n::error::forged\n@everyone \u202e$(touch owned)")
    job = watch(operate)
    (issue,) = operating.issues
    line = next(line for line in issue["body"].splitlines() if "forged" in line)
    assert line.startswith("  external")
    assert "\\n" in line
    assert "\u202e" not in issue["body"]
    assert "\n::error" not in job.log
    assert job.log.index("::stop-commands::") < job.log.index("forged")
    assert list(live.settings.parents[1].rglob("owned")) == []


def test_a_long_list_fits_into_an_issue(operate: Play, operating: Service, live: Live) -> None:
    live.edit("support@acme.test", "x" * 70_000)
    watch(operate)
    (issue,) = operating.issues
    assert len(issue["body"]) < 65_536
