"""Fixtures of the tests of comparisons: a repository, and what runs kmconfig in it."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.running import Call, caller
from tests.cli.validity import assert_valid
from tests.review.repository import Repository, files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def kmconfig(capsys: pytest.CaptureFixture[str]) -> Call:
    """Runs kmconfig in the current folder."""
    return caller(capsys)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three environments on `main`; a branch `change` is checked out."""
    made = Repository.create(tmp_path_factory.mktemp("template") / "repository")
    made.write(files())
    made.commit("base")
    made.git("checkout", "--quiet", "-b", "change")
    return made.root


@pytest.fixture
def repository(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A copy of the template, whose root is the current folder."""
    root = tmp_path / "repository"
    shutil.copytree(template, root, symlinks=True)
    monkeypatch.chdir(root)
    return Repository(root)


@pytest.fixture
def diff(kmconfig: Call) -> Callable[..., dict[str, Any]]:
    """Runs diff and gives its JSON, which fits the schema."""

    def call(*arguments: object) -> dict[str, Any]:
        ran = kmconfig("diff", "--format", "json", *arguments)
        assert (ran.code, ran.err) == (0, "")
        assert_valid(ran.document, "diff")
        return ran.document

    return call


@pytest.fixture(scope="session", autouse=True)
def _git_is_there() -> None:
    """Comparisons are made with the real git."""
    subprocess.run(("git", "--version"), check=True, capture_output=True)
