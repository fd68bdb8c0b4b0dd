"""The environments in the manuals of targets are ones."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kmconfig.environment.project import Project
from tests.cli.running import write

MANUALS = Path(__file__).parents[2] / "docs/targets"
REST = """\
version: 1
tier: production
application: {name: Acme License Portal, url: https://licenses.acme.example}
email:
  smtp: {host: smtp.sendgrid.net, username: apikey, password: {env: KM_TARGET_SECRET}}
  sender: {email: licensing@acme.example}
"""


@pytest.mark.parametrize("manual", ["vault", "aws", "laravel_env"])
def test_the_environment_of_a_manual_has_the_shape_of_one(tmp_path: Path, manual: str) -> None:
    text = (MANUALS / f"{manual}.md").read_text(encoding="utf-8")
    [example] = re.findall(r"```yaml environment\n(.*?)```", text, re.DOTALL)
    write(tmp_path, {"environments/production.yaml": REST + example})
    environment = Project(tmp_path).environment("production")
    assert environment.broken == set()
    assert environment.missing() == []
    assert environment.get("target", manual) is not None
