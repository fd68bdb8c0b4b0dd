"""The examples of docs/ci.md: scripts run, YAML and commands are as they say."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.deploy.site import PASSWORD
from tests.workflows.live import SECRETS
from tests.workflows.runner import ROOT, document, kmconfig_program

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.mail.servers import Server
    from tests.workflows.live import Live

    Run = Callable[..., subprocess.CompletedProcess[str]]

TEXT = (ROOT / "docs/ci.md").read_text(encoding="utf-8")


def fences(language: str) -> list[str]:
    """The blocks of a language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


@pytest.fixture
def run(live: Live, tmp_path: Path) -> Run:
    """Runs a script as pipelines do, where the installation's files are checked out."""
    kmconfig_program(tmp_path / "bin/kmconfig")
    path = os.pathsep.join((str(tmp_path / "bin"), os.environ["PATH"]))

    def call(script: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ("bash", "-eo", "pipefail", "-c", script, "script", *arguments),
            cwd=live.site.root,
            env={**os.environ, **SECRETS, "PATH": path, **variables},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return call


def test_exit_codes_are_caught(run: Run, live: Live, server: Server) -> None:
    script = fences("sh")[0].replace("production", "staging")
    assert run(script).returncode == 0
    assert PASSWORD in live.settings.read_text(encoding="utf-8")
    assert run(script).stdout.endswith("nothing to do\n")
    assert len(server.messages) == 1
    assert run(script, KM_SMTP_PASSWORD="").returncode == 5


def test_the_plain_shell(run: Run, live: Live) -> None:
    script = fences("sh")[2]
    assert "kmconfig drift" in script
    done = run(script, "staging")
    assert done.returncode == 0, done.stdout + done.stderr
    assert live.settings.exists()
    assert run(script).returncode != 0
    assert run(script, "$(touch owned)").returncode == 65
    assert not (live.site.root / "owned").exists()


def test_the_steps_of_jenkins(run: Run, live: Live, server: Server) -> None:
    (pipeline,) = fences("groovy")
    steps = re.findall(r"sh(?: |\(script: )'([^']+)'", pipeline)
    install, lint, fetch, review, plan, apply = (step.replace("production", "staging") for step in steps)
    assert install.startswith("python3 -m venv")
    live.origin.git("clone", "--quiet", "--bare", ".", "../bare")
    live.origin.git("remote", "add", "origin", "../bare")
    assert run(lint).returncode == 0
    assert run(fetch, CHANGE_TARGET="main").returncode == 0
    assert run(review, CHANGE_TARGET="main").returncode == 0
    assert (live.site.root / "kmconfig-review.md").read_text(encoding="utf-8").startswith("<!-- kmconfig-diff -->")
    assert run(plan).returncode == 2
    assert run(apply).returncode == 0
    assert len(server.messages) == 1


def test_yaml_examples_name_what_there_is() -> None:
    action, gitlab, hook = (yaml.safe_load(fence) for fence in fences("yaml"))
    assert set(action[0]["with"]) <= set(document(ROOT / "action.yml")["inputs"])
    (include,) = gitlab["include"]
    assert (ROOT / include["file"]).is_file()
    assert set(gitlab["variables"]) <= set(re.findall(r"KMCONFIG_\w+", (ROOT / include["file"]).read_text("utf-8")))
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert [entry["id"] for entry in hooks] == [entry["id"] for entry in hook["repos"][0]["hooks"]]


def test_every_command_of_the_action_is_in_the_table() -> None:
    scripts = (ROOT / ".github/action/prepare.sh").read_text(encoding="utf-8")
    known = re.search(r"^  (lint \|.*)\) ;;$", scripts, re.MULTILINE)
    assert known is not None
    head, *rows = re.findall(r"^\| `(\w+)` \|", TEXT, re.MULTILINE)
    assert head == "command"
    assert rows == known[1].split(" | ")
