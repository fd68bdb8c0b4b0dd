"""The files beside the environments do what they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from kmconfig.providers.registry import PROVIDERS
from kmconfig.scaffold.project_files import GITHUB_FILE, GITLAB_FILE, PRE_COMMIT_FILE
from kmconfig.scaffold.setup_steps import setup_steps
from tests.scaffold.answering import answers, made
from tests.scaffold.test_clean import WAYS

ROOT = Path(__file__).parents[2]


def test_gitlab(tmp_path: Path) -> None:
    files = made(tmp_path, provider="sendgrid", ci="gitlab").files
    assert GITHUB_FILE not in files
    job = yaml.safe_load(files[GITLAB_FILE])["kmconfig-lint"]
    assert job["artifacts"]["reports"] == {"codequality": "gl-code-quality.json"}
    assert "gitlab=gl-code-quality.json" in job["script"][-1]


def test_the_hook_is_the_one_that_is_published(tmp_path: Path) -> None:
    (repository,) = yaml.safe_load(made(tmp_path, provider="sendgrid").files[PRE_COMMIT_FILE])["repos"]
    (hook,) = repository["hooks"]
    (published,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    for key in ("entry", "files", "types", "language", "require_serial"):
        assert hook[key] == published[key], key


def test_the_schemas_that_files_name_are_there(tmp_path: Path) -> None:
    files = made(tmp_path, provider="sendgrid").files
    for path, text in files.items():
        found = re.match(r"# yaml-language-server: \$schema=(\S+)", text)
        if found is not None:
            named = (Path("/") / path).parent / found[1]
            assert str(Path(*[part for part in named.parts[1:] if part != ".."][-2:])) in files


@pytest.mark.parametrize("way", WAYS)
def test_every_way_has_steps(way: str) -> None:
    steps = setup_steps(answers(**WAYS[way]))
    assert len(steps) >= 2
    assert all(step and not step.endswith(".") for step in steps)


def test_every_provider_has_steps() -> None:
    assert all(setup_steps(answers(**WAYS[provider.slug])) for provider in PROVIDERS)


def test_existing_files_are_kept_and_their_lines_told(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("/build/\n")
    (tmp_path / PRE_COMMIT_FILE).write_text("repos:\n  - hooks: [{id: kmconfig-lint}]\n")
    (tmp_path / "kmconfig.yaml").write_text("version: 1\n")
    result = made(tmp_path, provider="sendgrid")
    assert set(result.kept) == {".gitignore", PRE_COMMIT_FILE, "kmconfig.yaml"}
    assert not set(result.kept) & result.files.keys()
    assert dict(result.lines) == {".gitignore": ".kmconfig/\n"}


def test_a_link_is_kept_too(tmp_path: Path) -> None:
    (tmp_path / "kmconfig.yaml").symlink_to("nowhere")
    assert made(tmp_path, provider="sendgrid").kept == ("kmconfig.yaml",)
