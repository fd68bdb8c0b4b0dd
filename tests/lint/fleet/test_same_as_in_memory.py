"""In chunks or in memory, by one process or several: the result is the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmconfig.environment.project import Project
from kmconfig.lint.fleet import run
from kmconfig.lint.selection import Selection
from tests.lint.fleet.comparing import TODAY, WISH, as_fleet, in_memory, visible
from tests.lint.fleet.projects import seeded, write_project

if TYPE_CHECKING:
    from pathlib import Path

SEEDS = range(6)


@pytest.fixture(autouse=True)
def _no_way_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """What only packages may need: giving up and reading everything into memory."""

    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(run, "lint_loaded", refuse)


@pytest.mark.parametrize("seed", SEEDS)
def test_any_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    root = write_project(tmp_path, seeded(seed))
    wanted = visible(in_memory(root))
    assert wanted["findings"]
    for chunk, processes in ((1, 1), (3, 2), (100, 1)):
        monkeypatch.setattr(run, "CHUNK", chunk)
        assert visible(as_fleet(root, processes=processes)) == wanted


@pytest.mark.parametrize("seed", SEEDS)
def test_any_wish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    random = seeded(seed)
    root = write_project(tmp_path, random, examples=4, environments=5)
    project = Project(root)
    project.load()
    paths = [layer.document.file.path for layer in project.layers]
    monkeypatch.setattr(run, "CHUNK", random.choice((1, 4)))
    for wish in (
        WISH._replace(chosen=frozenset(random.sample(paths, 1))),
        WISH._replace(chosen=frozenset(random.sample(paths, 3))),
        WISH._replace(chosen=frozenset(("environments/layer-a.yaml", "kmconfig.yaml"))),
        WISH._replace(chosen=frozenset()),
        WISH._replace(only=random.choice(list(project.environments))),
        WISH._replace(suppress=False, limit=False),
        WISH._replace(selection=Selection(frozenset(("KM203", "KM001", "KM603", "KM406")))),
        WISH._replace(selection=Selection(None, frozenset(("KM203", "KM308")))),
        WISH._replace(today=TODAY.replace(year=2028)),
    ):
        assert visible(as_fleet(root, wish)) == visible(in_memory(root, wish)), wish
