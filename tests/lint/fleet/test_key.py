"""What kept results depend on beside the files themselves."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from kmconfig.environment.project import Project
from kmconfig.environment.schemas import schema_folder
from kmconfig.lint.fleet import key
from kmconfig.lint.fleet.key import key_of

if TYPE_CHECKING:
    from pathlib import Path


def _key(root: Path) -> bytes:
    found = key_of(Project(root))
    assert found is not None
    return found


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small program in place of this one."""
    folder = tmp_path / "program"
    (folder / "__pycache__").mkdir(parents=True)
    (folder / "rules.py").write_text("rule = 1\n", encoding="utf-8")
    monkeypatch.setattr(key, "_PACKAGE", folder)
    return folder


def test_it_stays_the_same(tmp_path: Path) -> None:
    assert _key(tmp_path) == _key(tmp_path / "elsewhere")
    assert len(_key(tmp_path)) == 32


def test_every_change_of_the_program_counts(tmp_path: Path, program: Path) -> None:
    seen = {_key(tmp_path)}
    rules = program / "rules.py"
    os.utime(rules, (1, 1))
    seen.add(_key(tmp_path))
    rules.write_text("rule = 12\n", encoding="utf-8")
    os.utime(rules, (1, 1))
    seen.add(_key(tmp_path))
    (program / "data").mkdir()
    (program / "data" / "schema.json").write_bytes(b"{}")
    seen.add(_key(tmp_path))
    rules.rename(program / "other.py")
    seen.add(_key(tmp_path))
    assert len(seen) == 5


def test_compiled_files_and_what_editors_leave_do_not_count(tmp_path: Path, program: Path) -> None:
    before = _key(tmp_path)
    (program / "__pycache__" / "rules.cpython.pyc").write_bytes(b"compiled")
    assert _key(tmp_path) == before
    (program / ".#rules.py").symlink_to("somebody@somewhere:1")
    assert len(_key(tmp_path)) == 32


def test_the_schemas_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    schemas = tmp_path / "schema"
    shutil.copytree(schema_folder(), schemas)
    monkeypatch.setattr(key, "schema_folder", lambda: str(schemas))
    before = _key(tmp_path)
    schema = next(schemas.iterdir())
    os.utime(schema, (1, 1))
    assert _key(tmp_path) != before


@pytest.mark.parametrize("name", ["__version__", "plugins_identity"])
def test_versions_and_plugins_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    before = _key(tmp_path)
    monkeypatch.setattr(key, name, "9.9.9" if name == "__version__" else lambda: "acme==1:rule digest")
    assert _key(tmp_path) != before


def test_every_byte_of_the_project_file_counts(tmp_path: Path) -> None:
    seen = {_key(tmp_path)}
    for content in (b"", b"version: 1\n", b"version: 1\n#\n", b"version: [\n", b"\xff"):
        (tmp_path / "kmconfig.yaml").write_bytes(content)
        seen.add(_key(tmp_path))
    assert len(seen) == 6


def test_a_project_file_that_cannot_be_read_has_no_key(tmp_path: Path) -> None:
    (tmp_path / "kmconfig.yaml").mkdir()
    assert key_of(Project(tmp_path)) is None
    (tmp_path / "kmconfig.yaml").rmdir()
    (tmp_path / "kmconfig.yaml").symlink_to("nowhere.yaml")
    assert key_of(Project(tmp_path)) is None
