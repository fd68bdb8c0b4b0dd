"""Fixtures of the tests of plugins: a repository that allows them, and where they are installed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from kmconfig.lint.catalogue import same_rules_after
from kmconfig.lint.plugins import load_plugins
from tests.cli.project import lay_out
from tests.cli.running import write
from tests.lint.plugin_packages import ALLOWED

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
    before = set(sys.modules)
    load_plugins.cache_clear()
    with same_rules_after():
        yield site
    load_plugins.cache_clear()
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", None)).startswith(str(site)):
            del sys.modules[name]
