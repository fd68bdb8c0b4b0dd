"""Environment files to measure with: the same bytes for the same numbers, and defects at known places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

GROUP_SIZE = 20
TIERS = ("production", "staging", "development")

#: Name of the variable that stands for the password of the plan's environment.
PASSWORD_VARIABLE = "KMCONFIG_BENCHMARK_PASSWORD"  # noqa: S105 - the name of a variable

_BASE = """\
# What all installations of group {group} share.
version: 1
owner: platform-team
description: Customer mail for the licensing portals of group {group}
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
    fallback_ports:
      - 2525
    ehlo_domain: licenses.acme.example
    timeout: 20s
  sender:
    name: Acme License Portal
    email: licensing@acme.example
    dkim_selectors:
      - s1
      - s2
  reply_to: support@acme.example
  test:
    recipients:
      - mail-test@acme.example
      - mail-test@partner.example
stores:
  vault:
    address: https://vault.acme.example
    mount: secret
    kv: 2
"""

_ENVIRONMENT = """\
# Installation {site} of group {group}.
version: 1
extends: base.yaml
tier: {tier}
owner: platform-team
description: Customer mail for site {site}
application:
  name: Acme License Portal
  url: https://{site}.licenses.acme.example
  runtime: host
email:
  driver: smtp
  smtp:
    host: smtp.sendgrid.net
    port: 587  # STARTTLS
    encryption: tls
    username: apikey
    password:
      vault: keymanager/{group}/{site}/smtp#password
      max_age: 90d
    timeout: 30s
  sender:
    name: Acme License Portal
    email: licensing@acme.example
  reply_to: support@acme.example
  test:
    recipients:
      - mail-test@acme.example
      - {site}@partner.example
stores:
  vault:
    address: https://vault.acme.example
    mount: secret
    kv: 2
    auth:
      jwt:
        role: kmconfig-{site}
target:
  laravel_env:
    path: /var/www/{group}/{site}/.env
    laravel: auto
    reload:
      - [php, artisan, "config:cache"]
      - [php, artisan, "queue:restart"]
"""

#: What a file is spoilt with, in turn: the rule that says so, and the sound and the spoilt text.
_FAULTS = (
    ("KM201", "encryption: tls", "encryption: ssl"),
    ("KM104", "    timeout:", "    time_out:"),
    ("KM105", "runtime: host", "runtime: [host]"),
    ("KM107", "encryption: tls", "encryption: starttls"),
    ("KM208", "host: smtp.sendgrid.net", "host: smtp.sendgird.net"),
)

_PLANNED = """\
version: 1
tier: staging
owner: platform-team
application:
  name: Acme License Portal
  url: https://licenses.acme.example
email:
  smtp:
    host: smtp.sendgrid.net
    username: apikey
    password: {env: KMCONFIG_BENCHMARK_PASSWORD}
  sender:
    email: licensing@acme.example
  test:
    recipients: [mail-test@acme.example]
target:
  laravel_env:
    path: application/.env
    laravel: 11
"""

_LIVE = """\
APP_NAME="Acme License Portal"
APP_ENV=staging
APP_URL=https://licenses.acme.example

MAIL_MAILER=log
MAIL_HOST=127.0.0.1
MAIL_PORT=2525
MAIL_FROM_NAME="${APP_NAME}"

"""


@dataclass(frozen=True, slots=True, order=True)
class Defect:
    """A planted fault: the path relative to the root, the line of the changed text from 1, and the rule's code."""

    path: str
    line: int
    code: str


def write_corpus(root: Path, *, files: int, every: int = 0) -> list[Defect]:
    """Write ``files`` files below ``root``/environments, in groups that start with a ``base.yaml`` each.

    Every ``every``-th file is defective unless it is a ``base.yaml``; 0 spoils none. Returns the defects by path.
    """
    defects: list[Defect] = []
    for index in range(files):
        group, position = divmod(index, GROUP_SIZE)
        path = _path(group, position)
        text = _text(group, position)
        if every and position and _is_due(index, every):
            text, defect = _spoil(text, path, len(defects))
            defects.append(defect)
        location = root / path
        location.parent.mkdir(parents=True, exist_ok=True)
        location.write_text(text, encoding="utf-8", newline="\n")
    return sorted(defects)


def write_installation(root: Path) -> None:
    """Write one environment, ``staging``, and the application's ``.env`` that it is planned against."""
    for path, text in (
        ("environments/staging.yaml", _PLANNED),
        ("application/.env", _LIVE + "".join(f"OTHER_SETTING_{number}=value-{number}\n" for number in range(60))),
    ):
        location = root / path
        location.parent.mkdir(parents=True, exist_ok=True)
        location.write_text(text, encoding="utf-8", newline="\n")


def _path(group: int, position: int) -> str:
    name = f"site-{position:02}" if position else "base"
    return f"environments/group-{group:04}/{name}.yaml"


def _text(group: int, position: int) -> str:
    if not position:
        return _BASE.format(group=f"group-{group:04}")
    tier = TIERS[(position - 1) % len(TIERS)]
    return _ENVIRONMENT.format(group=f"group-{group:04}", site=f"site-{group:04}-{position:02}", tier=tier)


def _is_due(index: int, every: int) -> bool:
    return index % every == every - 1


def _spoil(text: str, path: str, number: int) -> tuple[str, Defect]:
    code, sound, spoilt = _FAULTS[number % len(_FAULTS)]
    line = text[: text.index(sound)].count("\n") + 1
    return text.replace(sound, spoilt, 1), Defect(path, line, code)
