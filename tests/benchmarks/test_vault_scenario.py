"""Reading 20 references from one Vault costs one login and one read of each path, and the benchmark shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.measure import run
from benchmarks.vault_process import Requests, vault_process
from benchmarks.vault_scenario import vault_scenarios

if TYPE_CHECKING:
    from pathlib import Path


def test_requests_are_counted_and_printed(tmp_path: Path) -> None:
    (scenario,) = vault_scenarios(tmp_path)
    ways = "kmconfig 1 login, 5 reads, 1 other; hvac 20 logins, 20 reads"
    assert scenario.title == f"20 references in 5 paths of a Vault 10 ms away: {ways}"
    (budget,) = scenario.budgets
    assert [command.label for command in scenario.commands] == [budget.command, budget.against]


def test_the_server_lives_as_long_as_the_scenario(tmp_path: Path) -> None:
    running = vault_scenarios(tmp_path)
    ours = next(running).commands[0]
    assert run(ours).seconds > 0
    running.close()


def test_what_was_asked_is_told_once() -> None:
    with vault_process(paths=1, keys=1, latency=0) as vault:
        assert vault.asked() == Requests(logins=0, reads=0, others=0)
