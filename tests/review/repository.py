"""A git repository that plays pull requests."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from tests.cli.running import write

if TYPE_CHECKING:
    from pathlib import Path

_IDENTITY = ("-c", "user.name=Tester", "-c", "user.email=tester@acme.example", "-c", "commit.gpgsign=false")

BASE = """\
version: 1
owner: platform-team
application:
  name: Acme License Portal
  url: https://licenses.acme.example
email:
  smtp:
    host: smtp.sendgrid.net
    port: 587
    encryption: tls
    username: apikey
  sender:
    email: licensing@acme.example
  reply_to: support@acme.example
  test:
    recipients: [mail-test@acme.example, mail-test@partner.example]
"""

_ENVIRONMENT = """\
version: 1
extends: base.yaml
tier: {tier}
description: Mail of {tier}
email:
  smtp:
    password: {{vault: keymanager/{tier}/smtp#password, max_age: 90d}}
stores:
  vault:
    address: https://vault.acme.example
    auth: {{jwt: {{role: kmconfig-{tier}}}}}
target:
  file: {{path: out/{tier}.json}}
"""
TIERS = ("production", "staging", "development")


def environment(tier: str) -> str:
    """The text of an environment on the base layer."""
    return _ENVIRONMENT.format(tier=tier)


def files() -> dict[str, str]:
    """Three environments on one layer, by path."""
    return {"environments/base.yaml": BASE, **{f"environments/{tier}.yaml": environment(tier) for tier in TIERS}}


class Repository:
    """A work tree; each method is what a developer would type."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def create(cls, root: Path) -> Repository:
        """A new one without a commit."""
        root.mkdir(parents=True)
        made = cls(root)
        made.git("init", "--quiet", "--initial-branch=main")
        return made

    def git(self, *arguments: str) -> str:
        """Run git and return what it prints."""
        done = subprocess.run(
            ("git", *_IDENTITY, *arguments),
            cwd=self.root,
            env={**os.environ, "GIT_CONFIG_NOSYSTEM": "1", "GIT_ALLOW_PROTOCOL": "file"},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def write(self, changes: dict[str, str]) -> None:
        """Write files."""
        write(self.root, changes)

    def replace(self, path: str, old: str, new: str) -> None:
        """Change text in a file that holds it."""
        location = self.root / path
        text = location.read_text(encoding="utf-8")
        assert old in text
        location.write_text(text.replace(old, new), encoding="utf-8")

    def commit(self, message: str = "change") -> str:
        """Commit everything; returns the commit's id."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")
