"""From what an environment says of its target to a reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmconfig.errors import ConfigurationError
from kmconfig.secrets.masker import Masker
from kmconfig.secrets.stores import Stores
from kmconfig.targets.access import Access
from kmconfig.targets.json_file import JsonFileReader
from kmconfig.targets.laravel_env import LaravelEnvReader
from kmconfig.targets.registry import commands_of, reader_for
from tests.targets.candidates import candidate

if TYPE_CHECKING:
    from pathlib import Path


def access(root: Path) -> Access:
    stores = Stores(root=root, environ={}, masker=Masker())
    return Access(root=root, state=root / ".kmconfig/state", stores=stores)


def test_a_laravel_application(tmp_path: Path) -> None:
    target = "{laravel_env: {path: app/.env, laravel: 9, reload: [[php, artisan, config:cache], [true]]}}"
    environment = candidate(tmp_path, target=target).environment
    reader = reader_for(environment, access(tmp_path))
    assert isinstance(reader, LaravelEnvReader)
    assert (reader.folder, reader.version) == (tmp_path / "app", 9)
    assert reader.identity == "laravel_env:app/.env"
    assert commands_of(environment, "reload")[0] == ("php", "artisan", "config:cache")
    assert commands_of(environment, "verify") == ()


def test_a_file(tmp_path: Path) -> None:
    environment = candidate(tmp_path, target="{file: {path: /srv/settings.json}}").environment
    reader = reader_for(environment, access(tmp_path))
    assert isinstance(reader, JsonFileReader)
    assert str(reader.file.path) == "/srv/settings.json"
    assert reader.identity == "file:/srv/settings.json"


def test_no_target(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="has no `target`"):
        reader_for(candidate(tmp_path).environment, access(tmp_path))
