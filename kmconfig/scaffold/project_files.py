"""The files beside the environments: project file, schemas, pipeline, pre-commit hook, and what git ignores."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kmconfig import __version__
from kmconfig.environment.project import PROJECT_FILE
from kmconfig.environment.schemas import SCHEMA_NAMES, schema_text
from kmconfig.providers.mail_domains import domain_of, mail_service_of
from kmconfig.source.writing import schema_comment, yaml_lines

if TYPE_CHECKING:
    from kmconfig.scaffold.answers import Answers

IGNORE_FILE: Final = ".gitignore"
PRE_COMMIT_FILE: Final = ".pre-commit-config.yaml"
GITHUB_FILE: Final = ".github/workflows/kmconfig.yml"
GITLAB_FILE: Final = ".gitlab-ci.yml"

_IGNORED: Final = ".kmconfig/\n"
_PRE_COMMIT: Final = f"""\
repos:
  - repo: local
    hooks:
      - id: kmconfig-lint
        name: kmconfig lint
        language: python
        additional_dependencies: ["kmconfig=={__version__}"]
        entry: kmconfig lint
        types: [yaml]
        files: ^(environments/.+\\.ya?ml|kmconfig\\.yaml)$
        require_serial: true
"""
_GITLAB: Final = f"""\
kmconfig-lint:
  image: python:3.12-slim
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  script:
    - python -m pip install "kmconfig=={__version__}"
    - kmconfig lint --format text --format gitlab=gl-code-quality.json
  artifacts:
    when: always
    reports:
      codequality: gl-code-quality.json
"""


def project_files(answers: Answers) -> dict[str, str]:
    """The texts of the files by path."""
    pipeline = {"github": {GITHUB_FILE: _workflow()}, "gitlab": {GITLAB_FILE: _GITLAB}, "none": {}}
    schemas = {f"schema/{SCHEMA_NAMES[name]}": schema_text(name) for name in ("environment", "project")}
    return {
        PROJECT_FILE: _project(answers),
        **schemas,
        **pipeline[answers.ci],
        PRE_COMMIT_FILE: _PRE_COMMIT,
        IGNORE_FILE: _IGNORED,
    }


def _workflow() -> str:
    return Path(__file__).with_name("github.yml").read_text(encoding="utf-8").replace("VERSION", __version__)


#: Files that a repository may have for other reasons, so that our lines may belong into them.
SHARED_FILES: Final = (GITLAB_FILE, PRE_COMMIT_FILE, IGNORE_FILE)


def is_there(path: str, existing: str, wanted: str) -> bool:
    """Whether an existing file of a repository says already what we would have written."""
    if path == IGNORE_FILE:
        return wanted.strip() in (line.strip().removeprefix("/") for line in existing.splitlines())
    return "kmconfig-lint" in existing


def _project(answers: Answers) -> str:
    tree: dict[str, Any] = {"version": 1, "environments": "environments"}
    if len(answers.tiers) > 1:
        tree["promotion"] = list(answers.tiers)
    policy: dict[str, Any] = {"max_secret_age": "90d"}
    if any(tier != "development" for tier in answers.tiers):
        policy = {"providers": [answers.provider], **policy}
    tree["policy"] = policy
    comment = "# Where things are, and what environments may use. All of it is optional."
    lines = (schema_comment(PROJECT_FILE, schema="project"), comment, *yaml_lines(tree), *_accepted(answers))
    return "\n".join(lines) + "\n"


def _accepted(answers: Answers) -> tuple[str, ...]:
    """A new repository lints clean: what only a second recipient would mend is left for later, in plain sight."""
    services = {mail_service_of(domain_of(recipient)) for recipient in answers.recipients or (answers.sender,)}
    if "production" not in answers.tiers or len(services) > 1:
        return ()
    return (
        "lint:",
        "  # Test messages go to one mail provider only. Add a recipient at another one, then drop this.",
        "  rules: {one-test-provider: off}",
    )
