"""A plan for people: how it words what happens to secrets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kmconfig.deploy.inputs import Inputs
from kmconfig.deploy.plan import Plan
from kmconfig.report.plan import plan_text
from kmconfig.report.style import Style
from kmconfig.targets.interface import LiveState, Operation
from kmconfig.targets.secret_changes import SecretChange

NOW = datetime(2026, 8, 26, 12, 0, tzinfo=UTC)
REFERENCE = "vault:keymanager/production/smtp#password"
LONG = ("terraform-20260801000000000000000001", "terraform-20260801000000000000000002")


def shown(**change: Any) -> str:
    """The line of a plan that changes one secret."""
    operation = Operation(
        setting="email.smtp.password",
        key="MAIL_PASSWORD",
        action="change",
        before="(set)",
        after=change.pop("reference", REFERENCE),
        secret=True,
        change=SecretChange(**change),
    )
    plan = Plan(
        environment="production",
        target="laravel_env:.env",
        created=NOW,
        expires=NOW,
        commit=None,
        operations=(operation,),
        guards=(),
        notes=(),
        inputs=Inputs(files={}, rules=""),
        origins={"email.smtp.password": ""},
        secrets=(),
        limits=(),
        kept={},
        formerly_ours=frozenset(),
        live=LiveState(base="base"),
    )
    lines = list(plan_text(plan, style=Style(enabled=False)))
    return lines[1].removeprefix("  ~ MAIL_PASSWORD  ")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"before": "7", "after": "9", "days": 12}, "v7 → v9 (12 days old)"),
        ({"before": "7", "after": "9", "days": 1}, "v7 → v9 (1 day old)"),
        ({"before": "7", "after": "9", "days": 0}, "v7 → v9 (made today)"),
        ({"before": "7", "after": "9", "days": -3}, "v7 → v9 (made today)"),
        ({"before": "7", "after": "9"}, "v7 → v9"),
        ({"after": "9", "days": 12}, "? → v9 (12 days old)"),
        ({"after": "9", "days": 12, "held": False}, "v9 (12 days old)"),
        ({"before": "9007199254740993", "after": "9007199254740994"}, "v9007199254740993 → v9007199254740994"),
        ({"before": "3e0a1b2c-4d5e", "after": "9f8e7d6c-5b4a", "days": 2}, "3e0a1b2c → 9f8e7d6c (2 days old)"),
        ({"before": LONG[0], "after": LONG[1]}, f"{LONG[0]} → {LONG[1]}"),
        ({"after": LONG[1]}, "? → terrafor"),
        ({"before": "7", "after": "9", "fingerprint_before": "1a2b3c4d5e6f", "fingerprint_after": "a" * 12}, "v7 → v9"),
        (
            {"fingerprint_before": "1a2b3c4d5e6f", "fingerprint_after": "3c4d5e6f7a8b"},
            "fingerprint 1a2b3c4d5e6f → 3c4d5e6f7a8b",
        ),
        ({"fingerprint_after": "3c4d5e6f7a8b"}, "fingerprint ? → 3c4d5e6f7a8b"),
        ({"fingerprint_after": "3c4d5e6f7a8b", "held": False}, "fingerprint 3c4d5e6f7a8b"),
        ({}, "unknown, will be written"),
        ({"held": False}, "unknown, will be written"),
        (
            {"before": "9", "after": "9", "compared": False},
            "v9 → v9, cannot be compared with what the target holds",
        ),
    ],
)
def test_a_secret_in_place_of_another(change: dict[str, Any], expected: str) -> None:
    days = change.pop("days", None)
    created = None if days is None else NOW - timedelta(days=days, hours=5)
    expected = f"vault keymanager/production/smtp#password  {expected}"
    assert shown(**change, created=created) == expected


def test_what_a_store_calls_its_versions_is_only_text() -> None:
    line = shown(after="\x1b[31m\nv9", reference="ssm:/km\x1b[2J")
    assert line.isprintable()
