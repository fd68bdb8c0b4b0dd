"""What one run is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kmconfig.deploy.plan import Plan
    from kmconfig.deploy.receipts import Receipts
    from kmconfig.environment.environment import Environment
    from kmconfig.environment.projectfile import ProjectFile
    from kmconfig.targets.goal import Candidate, Goal
    from kmconfig.targets.interface import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a target is to say, the plan that leads there, and where its receipt goes.

    ``environment`` decides target, commands and policy. ``candidate`` are the settings that a test message can prove:
    those of the goal, or None where there are none, which ``untried`` gives the reason for. ``unfinished`` says that
    a run on this target did not come to its end.
    """

    project: ProjectFile
    environment: Environment
    goal: Goal
    candidate: Candidate | None
    plan: Plan
    reader: Reader
    receipts: Receipts
    untried: str = ""
    unfinished: bool = False
