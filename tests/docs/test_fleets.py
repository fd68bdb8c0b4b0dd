"""The manifest and the job of the page on fleets."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from kmconfig.deploy.fleet import Shard
from tests.targets.kubernetes.validity import assert_valid

_PAGE = (Path(__file__).parents[2] / "docs/fleets.md").read_text(encoding="utf-8")


def _fence(kind: str) -> dict[str, Any]:
    (text,) = re.findall(rf"^```yaml {kind}\n(.*?)^```$", _PAGE, re.MULTILINE | re.DOTALL)
    document = yaml.safe_load(text)
    assert isinstance(document, dict)
    return document


def _shards(script: str, variable: str, numbers: range) -> list[Shard]:
    """What a shell makes of a call for each value of a variable: the shards, in order."""
    spoken = re.sub(r"^exec kmconfig", "printf '%s\\\\n'", re.sub(r"^kmconfig", "printf '%s\\\\n'", script))
    said = [
        subprocess.run(["sh", "-c", spoken], capture_output=True, text=True, check=True, env={variable: str(number)})
        for number in numbers
    ]
    words = [done.stdout.split() for done in said]
    return [Shard.parse(line[line.index("--shard") + 1]) for line in words]


def test_a_cluster_takes_the_job() -> None:
    assert_valid(_fence("kubernetes"))


def test_the_pods_share_all_environments_among_them() -> None:
    spec = _fence("kubernetes")["spec"]
    shell, option, script = spec["template"]["spec"]["containers"][0]["command"]
    assert (shell, option) == ("sh", "-c")
    shards = _shards(script, "JOB_COMPLETION_INDEX", range(spec["completions"]))
    assert shards == [Shard(number, spec["completions"]) for number in range(1, spec["completions"] + 1)]


@pytest.mark.parametrize("names", [["a"], [f"customer-{number}" for number in range(100)]])
def test_the_matrix_shares_all_environments_among_its_jobs(names: list[str]) -> None:
    job = _fence("github")["jobs"]["apply"]
    numbers = job["strategy"]["matrix"]["shard"]
    (step,) = (step for step in job["steps"] if "apply" in step.get("run", ""))
    assert step["env"] == {"SHARD": "${{ matrix.shard }}"}
    shards = _shards(step["run"], "SHARD", range(numbers[0], numbers[-1] + 1))
    assert sorted(name for shard in shards for name in shard.of(names)) == sorted(names)
