"""Of the files of a chunk nothing is left in memory but their records."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest

from kmconfig.environment.environment import Environment
from kmconfig.environment.layers import Layer
from kmconfig.environment.project import Project
from kmconfig.lint.catalogue import rules
from kmconfig.lint.examine import Examiner
from kmconfig.lint.finding import Located
from kmconfig.lint.fleet.chunk import examine_chunk
from kmconfig.source.parser import Document
from kmconfig.source.span import SourceFile, Span
from kmconfig.source.value import Value
from tests.lint.clean import clean
from tests.lint.fleet.projects import seeded, write_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEAVY = (Document, Environment, Examiner, Layer, Located, SourceFile, Span, Value)


@pytest.fixture
def _no_collector() -> Iterator[None]:
    """Only what nobody refers to is freed; circles stay."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def _alive() -> dict[str, int]:
    found = [type(thing).__name__ for thing in gc.get_objects() if isinstance(thing, HEAVY)]
    return {name: found.count(name) for name in sorted(set(found))}


def _sound(root: Path) -> Path:
    (root / "environments").mkdir()
    (root / "environments" / "base.yaml").write_text(clean("staging"), encoding="utf-8")
    for number in range(5):
        path = root / "environments" / f"e{number}.yaml"
        path.write_text("version: 1\ntier: staging\nextends: base.yaml\n", encoding="utf-8")
    return root


@pytest.mark.usefixtures("_no_collector")
@pytest.mark.parametrize("seed", [None, 0, 1, 4])
def test_nothing_is_left_of_what_was_examined(tmp_path: Path, seed: int | None) -> None:
    root = _sound(tmp_path) if seed is None else write_project(tmp_path, seeded(seed))
    project = Project(root)
    locations = project.discover()
    examine_chunk(project, rules(), locations)  # what is worked out once for all of them stays
    before = _alive()
    chunk = examine_chunk(project, rules(), locations)
    assert len(chunk.records) == len(locations)
    assert _alive() == before
