"""Candidates for targets, from the text of an environment file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from kmconfig.deploy.prepare import resolve_candidate
from kmconfig.environment.project import Project
from kmconfig.secrets.masker import Masker
from kmconfig.secrets.stores import Stores
from tests.cli.running import write
from tests.deploy.site import PASSWORD

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.targets.goal import Candidate

SMTP = """\
smtp:
    host: smtp.sendgrid.net
    username: apikey
    password: {env: KM_TARGET_SECRET}
"""


TEST = "test: {recipients: [mail-test@acme.example]}"


def candidate(
    root: Path, driver: str = SMTP, *, secret: str = PASSWORD, target: str = "", test: str = TEST
) -> Candidate:
    """An environment `staging` with a driver's block; ``target`` is flow YAML."""
    text = f"""\
version: 1
tier: staging
application: {{name: Acme License Portal, url: https://licenses.acme.example}}
email:
  {driver.strip()}
  sender: {{email: licensing@acme.example}}
  {test}
{f"target: {target}" if target else ""}
"""
    write(root, {"environments/staging.yaml": text})
    project = Project(root)
    os.environ["KM_TARGET_SECRET"] = secret
    try:
        return resolve_candidate(
            project.environment("staging"), stores=Stores(root=project.root, environ=os.environ, masker=Masker())
        )
    finally:
        del os.environ["KM_TARGET_SECRET"]
