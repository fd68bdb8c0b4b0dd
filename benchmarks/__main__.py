"""``python -m benchmarks``: measure, print a table, and write the figures with ``--output``."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.fleet import fleet_scenarios
from benchmarks.mail import conversation, mail_scenarios
from benchmarks.measure import BenchmarkError, interleave
from benchmarks.report import Result, document, growth, growth_line, machine, table
from benchmarks.scenarios import scenarios
from benchmarks.vault_scenario import vault_scenarios

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.scenarios import Scenario


def main() -> int:
    """Run all scenarios; 1 when a program did not do its work."""
    arguments = _arguments()
    print(f"{machine()}; x is the median of the ratios round by round\n")
    results = []
    with tempfile.TemporaryDirectory(prefix="kmconfig-benchmark-") as folder:
        try:
            for scenario in _scenarios(Path(folder), large=arguments.large):
                rounds = min(arguments.rounds, scenario.rounds or arguments.rounds)
                result = Result(scenario, interleave(scenario.commands, rounds=rounds))
                results.append(result)
                print("\n".join(table(result)), end="\n\n", flush=True)
            results.append(conversation(Path(folder), rounds=arguments.rounds))
            print("\n".join(table(results[-1])), end="\n\n", flush=True)
        except BenchmarkError as error:
            print(f"benchmarks: {error}", file=sys.stderr)
            return 1
    grown = growth(results)
    if grown is not None:
        print(growth_line(grown))
    if arguments.output is not None:
        arguments.output.write_text(json.dumps(document(results), indent=2) + "\n", encoding="utf-8")
    return 0


def _scenarios(folder: Path, *, large: bool) -> Iterator[Scenario]:
    return chain(
        scenarios(folder, large=large),
        vault_scenarios(folder),
        mail_scenarios(folder),
        fleet_scenarios(folder, large=large),
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure kmconfig against other programs."
    )
    parser.add_argument("--rounds", type=int, default=15, metavar="N", help="rounds of each scenario (default 15)")
    parser.add_argument("--large", action="store_true", help="also lint 10,000 files: takes some minutes")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the figures to FILE as JSON")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
