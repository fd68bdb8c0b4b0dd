"""What is measured, against what, and what we hold ourselves to."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

from benchmarks.corpus import PASSWORD_VARIABLE, write_corpus, write_installation
from benchmarks.measure import Command

if TYPE_CHECKING:
    from collections.abc import Iterator

PYTHON = "python -c pass"
YAMLLINT = "yamllint"
CHECK_JSONSCHEMA = "check-jsonschema"
NAIVE = "PyYAML + jsonschema"
NAIVE_C = "PyYAML's C loader + jsonschema"
READING = "reading the files"
COLD = "kmconfig lint"
WARM = "kmconfig lint, nothing changed"

_REPOSITORY = Path(__file__).resolve().parent.parent
_SCHEMA = _REPOSITORY / "schema" / "kmconfig.v1.schema.json"
_ENTRY = "from kmconfig.cli.entry import main; main()"
UNBOUNDED = float("inf")
_PEAK = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Budget:
    """``command`` may take at most ``most`` times as long as ``against``; ``reach`` is what we would like."""

    command: str
    against: str
    most: float
    reach: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Commands that are run in turn. ``files`` are linted by each; ``rounds`` caps the rounds of slow ones.

    ``missing`` are programs that are not installed. ``peak`` is the memory that a command may take, in bytes.
    """

    title: str
    commands: tuple[Command, ...]
    budgets: tuple[Budget, ...] = ()
    missing: tuple[str, ...] = ()
    files: int = 0
    rounds: int | None = None
    peak: dict[str, int] = field(default_factory=dict)


def scenarios(folder: Path, *, large: bool = False) -> Iterator[Scenario]:
    """The scenarios in order; each writes its files below ``folder`` when its turn comes."""
    yield _start(folder)
    yield _few(folder, "lint 4 clean files", every=0)
    yield _few(folder, "lint 4 files, 2 failing", every=2)
    yield _many(folder, 1_000, rounds=5)
    if large:
        yield _many(folder, 10_000, rounds=2)
    yield _plan(folder)


def _start(folder: Path) -> Scenario:
    root = folder / "start-up"
    root.mkdir()
    version, usage = (_kmconfig(root, word) for word in ("--version", "--help"))
    return Scenario(
        title="start-up",
        commands=(_python(root), version, usage),
        budgets=(Budget(version.label, PYTHON, 4, 2), Budget(usage.label, PYTHON, UNBOUNDED)),
    )


def _few(folder: Path, title: str, *, every: int) -> Scenario:
    root = folder / title.replace(" ", "-")
    defects = write_corpus(root, files=4, every=every)
    lint = _kmconfig(root, "lint", exits={1} if defects else {0})
    peers, missing = _peers(root, YAMLLINT, CHECK_JSONSCHEMA)
    return Scenario(
        title=title,
        files=4,
        commands=(_python(root), lint, *peers),
        missing=missing,
        budgets=(
            Budget(lint.label, PYTHON, UNBOUNDED, 2),
            Budget(lint.label, YAMLLINT, 1),
            Budget(lint.label, CHECK_JSONSCHEMA, 1 / 3),
        ),
    )


def _many(folder: Path, files: int, *, rounds: int) -> Scenario:
    root = folder / f"lint-{files}"
    write_corpus(root, files=files, every=10)
    cold = replace(_kmconfig(root, "lint", exits={1}, variables={"KMCONFIG_CACHE_DIR": ""}), label=COLD)
    warm = replace(
        _kmconfig(root, "lint", exits={1}, variables={"KMCONFIG_CACHE_DIR": str(folder / "kept")}), label=WARM
    )
    peers, missing = _peers(root, CHECK_JSONSCHEMA)
    return Scenario(
        title=f"lint {files:,} files, one in ten failing",
        files=files,
        rounds=rounds,
        commands=(cold, warm, _reading(root), _naive(root, NAIVE), _naive(root, NAIVE_C), *peers),
        missing=missing,
        peak={cold.label: _PEAK, warm.label: _PEAK},
        budgets=(
            Budget(cold.label, NAIVE, *_for_a_fleet(1 / 5, files)),
            Budget(cold.label, NAIVE_C, UNBOUNDED, 1 / 5),
            Budget(cold.label, CHECK_JSONSCHEMA, *_for_a_fleet(1 / 10, files)),
            Budget(warm.label, CHECK_JSONSCHEMA, *_for_a_fleet(1 / 40, files)),
            Budget(warm.label, READING, UNBOUNDED, 5),
        ),
    )


def _naive(root: Path, label: str) -> Command:
    """The dozen lines that people write themselves, with one loader of PyYAML or the other."""
    loader = {NAIVE: "SafeLoader", NAIVE_C: "CSafeLoader"}[label]
    script = str(_REPOSITORY / "benchmarks" / "naive.py")
    return Command(
        label=label,
        arguments=(sys.executable, script, loader, str(_SCHEMA), "environments"),
        folder=root,
        environment=_environment(root),
        exits=frozenset({1}),
    )


def _for_a_fleet(most: float, files: int) -> tuple[float, float | None]:
    """A budget for 10,000 files, which is what we would like of fewer, where starting up counts for more."""
    return (most, None) if files >= 10_000 else (UNBOUNDED, most)


def _reading(root: Path) -> Command:
    """What it takes to look at every file at all."""
    text = (
        "import os\n"
        "for base, _, names in os.walk('environments'):\n"
        "  for name in names: open(f'{base}/{name}', 'rb').read()"
    )
    arguments = (sys.executable, "-c", text)
    return Command(label=READING, arguments=arguments, folder=root, environment=_environment(root))


def _plan(folder: Path) -> Scenario:
    root = folder / "plan"
    write_installation(root)
    plan = _kmconfig(root, "plan", "staging", variables={PASSWORD_VARIABLE: "a-password-of-the-benchmark"})
    return Scenario(
        title="plan one environment against a .env",
        commands=(_python(root), plan),
        budgets=(Budget(plan.label, PYTHON, UNBOUNDED),),
    )


def _python(folder: Path) -> Command:
    arguments = (sys.executable, "-c", "pass")
    return Command(label=PYTHON, arguments=arguments, folder=folder, environment=_environment(folder))


def _kmconfig(
    folder: Path, *arguments: str, exits: set[int] | None = None, variables: dict[str, str] | None = None
) -> Command:
    """The console script where it is installed beside this interpreter; otherwise what the script would do."""
    script = Path(sys.executable).parent / "kmconfig"
    start = (str(script),) if script.exists() else (sys.executable, "-c", _ENTRY)
    return Command(
        label=f"kmconfig {arguments[0]}",
        arguments=(*start, *arguments),
        folder=folder,
        exits=frozenset(exits or {0}),
        environment={**_environment(folder), "PYTHONPATH": str(_REPOSITORY), **(variables or {})},
    )


def _environment(folder: Path) -> dict[str, str]:
    """The same for every program. Bytecode is kept, as after an installation, but not in the checkout."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, "PYTHONPYCACHEPREFIX": str(folder.parent / "bytecode")}


def _peers(root: Path, *names: str) -> tuple[tuple[Command, ...], tuple[str, ...]]:
    """Other linters on the files below a root, and the names of those that are not installed."""
    files = [str(path.relative_to(root)) for path in sorted((root / "environments").rglob("*.yaml"))]
    options = {
        YAMLLINT: ("environments",),
        CHECK_JSONSCHEMA: ("--schemafile", str(_SCHEMA), *files),
    }
    found: list[Command] = []
    for name in names:
        program = _installed(name)
        if program is not None:
            arguments = (program, *options[name])
            found.append(
                Command(
                    label=name,
                    arguments=arguments,
                    folder=root,
                    environment=_environment(root),
                    exits=frozenset({0, 1}),
                )
            )
    known = {command.label for command in found}
    return tuple(found), tuple(name for name in names if name not in known)


def _installed(name: str) -> str | None:
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.exists() else which(name)
