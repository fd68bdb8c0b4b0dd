"""From what an environment says of its target to a reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmconfig.errors import ConfigurationError, UsageError
from kmconfig.targets.json_file import JsonFileReader
from kmconfig.targets.laravel_env import LaravelEnvReader
from kmconfig.targets.registry import commands_of, reader_for
from tests.targets.candidates import candidate

if TYPE_CHECKING:
    from pathlib import Path


def test_a_laravel_application(tmp_path: Path) -> None:
    target = "{laravel_env: {path: app/.env, laravel: 9, reload: [[php, artisan, config:cache], [true]]}}"
    environment = candidate(tmp_path, target=target).environment
    reader = reader_for(environment, tmp_path)
    assert isinstance(reader, LaravelEnvReader)
    assert (reader.path, reader.folder, reader.version) == (tmp_path / "app/.env", tmp_path / "app", 9)
    assert reader.identity == "laravel_env:app/.env"
    assert commands_of(environment, "reload")[0] == ("php", "artisan", "config:cache")
    assert commands_of(environment, "verify") == ()


def test_a_file(tmp_path: Path) -> None:
    environment = candidate(tmp_path, target="{file: {path: /srv/settings.json}}").environment
    reader = reader_for(environment, tmp_path)
    assert isinstance(reader, JsonFileReader)
    assert str(reader.path) == "/srv/settings.json"
    assert reader.identity == "file:/srv/settings.json"


def test_no_target(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="has no `target`"):
        reader_for(candidate(tmp_path).environment, tmp_path)


@pytest.mark.parametrize(
    "target",
    [
        "{settings_api: {url: https://licenses.acme.example, api_key: {env: KM_API}}}",
        "{kubernetes: {directory: k8s, namespace: keymanager, name: mail, secrets: secret_ref}}",
        "{aws: {ssm_prefix: /keymanager/staging}}",
        "{vault: {path: keymanager/staging}}",
    ],
)
def test_kinds_that_are_not_available_yet(tmp_path: Path, target: str) -> None:
    with pytest.raises(UsageError, match="not available yet") as caught:
        reader_for(candidate(tmp_path, target=target).environment, tmp_path)
    assert "environments/staging.yaml:11:" in caught.value.message
