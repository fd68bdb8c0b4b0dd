"""The files of the demo: a configuration with two planted mistakes, and an application's `.env`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PASSWORD_VARIABLE = "KMCONFIG_DEMO_PASSWORD"  # noqa: S105 - the name of a variable
USERNAME = "licences@acme.example"

_BASE = """\
version: 1
application:
  name: Acme License Portal
email:
  driver: smtp
  smtp:
    host: localhost
    port: {port}
    encryption: tls
    username: licences@acme.example
    timeout: 10s
  sender:
    email: licences@acme.example
"""

_DEVELOPMENT = """\
version: 1
extends: base.yaml
tier: development
description: The installation of this demo
email:
  smtp:
    {password}
  test:
    {recipients}: [mail-test@acme.example]
target:
  laravel_env:
    path: application/.env
    laravel: 12
"""

_ENV = """\
APP_NAME="Acme License Portal"
APP_URL=https://licences.acme.example

# mail, as the framework ships it
MAIL_MAILER=log
MAIL_HOST=127.0.0.1
MAIL_PORT=2525
MAIL_FROM_NAME="${APP_NAME}"

QUEUE_CONNECTION=database
"""


class DemoFiles:
    """Writes the demo's files below a folder."""

    def __init__(self, root: Path, *, port: int) -> None:
        self.env = root / "application" / ".env"
        self._environments = root / "environments"
        self._port = port

    def write(self, *, typed_password: str) -> None:
        """Write everything, with a password typed in as text and a misspelt key."""
        self._environments.mkdir()
        self.env.parent.mkdir()
        self.env.write_text(_ENV, encoding="utf-8")
        (self._environments / "base.yaml").write_text(_BASE.format(port=self._port), encoding="utf-8")
        self._development(password=f"password: {typed_password}", recipients="recipiens")

    def correct(self) -> None:
        """Take the two mistakes out."""
        self._development(password=f"password: {{env: {PASSWORD_VARIABLE}}}", recipients="recipients")

    def drift(self) -> None:
        """Change the `.env` by hand, as somebody does at night."""
        text = self.env.read_text(encoding="utf-8")
        self.env.write_text(text.replace(f"MAIL_PORT={self._port}", "MAIL_PORT=25"), encoding="utf-8")

    def _development(self, *, password: str, recipients: str) -> None:
        text = _DEVELOPMENT.format(password=password, recipients=recipients)
        (self._environments / "development.yaml").write_text(text, encoding="utf-8")
