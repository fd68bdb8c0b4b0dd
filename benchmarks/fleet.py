"""Fleets: planning many environments, and applying them all, each with its own target and message."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.mail import mail_server
from benchmarks.measure import Command
from benchmarks.scenarios import PYTHON, UNBOUNDED, Budget, Scenario

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.mail import Running

PLAN = "kmconfig plan, {} environments"
APPLY = "kmconfig apply, {} environments"
AGAIN = "kmconfig apply, nothing changed"

_REPOSITORY = Path(__file__).resolve().parent.parent
_VARIABLE = "KM_BENCHMARK_PASSWORD"
_ENTRY = "from kmconfig.cli.entry import main; main()"
#: What an apply leaves behind goes first, so that every round has the same to do.
_AFRESH = f"""
import os, shutil
for folder in ("out", ".kmconfig"):
    shutil.rmtree(folder, ignore_errors=True)
os.mkdir("out")
{_ENTRY}
"""


def fleet_scenarios(folder: Path, *, large: bool) -> Iterator[Scenario]:
    """Plans of 100 environments, and applies of 100 or, in ``large``, of 1,000, while a mail server runs."""
    yield _plans(folder / "plans")
    with mail_server(folder / "fleet") as server:
        yield _applies(folder / "fleet", 1_000 if large else 100, server)


def _plans(root: Path) -> Scenario:
    for number in (1, 100):
        _write(root / str(number), number, port=587)
    one, many = (_kmconfig(root / str(n), PLAN.format(n), "plan", "--all", authority=None) for n in (1, 100))
    python = Command(
        label=PYTHON, arguments=(sys.executable, "-c", "pass"), folder=root, environment=_environment(root)
    )
    return Scenario(
        title="plan 100 environments with file targets",
        commands=(python, one, many),
        budgets=(Budget(many.label, one.label, 10, 5), Budget(many.label, PYTHON, UNBOUNDED)),
    )


def _applies(root: Path, number: int, server: Running) -> Scenario:
    for count in (10, number):
        _write(root / str(count), count, port=server.port)
    words = ("apply", "--all", "--yes", "--quiet", "--parallel", "2")
    few, many = (
        _kmconfig(root / str(n), APPLY.format(n), *words, authority=server.authority, entry=_AFRESH)
        for n in (10, number)
    )
    again = _kmconfig(root / str(number), AGAIN, *words, authority=server.authority)
    return Scenario(
        title=f"apply {number:,} environments, a message for each",
        rounds=1 if number > 100 else 3,
        commands=(few, many, again),
        # Growing with the number of environments, and with nothing else.
        budgets=(Budget(many.label, few.label, number / 10 * 1.2), Budget(again.label, many.label, 1 / 3)),
    )


def _kmconfig(folder: Path, label: str, *words: str, authority: Path | None, entry: str = _ENTRY) -> Command:
    trusted = {} if authority is None else {"SSL_CERT_FILE": str(authority)}
    return Command(
        label=label,
        arguments=(sys.executable, "-c", entry, *words),
        folder=folder,
        environment={
            **_environment(folder),
            **trusted,
            "PYTHONPATH": str(_REPOSITORY),
            _VARIABLE: "a-password-of-the-benchmark",
        },
    )


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, "PYTHONPYCACHEPREFIX": str(folder.parent / "bytecode")}


def _write(root: Path, number: int, *, port: int) -> None:
    """A fleet: what all share in a layer, and a file for each."""
    (root / "environments").mkdir(parents=True)
    (root / "environments" / "base.yaml").write_text(_LAYER.format(port=port, variable=_VARIABLE), encoding="utf-8")
    for tenant in range(number):
        path = root / "environments" / f"tenant-{tenant:04}.yaml"
        path.write_text(_TENANT.format(tenant=tenant), encoding="utf-8")


_LAYER = """\
version: 1
email:
  smtp:
    host: localhost
    port: {port}
    username: apikey
    password: {{env: {variable}}}
  sender: {{email: licensing@bench.test}}
  test: {{recipients: [mail-test@bench.test]}}
"""

_TENANT = """\
version: 1
extends: base.yaml
tier: development
application: {{url: "https://tenant-{tenant}.bench.test"}}
target: {{file: {{path: out/tenant-{tenant}.json}}}}
"""
