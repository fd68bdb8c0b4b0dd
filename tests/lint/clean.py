"""A sound environment of each tier, for examples to be laid over, and how an example becomes a folder."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from kmconfig.environment.project import PROJECT_FILE, Project
from kmconfig.lint.engine import Outcome, lint
from tests.lint.seen import observed_in

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.lint.manual import Example, Fence

TODAY = date(2026, 11, 22)

#: The whole of a sound environment but for its tier; ``TIER`` stands for the tier's name.
CLEAN = """\
version: 1
owner: platform-team
description: Customer mail for the licensing portal
application:
  name: Acme License Portal
  url: https://licenses.acme.example
  runtime: host
email:
  driver: smtp
  smtp:
    host: smtp.sendgrid.net
    port: 587
    encryption: tls
    username: apikey
    password: {vault: keymanager/TIER/smtp#password, max_age: 90d}
  sender:
    name: Acme License Portal
    email: licensing@acme.example
  reply_to: support@acme.example
  test:
    recipients: [mail-test@acme.example, mail-test@partner.example]
stores:
  vault:
    address: https://vault.acme.example
    mount: secret
    kv: 2
    auth: {jwt: {role: kmconfig-TIER}}
target:
  laravel_env:
    path: /var/www/keymanager-TIER/.env
    laravel: auto
    reload: [[php, artisan, "config:cache"], [php, artisan, "queue:restart"]]
"""

_MARKS = re.compile(r"\s*#\s*(?P<codes>KM\d{3}(?: KM\d{3})*)[ \t]*$", re.MULTILINE)

Mark = tuple[str, int, str]


def clean(tier: str) -> str:
    """The sound settings of a tier, as a layer."""
    return CLEAN.replace("TIER", tier)


def write_environment(root: Path, text: str, *, name: str = "production", tier: str = "production") -> str:
    """Write settings over the sound ones of a tier; returns the path of the file relative to the root."""
    folder = root / "environments"
    folder.mkdir(exist_ok=True)
    (folder / f"clean-{tier}.yaml").write_text(clean(tier), encoding="utf-8")
    (folder / f"{name}.yaml").write_text(over_clean(text, tier), encoding="utf-8")
    return f"environments/{name}.yaml"


def over_clean(text: str, tier: str) -> str:
    """Settings that extend the sound ones of a tier."""
    return f"version: 1\nextends: clean-{tier}.yaml\ntier: {tier}\n{text}"


def write_example(root: Path, example: Example) -> set[Mark]:
    """Write the fences of an example without their marks; returns what the marks ask for."""
    folder = root / "environments"
    folder.mkdir(exist_ok=True)
    wanted: set[Mark] = set()
    for fence in example.fences:
        text = fence.text if fence.raw else over_clean(fence.text, fence.tier)
        if not fence.raw:
            (folder / f"clean-{fence.tier}.yaml").write_text(clean(fence.tier), encoding="utf-8")
        (root / path_of(fence)).write_text(_MARKS.sub("", text), encoding=fence.encoding)
        wanted |= marks(fence, text)
    return wanted


def path_of(fence: Fence) -> str:
    """Where a fence is written, relative to the root: the project file stands there, all others in the folder."""
    return fence.file if fence.file == PROJECT_FILE else f"environments/{fence.file}"


def marks(fence: Fence, text: str) -> set[Mark]:
    """The path, line and code of every mark in a file."""
    path = path_of(fence)
    found = {
        (path, number, code)
        for number, line in enumerate(text.splitlines(), start=1)
        for match in [_MARKS.search(line)]
        if match is not None
        for code in match["codes"].split()
    }
    return found | {(path, 1, fence.first_line)} if fence.first_line else found


def run_lint(root: Path, *, today: date = TODAY, observed: str | None = None, dns: str | None = None) -> Outcome:
    """Lint everything below a root; with ``observed`` or ``dns``, the texts of such fences, by the online rules too."""
    project = Project(root)
    project.load()
    online = observed is not None or dns is not None
    seen = observed_in(observed or "", project, today=today, dns=dns) if online else None
    return lint(project, today=today, observed=seen)


def found_marks(outcome: Outcome) -> set[Mark]:
    """Where the findings of a run stand, and their codes."""
    return {(found.place.span.path, found.place.span.line, found.rule.code) for found in outcome.findings}
