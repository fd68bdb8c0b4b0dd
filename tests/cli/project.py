"""A repository with three environments that lint clean, and the servers and targets they name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.cli.running import write

if TYPE_CHECKING:
    from pathlib import Path

VARIABLE = "KM_SMTP_PASSWORD"
PASSWORD = "correct-horse-battery"

BASE = """\
version: 1
owner: platform-team
application:
  name: Acme License Portal
  url: https://licenses.acme.example
email:
  smtp:
    host: smtp.sendgrid.net
    username: apikey
  sender:
    email: licensing@acme.example
  test:
    recipients: [mail-test@acme.example, mail-test@partner.example]
"""

_ENVIRONMENT = """\
version: 1
extends: {base}
tier: {tier}
email:
  smtp:
    password: {{env: {variable}, max_age: 90d}}
    timeout: 20s
target:
  file: {{path: out/{name}.json}}
"""


def environment(tier: str, *, name: str | None = None, base: str = "base.yaml") -> str:
    """The text of an environment on the base layer."""
    chosen = name or tier
    return _ENVIRONMENT.format(base=base, tier=tier, name=chosen, variable=variable(chosen))


def variable(name: str) -> str:
    """The variable that holds an environment's password."""
    return f"KM_{name.upper()}_PASSWORD"


def lay_out(root: Path) -> Path:
    """Write the repository."""
    tiers = ("production", "staging", "development")
    files = {f"environments/{tier}.yaml": environment(tier) for tier in tiers}
    (root / "out").mkdir(parents=True)
    return write(root, {"environments/base.yaml": BASE, **files})


def settings(port: int, *, name: str, **smtp: Any) -> str:
    """The text of an environment that sends through a server on this machine."""
    wanted = {"host": "localhost", "port": port, "username": "apikey", "password": {"env": VARIABLE}, "timeout": "5s"}
    return f"""\
version: 1
tier: development
email:
  smtp: {json.dumps({**wanted, **smtp})}
  sender: {{email: licensing@acme.test}}
  test: {{recipients: [mail-test@acme.test]}}
target:
  file: {{path: out/{name}.json}}
"""
