"""The hook that other repositories use: it calls what exists, for the files that it should."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.cli.project import environment, lay_out
from tests.cli.running import Call, caller, write

if TYPE_CHECKING:
    from collections.abc import Callable

_ROOT = Path(__file__).resolve().parents[2]

#: What pre-commit reads of a hook and what we use of it.
_KEYS = {
    "id",
    "name",
    "description",
    "language",
    "entry",
    "types",
    "files",
    "pass_filenames",
    "require_serial",
}


@pytest.fixture
def hook() -> dict[str, Any]:
    (found,) = yaml.safe_load((_ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


@pytest.fixture
def commit(
    hook: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., int]:
    """Runs the hook as pre-commit does: at the root, with the names of the files that match."""
    call: Call = caller(capsys)
    monkeypatch.chdir(lay_out(tmp_path))

    def run(*names: str) -> int:
        program, *arguments = shlex.split(hook["entry"])
        assert program == "kmconfig"
        return call(*arguments, *(name for name in names if re.search(hook["files"], name))).code

    return run


def test_the_hook_is_whole(hook: dict[str, Any]) -> None:
    assert set(hook) == _KEYS
    assert (hook["id"], hook["language"], hook["types"]) == ("kmconfig-lint", "python", ["yaml"])
    assert hook["pass_filenames"] is True


@pytest.mark.parametrize(
    "name",
    ["environments/production.yaml", "environments/base.yml", "environments/acme/eu.yaml", "kmconfig.yaml"],
)
def test_files_that_are_linted(hook: dict[str, Any], name: str) -> None:
    assert re.search(hook["files"], name)


@pytest.mark.parametrize(
    "name",
    [
        "docker-compose.yaml",
        "environments/README.md",
        "src/environments.yaml",
        "other/environments/production.yaml",
        "environments/.yaml.swp",
        "kmconfig.yaml.orig",
        "my-kmconfig.yaml",
    ],
)
def test_files_that_are_not(hook: dict[str, Any], name: str) -> None:
    assert not re.search(hook["files"], name)


def test_a_commit_of_sound_files_passes(commit: Callable[..., int]) -> None:
    assert commit("environments/base.yaml", "environments/production.yaml", "README.md") == 0


def test_a_commit_of_a_layer_fails_for_what_is_built_on_it(commit: Callable[..., int], tmp_path: Path) -> None:
    base = tmp_path / "environments/base.yaml"
    base.write_text(base.read_text(encoding="utf-8").replace("smtp.sendgrid.net", "yourdomain.com"), encoding="utf-8")
    assert commit("environments/base.yaml") == 1


def test_a_commit_does_not_fail_for_another_file(commit: Callable[..., int], tmp_path: Path) -> None:
    write(tmp_path, {"environments/staging.yaml": environment("staging") + "x: 1\n"})
    assert commit("environments/development.yaml") == 0
    assert commit("environments/staging.yaml") == 1
