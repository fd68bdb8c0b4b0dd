"""kmconfig for programs: load a repository, lint it, plan and apply its environments."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from pathlib import Path

from kmconfig.deploy.apply import Apply, Options, Silent
from kmconfig.deploy.plan import Plan
from kmconfig.deploy.prepare import plan_environment, require_clean, resolve_candidate
from kmconfig.deploy.receipt import Receipt
from kmconfig.environment.environment import Environment
from kmconfig.environment.project import Project, find_root
from kmconfig.errors import (
    CheckFailed,
    ConfigurationError,
    CouldNotCheck,
    KmconfigError,
    Locked,
    PartialOrUnknown,
    Refused,
    RolledBack,
    UsageError,
)
from kmconfig.lint.catalogue import enable_plugins
from kmconfig.lint.engine import Outcome
from kmconfig.lint.engine import lint as _lint
from kmconfig.lint.finding import Located
from kmconfig.lint.readable import readable
from kmconfig.secrets.masker import Masker
from kmconfig.secrets.stores import Stores
from kmconfig.targets.interface import Operation

__all__ = [
    "CheckFailed",
    "ConfigurationError",
    "CouldNotCheck",
    "Environment",
    "KmconfigError",
    "Located",
    "Locked",
    "Operation",
    "Options",
    "Outcome",
    "PartialOrUnknown",
    "Plan",
    "Project",
    "Receipt",
    "Refused",
    "RolledBack",
    "UsageError",
    "apply",
    "lint",
    "load",
    "plan",
]


def load(root: str | os.PathLike[str] = ".") -> Project:
    """Read all environments of the repository around ``root``.

    Faults of files stay with their documents, where :func:`lint` finds them; nothing is raised for them.

    Raises:
        ConfigurationError: the project file allows plugins, and a package offers something that cannot be used.
    """
    project = Project(find_root(Path(root)))
    enable_plugins(project.file)
    project.load()
    return project


def lint(environments: Project, *, today: date | None = None) -> Outcome:
    """Check everything that :func:`load` read. ``today`` decides which suppressions have expired."""
    return _lint(environments, today=today or datetime.now(UTC).date())


def plan(project: Project, environment: str) -> Plan:
    """Compare one environment with its live target. Nothing is written.

    Raises:
        ConfigurationError: there is no such environment, or it cannot be read.
        CouldNotCheck: a secret or the target cannot be read.
    """
    found = readable(project, environment)
    with _stores(project) as stores:
        candidate = resolve_candidate(found, stores=stores, purpose="plan")
        return plan_environment(project, candidate, stores=stores, now=datetime.now(UTC)).plan


def apply(project: Project, environment: str, *, options: Options | None = None) -> Receipt:
    """Write one environment to its target, activate it, and prove it with a test message.

    The receipt's ``result`` says how it ended; ``exit_code`` is what the command line would return.

    Raises:
        ConfigurationError: there is no such environment, or it cannot be read.
        CheckFailed: lint findings, or the server refuses the login or the recipients; nothing was written.
        Refused: a guard is not approved, or a host or program is not allowed.
        Locked: another run is applying.
        CouldNotCheck: a secret or the target cannot be read.
    """
    now = datetime.now(UTC)
    found = readable(project, environment)
    require_clean(project, found, today=now)
    with _stores(project) as stores:
        candidate = resolve_candidate(found, stores=stores)
        work = plan_environment(project, candidate, stores=stores, now=now)
        run = Apply(work, options=options or Options(), progress=Silent())
        if not run.needed():
            run.receipt.result = "unchanged"
            return run.receipt
        return run.run()


def _stores(project: Project) -> Stores:
    allowed = project.file.allowed_hosts
    return Stores(root=project.root, environ=os.environ, masker=Masker(), allowed_hosts=allowed)
