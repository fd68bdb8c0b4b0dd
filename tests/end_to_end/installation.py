"""A KeyManager installation on this machine: environment files, the application's `.env`, and the mail stack."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.cli.running import write

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.mail_stack import MailStack

#: What an application's `.env` holds before kmconfig comes.
LIVE = """\
APP_NAME="Acme License Portal"
APP_ENV=staging

# mail, as the installer left it
MAIL_MAILER=log
MAIL_HOST=mailhog
MAIL_PASSWORD=null

DB_PASSWORD="not ours"
"""

VARIABLE = "KM_SMTP_PASSWORD"


@dataclass(frozen=True, slots=True)
class Installation:
    """``root`` holds the environment files, ``application`` the `.env`."""

    root: Path
    application: Path
    stack: MailStack

    @property
    def env(self) -> Path:
        """The application's `.env`."""
        return self.application / ".env"

    def configure(self, login: str, **smtp: Any) -> None:
        """Write the environment `staging` for an account of the stack; ``smtp`` are other settings than the usual."""
        settings = {
            "host": self.stack.host,
            "port": self.stack.ports.submission,
            "encryption": "tls",
            "username": login,
            "password": {"env": VARIABLE},
            "timeout": "10s",
        } | smtp
        sender = settings.pop("sender", login)
        recipients = settings.pop("recipients", ["inbox@acme.test"])
        wanted = {name: value for name, value in settings.items() if value is not None}
        text = f"""\
version: 1
tier: staging
application:
  name: Acme License Portal
  url: https://licenses.acme.test
email:
  smtp: {json.dumps(wanted, ensure_ascii=False)}
  sender:
    email: {sender}
  test:
    recipients: {json.dumps(recipients)}
target:
  laravel_env:
    path: {self.env}
    laravel: 8
"""
        write(self.root, {"environments/staging.yaml": text})

    def kept(self) -> list[Path]:
        """What lies beside the `.env`."""
        return sorted(path for path in self.application.rglob("*") if path.is_file() and path != self.env)


def install(folder: Path, stack: MailStack) -> Installation:
    """Lay out an installation in an empty folder."""
    root, application = folder / "repository", folder / "application"
    write(application, {".env": LIVE})
    root.mkdir()
    return Installation(root, application, stack)
