"""How an environment stands, in a word."""

from __future__ import annotations

from typing import Any

import pytest

from kmconfig.report.page.model import EnvironmentView
from kmconfig.report.page.overview import needs_a_look
from kmconfig.report.page.states import (
    State,
    dns_state,
    drift_state,
    last_run,
    moment,
    plan_state,
    run_state,
    secrets_state,
)


def view(*, complete: bool = True, runs: tuple[dict[str, Any], ...] = (), **seen: dict[str, Any]) -> EnvironmentView:
    return EnvironmentView(name="a", tier="production", complete=complete, settings={}, seen=seen, receipts=runs)


def references(*statuses: str, fits: bool = True) -> dict[str, Any]:
    return {"references": [{"status": status, "shape": {"fits": fits}} for status in statuses]}


@pytest.mark.parametrize(
    ("document", "state"),
    [
        (references("ok", "ok"), State("ok", "good")),
        (references("ok", "unknown"), State("1 not known", "unknown")),
        (references("due_soon", "unknown", "due_soon"), State("2 due soon", "warning")),
        (references("overdue", "missing", "due_soon"), State("1 missing", "bad")),
        (references("ok", fits=False), State("1 of the wrong form", "bad")),
        (references(), State("none", "good")),
    ],
)
def test_secrets(document: dict[str, Any], state: State) -> None:
    assert secrets_state(document) == state


@pytest.mark.parametrize(
    ("results", "state"),
    [
        (["pass", "note"], State("passed", "good")),
        (["pass", "unknown", "note"], State("1 not known", "unknown")),
        (["warn", "unknown"], State("1 warning", "warning")),
        (["warn", "fail", "fail"], State("2 failed", "bad")),
        ([], State("not checked", "unknown")),
    ],
)
def test_dns(results: list[str], state: State) -> None:
    assert dns_state({"checks": [{"result": result} for result in results]}) == state


def test_drift_counts_what_nobody_accepted() -> None:
    differences = [{"ignored": None}, {"ignored": "until summer"}]
    assert drift_state({"result": "drift", "differences": differences}) == State("1 drifted", "warning")
    assert drift_state({"result": "clean", "differences": differences[1:]}) == State("no drift", "good")
    assert drift_state({"result": "unknown", "differences": []}) == State("not known", "unknown")


def test_a_plan_is_empty_or_pending() -> None:
    assert plan_state({"operations": []}) == State("up to date", "good")
    assert plan_state({"operations": [{}, {}]}) == State("2 pending", "warning")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2026-03-31T14:30:00Z", "2026-03-31 14:30 UTC"),
        ("2026-03-31T16:30:00+02:00", "2026-03-31 14:30 UTC"),
        ("2026-03-31T14:30:00", "2026-03-31 14:30"),
        ("yesterday", "yesterday"),
        ("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+14:00"),
        ("", ""),
    ],
)
def test_moments(text: str, told: str) -> None:
    assert moment(text) == told


def test_the_last_run_is_the_newest_of_all() -> None:
    old = {"run": "02", "started": "2026-01-01T00:00:00Z"}
    new = {"run": "01", "started": "2026-02-01T00:00:00Z"}
    assert last_run([view(runs=(old,)), view(), view(runs=(new, old))]) is new
    assert last_run([view()]) is None


@pytest.mark.parametrize(
    ("environment", "needed"),
    [
        (view(), False),
        (view(complete=False), True),
        (view(plan={"operations": []}), False),
        (view(plan={"operations": [{}]}), True),
        (view(dns={"checks": []}), True),
        (view(runs=({"result": "applied"}, {"result": "failed"})), False),
        (view(runs=({"result": "failed"},)), True),
    ],
)
def test_who_needs_a_look(environment: EnvironmentView, needed: bool) -> None:
    assert needs_a_look(environment) == needed


def test_how_runs_end() -> None:
    assert run_state({"result": "rolled_back"}) == State("rolled back", "warning")
