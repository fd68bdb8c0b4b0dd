"""The figures of a benchmark as a table for people and as a document for machines."""

from __future__ import annotations

import math
import os
import platform
from dataclasses import asdict, dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.measure import Ratio, ratio

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.measure import Run
    from benchmarks.scenarios import Budget, Scenario

_MIB = 1024 * 1024
#: How much dearer a file may seem at 10,000 than at 1,000 before it is more than the machine's own drift.
_DRIFT = 1.1


@dataclass(frozen=True, slots=True)
class Result:
    """A scenario and the runs of its commands by label."""

    scenario: Scenario
    runs: dict[str, list[Run]]

    def seconds(self, label: str) -> float:
        """The median of a command's runs."""
        return median(run.seconds for run in self.runs[label])

    def peak(self, label: str) -> int:
        """The most memory that any run of a command took, in bytes."""
        return max(run.peak for run in self.runs[label])

    def comparisons(self) -> Iterator[tuple[Budget, Ratio]]:
        """Each budget with what was measured; budgets against programs that are not installed are left out."""
        for budget in self.scenario.budgets:
            if budget.against in self.runs:
                yield budget, ratio(self.runs[budget.command], self.runs[budget.against])


def table(result: Result) -> Iterator[str]:
    """One scenario: a line for each program, one for each comparison, and what could not be measured."""
    yield f"{result.scenario.title}{'':4}(n = {min(len(runs) for runs in result.runs.values())})"
    yield f"  {'':<40}{'median':>12}{'min':>12}{'peak':>10}"
    for label, runs in result.runs.items():
        least = min(run.seconds for run in runs)
        yield (
            f"  {label:<40}{result.seconds(label) * 1000:>9.1f} ms{least * 1000:>9.1f} ms"
            f"{result.peak(label) / _MIB:>6.1f} MiB"
        )
    for budget, measured in result.comparisons():
        span = f"({measured.lowest:.2f}-{measured.highest:.2f})"
        yield f"  {_versus(budget):<40}{measured.median:>8.2f} x {span:<14} {_verdict(budget, measured.median)}"
    for label, most in result.scenario.peak.items():
        peak = result.peak(label)
        verdict = f"must {most / _MIB:.0f} MiB: {_kept(peak <= most)}"
        yield f"  {label + ' peak':<40}{peak / _MIB:>6.1f} MiB {'':<14}{verdict}"
    for name in result.scenario.missing:
        yield f"  {name:<40}not installed: pip install yamllint check-jsonschema"


def growth(results: Sequence[Result]) -> float | None:
    """How many times as dear a file is in the largest corpus as in the one before; None without two."""
    sizes = [result for result in results if result.scenario.files >= 1_000]
    if len(sizes) < 2:
        return None
    before, after = (result.seconds("kmconfig lint") / result.scenario.files for result in sizes[-2:])
    return after / before


def growth_line(value: float) -> str:
    """The growth beside its budget."""
    return (
        f"cost of a file at 10,000 / at 1,000{'':7}{value:>8.2f} x {'':<14} must {_DRIFT:g} x: {_kept(value <= _DRIFT)}"
    )


def document(results: Sequence[Result]) -> dict[str, Any]:
    """All figures for machines; seconds and bytes."""
    return {
        "version": 1,
        "machine": {
            "python": platform.python_version(),
            "implementation": platform.python_implementation(),
            "system": platform.system(),
            "cores": os.cpu_count(),
        },
        "scenarios": [_scenario(result) for result in results],
        "growth": growth(results),
    }


def machine() -> str:
    """What the figures were measured on."""
    return f"{os.cpu_count()} cores, {platform.python_implementation()} {platform.python_version()}"


def _scenario(result: Result) -> dict[str, Any]:
    return {
        "title": result.scenario.title,
        "files": result.scenario.files,
        "programs": [
            {"label": label, "median": result.seconds(label), "peak": result.peak(label), "runs": _seconds(runs)}
            for label, runs in result.runs.items()
        ],
        "ratios": [_ratio(budget, measured) for budget, measured in result.comparisons()],
        "not_installed": list(result.scenario.missing),
    }


def _seconds(runs: Sequence[Run]) -> list[float]:
    return [run.seconds for run in runs]


def _ratio(budget: Budget, measured: Ratio) -> dict[str, Any]:
    bound = math.isfinite(budget.most)
    return {
        "command": budget.command,
        "against": budget.against,
        **asdict(measured),
        "must": budget.most if bound else None,
        "reach": budget.reach,
        "kept": measured.median <= budget.most if bound else None,
    }


def _versus(budget: Budget) -> str:
    return f"{budget.command} / {budget.against}"


def _verdict(budget: Budget, value: float) -> str:
    parts = []
    if math.isfinite(budget.most):
        parts.append(f"must {budget.most:.3g} x: {_kept(value <= budget.most)}")
    if budget.reach is not None:
        parts.append(f"reach {budget.reach:g} x: {'yes' if value <= budget.reach else 'not yet'}")
    return ", ".join(parts) or "no budget"


def _kept(kept: bool) -> str:  # noqa: FBT001 - a verdict is what it words
    return "kept" if kept else "BROKEN"
