"""The lint engine and its rules. The room itself can be called: ``kmconfig.lint(environments)``."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from kmconfig.environment.project import Project
    from kmconfig.lint.engine import Outcome


class _Room(ModuleType):
    """Importing this package binds it as ``kmconfig.lint``, where the public API promises a function."""

    def __call__(self, environments: Project, *, today: date | None = None) -> Outcome:
        """Check everything that ``kmconfig.load`` read."""
        from datetime import UTC, datetime  # noqa: PLC0415

        from kmconfig.lint.engine import lint  # noqa: PLC0415

        return lint(environments, today=today or datetime.now(UTC).date())


sys.modules[__name__].__class__ = _Room
