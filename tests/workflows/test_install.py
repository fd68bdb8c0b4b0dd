"""How the action installs kmconfig: what it asks pip for, and when the cache serves."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.workflows.runner import ROOT, program

if TYPE_CHECKING:
    from pathlib import Path

#: Stands for `python -m venv FOLDER`; the python in it notes what pip is asked for and installs an empty kmconfig.
_PYTHON = """\
#!/bin/sh
if [ "$2" = venv ]; then
  for folder; do :; done
  mkdir -p "$folder/bin"
  cp "$0" "$folder/bin/python"
elif [ "$2" = pip ]; then
  printf '%s\\n' "$@" >"$ASKED"
  printf '#!/bin/sh\\necho kmconfig 9\\n' >"$(dirname "$0")/kmconfig"
  chmod +x "$(dirname "$0")/kmconfig"
else
  echo 3.12.1
fi
"""


@pytest.fixture
def machine(tmp_path: Path) -> dict[str, str]:
    """The variables of a job."""
    program(tmp_path / "bin/python", _PYTHON)
    (tmp_path / "temp").mkdir()
    return {
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        "ASKED": str(tmp_path / "asked"),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_PATH": str(tmp_path / "path"),
        "INPUT_ARGS": "",
        "INPUT_COMMAND": "lint",
        "INPUT_ENVIRONMENTS": "",
        "INPUT_VERSION": "",
        "RUNNER_ARCH": "X64",
        "RUNNER_OS": "Linux",
        "RUNNER_TEMP": str(tmp_path / "temp"),
        "VENV": str(tmp_path / "temp/kmconfig-venv"),
    }


def run(script: str, machine: dict[str, str]) -> str:
    done = subprocess.run(
        (ROOT / ".github/action" / script,), env=machine, capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout


def key(machine: dict[str, str], tmp_path: Path) -> str:
    (tmp_path / "output").unlink(missing_ok=True)
    run("prepare.sh", machine)
    outputs = dict(line.split("=", 1) for line in (tmp_path / "output").read_text(encoding="utf-8").splitlines())
    assert outputs["folder"] == machine["VENV"]
    return outputs["key"]


@pytest.mark.parametrize(("version", "wanted"), [("", str(ROOT)), ("0.1.0", "kmconfig==0.1.0")])
def test_pip_is_asked_for_the_version(machine: dict[str, str], tmp_path: Path, version: str, wanted: str) -> None:
    assert run("install.sh", machine | {"INPUT_VERSION": version}) == "kmconfig 9\n"
    asked = (tmp_path / "asked").read_text(encoding="utf-8").splitlines()
    assert asked[:3] == ["-m", "pip", "install"]
    assert asked[-1] == wanted
    assert (tmp_path / "path").read_text(encoding="utf-8") == f"{machine['VENV']}/bin\n"


def test_what_the_cache_brought_is_not_installed_again(machine: dict[str, str], tmp_path: Path) -> None:
    run("install.sh", machine)
    (tmp_path / "asked").unlink()
    assert run("install.sh", machine) == "kmconfig 9\n"
    assert not (tmp_path / "asked").exists()


def test_the_key_tells_versions_and_machines_apart(machine: dict[str, str], tmp_path: Path) -> None:
    keys = [
        key(machine, tmp_path),
        key(machine | {"INPUT_VERSION": "0.1.0"}, tmp_path),
        key(machine | {"RUNNER_ARCH": "ARM64"}, tmp_path),
    ]
    assert len(set(keys)) == 3
    assert keys[0] == key(machine, tmp_path)
    assert all(len(one) < 512 and "," not in one for one in keys)
