"""Environments with a target in a store, and what is wanted of it, without asking any store for secrets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kmconfig.environment.project import Project
from kmconfig.lint.rules.references import references
from kmconfig.secrets.secret import Secret
from kmconfig.targets.goal import Candidate
from kmconfig.targets.interface import WritePermit
from kmconfig.targets.keeping.interface import Holder
from tests.cli.running import write

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.environment.environment import Environment
    from kmconfig.targets.interface import LiveState

PASSWORD = "correct horse battery"
HOST = "smtp.sendgrid.net"


def environment(
    root: Path,
    *,
    target: dict[str, Any],
    stores: dict[str, Any],
    name: str = "staging",
    email: dict[str, Any] | None = None,
    **smtp: Any,
) -> Environment:
    """An environment that sends by SMTP, or as ``email`` says."""
    block = {"host": HOST, "username": "apikey", "password": {"env": "KM_TARGET_SECRET"}} | smtp
    settings = {
        "version": 1,
        "tier": "staging",
        "application": {"name": "Acme License Portal", "url": "https://licenses.acme.example"},
        "email": {"sender": {"email": "licensing@acme.example"}} | (email or {"smtp": block}),
        "stores": stores,
        "target": target,
    }
    write(root, {f"environments/{name}.yaml": json.dumps(settings, indent=2)})
    return Project(root).environment(name)


def candidate(environment_: Environment, *, password: str = PASSWORD) -> Candidate:
    """Its settings, with ``password`` for each secret."""
    found = {reference.data for reference in references(environment_)}
    return Candidate(environment=environment_, secrets={ref: Secret(password, reference=str(ref)) for ref in found})


def permit(live: LiveState) -> WritePermit:
    """A permit for the state that is there."""
    return WritePermit("0" * 64, live.base)


def holder(run: str = "20261122T150000Z-a1b2", *, host: str = "ci-7") -> Holder:
    """Who applies in tests."""
    return Holder(
        run=run,
        environment="staging",
        command="kmconfig apply staging",
        who="deployer",
        host=host,
        process=4711,
        since="2026-11-22 15:00:00 UTC",
    )


class Open:
    """A fence that is never lost, and counts how often it was asked."""

    number = 1
    took_over = None

    def __init__(self) -> None:
        self.checks = 0

    def check(self) -> None:
        self.checks += 1
