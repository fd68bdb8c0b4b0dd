"""A runner of GitLab's jobs on this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.review.repository import Repository
from tests.workflows.runner import ROOT, document, kmconfig_program, program

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATE = ROOT / "gitlab/kmconfig.gitlab-ci.yml"


@dataclass(frozen=True, slots=True)
class Ran:
    """How a job ended, and the files that it leaves for others."""

    code: int
    log: str
    artifacts: dict[str, str]


def job(name: str) -> dict[str, Any]:
    """A job of the template, with what it extends."""
    template = document(TEMPLATE)
    merged: dict[str, Any] = {}
    following: str | None = name
    while following is not None:
        entry = template[following]
        merged = {**entry, **merged}
        following = entry.get("extends")
    return {**merged, "variables": template["variables"] | merged.get("variables", {})}


def play(
    name: str, folder: Path, origin: Repository, *, variables: dict[str, str], files: dict[str, str] | None = None
) -> Ran:
    """Run a job in a fresh clone of ``origin``; ``files`` are the artefacts of the jobs that it needs."""
    folder.mkdir()
    entry = job(name)
    workspace = Repository.create(folder / "builds").root
    Repository(workspace).git("pull", "--quiet", f"file://{origin.root}", variables.get("BRANCH", "main"))
    for path, text in (files or {}).items():
        (workspace / path).write_text(text, encoding="utf-8")
    kmconfig_program(folder / "bin/kmconfig")
    program(folder / "bin/python", f'#!/bin/sh\n[ "$2" != pip ] || exit 0\nexec {sys.executable} "$@"\n')
    lines = [*entry["before_script"], *entry["script"]]
    kept = {name: os.environ[name] for name in ("HOME", "LC_ALL", "TZ", "SSL_CERT_FILE") if name in os.environ}
    tools = {os.path.dirname(str(shutil.which(tool))) for tool in ("bash", "git", "curl")}  # noqa: PTH120
    done = subprocess.run(
        ("bash", "-eo", "pipefail", "-c", "\n".join(lines)),
        cwd=workspace,
        env={
            **kept,
            **entry["variables"],
            "CI": "true",
            "GITLAB_CI": "true",
            "GIT_CONFIG_NOSYSTEM": "1",
            "PATH": os.pathsep.join((str(folder / "bin"), *sorted(tools))),
            **variables,
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=60,
    )
    return Ran(done.returncode, done.stdout, _artifacts(entry.get("artifacts", {}), workspace))


def _artifacts(wanted: dict[str, Any], workspace: Path) -> dict[str, str]:
    paths = [*wanted.get("paths", ()), *wanted.get("reports", {}).values()]
    found = [path for path in paths if (workspace / path).is_file()]
    return {path: (workspace / path).read_text(encoding="utf-8") for path in found}
