"""Email settings of a KeyManager installation as reviewed YAML: lint, plan, apply, and prove them.

>>> import kmconfig
>>> project = kmconfig.load(".")                       # doctest: +SKIP
>>> kmconfig.lint(project).fails("error")              # doctest: +SKIP
False
>>> kmconfig.plan(project, "production").operations    # doctest: +SKIP
()

Everything here is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kmconfig.api import (
        CheckFailed,
        ConfigurationError,
        CouldNotCheck,
        Environment,
        KmconfigError,
        Located,
        Locked,
        Operation,
        Options,
        Outcome,
        PartialOrUnknown,
        Plan,
        Project,
        Receipt,
        Refused,
        RolledBack,
        UsageError,
        apply,
        lint,
        load,
        plan,
    )

__version__ = "0.1.0"

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
    "__version__",
    "apply",
    "lint",
    "load",
    "plan",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module `kmconfig` has no `{name}`")
    from kmconfig import api  # noqa: PLC0415 - the command line never needs it, and must start fast

    return getattr(api, name)


def __dir__() -> list[str]:
    return __all__
