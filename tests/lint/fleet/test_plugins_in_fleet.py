"""Rules of installed packages look at a fleet as they look at a few files."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from kmconfig.cli.lint_subject import MANY
from kmconfig.lint.fleet import run
from kmconfig.lint.fleet.cache import Cache
from tests.cli.running import write
from tests.lint.clean import clean
from tests.lint.fleet.comparing import WISH, as_fleet, in_memory, visible
from tests.lint.plugin_packages import ROOT, codes, install, module, run_python

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.lint.conclude import Wish

ENTRY = {"rule": "acme:check"}

#: Bodies of a rule that do what only few of them would.
BODIES = {
    "text-of-its-own": (
        "class Text(str): pass\n"
        "    yield Finding(Text('never'), Label(env.email.smtp.host, Text('here')), help=Text('do not'), "
        "concerns=(Text('e1'),))"
    ),
    "severity-of-its-own": (
        "import enum\n"
        "    class Level(str, enum.Enum):\n        NOTE = 'note'\n"
        "    yield Finding('never', Label(env.email.smtp.host), severity=Level.NOTE)"
    ),
    "a-file-of-its-own": (
        "from kmconfig.source.span import SourceFile, Span\n"
        "    yield Finding('never', Label(Span(SourceFile('generated.yaml', 'text'), 1, 3)))"
    ),
    "fails-for-one": (
        "if env.name == 'e1':\n        raise ValueError\n    yield Finding('never', Label(env.email.smtp.host))"
    ),
    "ends-the-program": "raise SystemExit(3)\n    yield",
}

FACTS = '''\
"""Never."""
from kmconfig.rules import Finding, Label, project_rule

class Own(str):
    pass

def gathers(env):
    return {facts}

@project_rule("KM951", "no-same-host", severity="E/E/E", facts=(gathers,))
def check(env, project):
    (found,) = env[gathers]
    for other in project.environments:
        if other.name != env.name and other[gathers] == (found,):
            yield Finding(f"the same {{found}}", Label(({path!r}, 0, 5, "email", True)), concerns=(other.name,))
'''


@pytest.fixture
def fleet(root: Path) -> Path:
    """A repository of a few environments that allows plugins."""
    files = {f"environments/e{number}.yaml": f"tier: staging\n{clean('staging')}" for number in range(3)}
    return write(root, files)


@pytest.mark.parametrize("body", list(BODIES.values()), ids=list(BODIES))
def test_rules_of_packages(
    fleet: Path, installed: Path, monkeypatch: pytest.MonkeyPatch, body: str, tmp_path: Path
) -> None:
    install(installed, "acme", {"acme": module(body=body)}, ENTRY)
    _check(fleet, tmp_path, monkeypatch)


@pytest.mark.parametrize("facts", ["(env.email.smtp.host.data,)", "(Own(env.tier),)", "([1, {2: 3}],)", "(object,)"])
def test_facts_of_packages(
    fleet: Path, installed: Path, monkeypatch: pytest.MonkeyPatch, facts: str, tmp_path: Path
) -> None:
    text = FACTS.format(facts=facts, path="environments/e0.yaml")
    install(installed, "acme", {"acme": text}, ENTRY)
    _check(fleet, tmp_path, monkeypatch)


def _check(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "CHUNK", 2)
    wanted = visible(in_memory(root))
    assert wanted["findings"] or wanted["crashes"]
    for processes in (1, 2, 1):
        cache = Cache(tmp_path / "cache", root, b"k" * 32)
        assert _sorted(visible(as_fleet(root, processes=processes, cache=cache))) == _sorted(wanted)


def _sorted(seen: dict[str, Any]) -> dict[str, Any]:
    return {**seen, "findings": [{**found, "severity": str.__str__(found["severity"])} for found in seen["findings"]]}


FAILING = '''\
"""Never."""
from kmconfig.rules import Finding, Label, file_rule, project_rule, rule

def gathers(env):
    if env.name in ("e0", "e2"):
        raise LookupError
    return (env.name,)

@rule("KM951", "fails-on-environments", severity="E/E/E")
def on_environments(env):
    yield Finding("found", Label(env.email.driver))
    if env.name != "e2":
        raise ArithmeticError

@file_rule("KM952", "fails-on-files", severity="E/E/E")
def on_files(document):
    if "e" in document.file.path.rpartition("/")[2]:
        raise RuntimeError
    yield from ()

@project_rule("KM953", "fails-on-all", severity="E/E/E", facts=(gathers,))
def on_all(env, project):
    env[gathers]
    raise AssertionError
    yield

rules = (on_environments, on_files, on_all)
'''


@pytest.mark.parametrize(
    "wish",
    [
        WISH,
        WISH._replace(chosen=frozenset(("environments/e1.yaml",))),
        WISH._replace(chosen=frozenset(("environments/e1.yaml", "environments/base.yaml"))),
        WISH._replace(only="e2"),
    ],
)
def test_rules_that_fail(fleet: Path, installed: Path, monkeypatch: pytest.MonkeyPatch, wish: Wish) -> None:
    install(installed, "acme", {"acme": FAILING}, {"rules": "acme:rules"})
    (fleet / "environments" / "alone.yaml").write_text("version: 1\n", encoding="utf-8")
    monkeypatch.setattr(run, "CHUNK", 2)
    wanted = visible(in_memory(fleet, wish))
    assert wanted["crashes"]
    for processes in (1, 2):
        assert visible(as_fleet(fleet, wish, processes=processes)) == wanted


IF_BAD = "if bad:\n        yield Finding('bad', Label(env.email.driver))"


class TestChanges:
    """What a changed package finds is found, whatever was kept."""

    @pytest.fixture
    def many(self, fleet: Path) -> Path:
        texts = {
            f"environments/n{number}.yaml": f"version: 1\nextends: e0.yaml\ntier: staging\ndescription: n{number}\n"
            for number in range(MANY + 1)
        }
        return write(fleet, texts)

    def _codes(self, site: Path, root: Path) -> set[str]:
        ran = run_python(site, root, "-m", "kmconfig", "lint", "--format", "json", "--select", "KM9")
        assert ran.stderr == ""
        return codes(ran)

    def test_of_the_module_itself(self, many: Path, site: Path) -> None:
        install(site, "acme", {"acme": module(body="return\n    yield")}, ENTRY)
        assert self._codes(site, many) == set()
        assert self._codes(site, many) == set()
        (site / "acme.py").write_text(module(), encoding="utf-8")
        assert self._codes(site, many) == {"KM950"}

    def test_of_a_module_that_it_imports_late(self, many: Path, site: Path) -> None:
        body = f"from acme_rules.table import FORBIDDEN as bad\n    {IF_BAD}"
        modules = {"acme_rules/__init__": '"""Rules."""\n', "acme_rules/one": module(body=body)}
        (site / "acme_rules").mkdir()
        install(site, "acme", {**modules, "acme_rules/table": "FORBIDDEN = False\n"}, {"rule": "acme_rules.one:check"})
        assert self._codes(site, many) == set()
        (site / "acme_rules" / "table.py").write_text("FORBIDDEN = True\n", encoding="utf-8")
        assert self._codes(site, many) == {"KM950"}

    def test_of_another_module_of_the_package(self, many: Path, site: Path) -> None:
        text = f"{module(body=IF_BAD)}\nfrom acme_table import BAD as bad\n"
        install(site, "acme", {"acme": text, "acme_table": "BAD = False\n"}, ENTRY)
        assert self._codes(site, many) == set()
        (site / "acme_table.py").write_text("BAD = True\n", encoding="utf-8")
        assert self._codes(site, many) == {"KM950"}


def test_a_terminal_sees_how_it_goes(tmp_path: Path) -> None:
    files = {f"environments/e{number}.yaml": f"tier: staging\n{clean('staging')}" for number in range(MANY + 1)}
    write(tmp_path, files)
    command, primary = _in_terminal(tmp_path)
    seen = b""
    while not seen.endswith(b"\r\x1b[K"):
        seen += os.read(primary, 4096)
    os.close(primary)
    out, _ = command.communicate(timeout=60)
    assert b"\rchecked 301 of 301 files\r\x1b[K" in seen
    assert json.loads(out)["summary"]["files"] == MANY + 1


def _in_terminal(root: Path) -> tuple[subprocess.Popen[bytes], int]:
    """Lint with a terminal for stderr only. Returns what runs, and the other side of the terminal."""
    primary, terminal = pty.openpty()
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = subprocess.Popen(
        [sys.executable, "-m", "kmconfig", "lint", "--format", "json", "--fail-on", "never"],
        cwd=root,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=terminal,
    )
    os.close(terminal)
    return command, primary
