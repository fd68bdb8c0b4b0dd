"""A KeyManager installation on this machine: environment files, the application's `.env`, and the mail stack."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.cli.running import write
from tests.servers.accounts import INBOX

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

    def configure(self, login: str, **changes: Any) -> None:
        """Write the environment of a tier, `staging` unless told, for an account of the stack.

        ``changes`` are other SMTP settings than the usual, None for none; and ``sender``, ``recipients``, ``tier``,
        ``reload`` and ``verify``.
        """
        smtp = {
            "host": self.stack.host,
            "port": self.stack.ports.submission,
            "encryption": "tls",
            "username": login,
            "password": {"env": VARIABLE},
            "timeout": "10s",
        } | changes
        tier = smtp.pop("tier", "staging")
        email = {"sender": {"email": smtp.pop("sender", login)}}
        email["test"] = {"recipients": smtp.pop("recipients", [INBOX])}
        target = {"path": str(self.env), "laravel": 8}
        target |= {name: smtp.pop(name) for name in ("reload", "verify") if name in smtp}
        email["smtp"] = {name: value for name, value in smtp.items() if value is not None}
        text = f"""\
version: 1
tier: {tier}
application: {{name: Acme License Portal, url: https://licenses.acme.test}}
email: {json.dumps(email, ensure_ascii=False)}
target:
  laravel_env: {json.dumps(target)}
"""
        write(self.root, {f"environments/{tier}.yaml": text})

    def kept(self) -> list[Path]:
        """What lies beside the `.env`."""
        return sorted(path for path in self.application.rglob("*") if path.is_file() and path != self.env)


def install(folder: Path, stack: MailStack) -> Installation:
    """Lay out an installation in an empty folder."""
    root, application = folder / "repository", folder / "application"
    write(application, {".env": LIVE})
    root.mkdir()
    return Installation(root, application, stack)


def installed(installation: Installation) -> dict[str, tuple[bytes, int]]:
    """Everything that an installation holds: content and time of each file."""
    folders = (installation.root, installation.application)
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}
