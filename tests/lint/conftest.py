"""Fixtures of the tests of plugins: a repository that allows them, and where they are installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.project import lay_out
from tests.cli.running import write
from tests.lint.plugin_packages import ALLOWED, seen_only_here

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A sound repository that allows plugins."""
    return write(lay_out(tmp_path / "repository"), {"kmconfig.yaml": ALLOWED})


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Where packages are installed."""
    folder = tmp_path / "site"
    folder.mkdir()
    return folder


@pytest.fixture
def installed(site: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of packages that this process sees too."""
    monkeypatch.syspath_prepend(site)
    with seen_only_here(site):
        yield site
