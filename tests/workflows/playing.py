"""Playing jobs of this repository's workflows, each on a machine of its own."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Protocol

from tests.workflows.runner import WORKFLOWS, Job, Runner

if TYPE_CHECKING:
    from pathlib import Path

    from tests.workflows.service import Service


class Play(Protocol):
    """Runs a job."""

    def __call__(
        self,
        workflow: str | Path,
        job: str,
        *,
        inputs: dict[str, str] | None = None,
        needs: dict[str, Job] | None = None,
    ) -> Job: ...


def player(service: Service, folder: Path, *, variables: dict[str, str] | None = None) -> Play:
    """What plays jobs at a service. ``variables`` are what a protected environment or the machine adds."""
    numbers = itertools.count()

    def play(workflow: str | Path, job: str, **options: Any) -> Job:
        runner = Runner(service, folder / f"machine-{next(numbers)}", variables=variables)
        return runner.play(WORKFLOWS / workflow, job, **options)

    return play
