"""Reading the secrets of many references from one Vault: how many requests that takes, and how long."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import BenchmarkError, Command, run
from benchmarks.scenarios import Budget, Scenario
from benchmarks.vault_process import REPOSITORY, Requests, VaultProcess, vault_process

if TYPE_CHECKING:
    from collections.abc import Generator

PATHS, KEYS = 5, 4
LATENCY = 0.01
"""Seconds that an answer takes, as from a server in the same region."""

_CLIENTS = Path(__file__).resolve().parent / "vault_clients.py"


def vault_scenarios(folder: Path) -> Generator[Scenario, None, None]:
    """One scenario, whose server runs until the next one is asked for. The requests stand in the title.

    Raises:
        BenchmarkError: kmconfig asks for more than one login and one read of each path.
    """
    root = folder / "vault"
    root.mkdir()
    with vault_process(paths=PATHS, keys=KEYS, latency=LATENCY) as vault:
        ours, theirs = (_command(root, vault, client) for client in ("kmconfig", "hvac"))
        asked = {command.label: _counted(command, vault) for command in (ours, theirs)}
        counts = "; ".join(f"{label} {_told(requests)}" for label, requests in asked.items())
        if (asked[ours.label].logins, asked[ours.label].reads) != (1, PATHS):
            raise BenchmarkError(f"1 login and {PATHS} reads are due: {counts}")
        yield Scenario(
            title=f"{PATHS * KEYS} references in {PATHS} paths of a Vault {LATENCY * 1000:g} ms away: {counts}",
            commands=(ours, theirs),
            budgets=(Budget(ours.label, theirs.label, 2 / 3),),
        )


def _counted(command: Command, vault: VaultProcess) -> Requests:
    """What a command asks of the server."""
    vault.asked()
    run(command)
    return vault.asked()


def _told(asked: Requests) -> str:
    counts = ((asked.logins, "login"), (asked.reads, "read"), (asked.others, "other"))
    return ", ".join(f"{count} {name}{'' if count == 1 else 's'}" for count, name in counts if count)


def _command(root: Path, vault: VaultProcess, client: str) -> Command:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return Command(
        label=client,
        arguments=(sys.executable, str(_CLIENTS), client, vault.address, str(PATHS), str(KEYS)),
        folder=root,
        environment={**kept, "PYTHONPATH": str(REPOSITORY), "PYTHONPYCACHEPREFIX": str(root.parent / "bytecode")},
    )
