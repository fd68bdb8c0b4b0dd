"""An application's folder, a repository that configures it, and a mail server: what an apply works on."""

from __future__ import annotations

import json
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.cli.running import write
from tests.mail.servers import Server, Smtp

if TYPE_CHECKING:
    from pathlib import Path

    from tests.mail.certificates import Certificates

VARIABLE = "KM_SMTP_PASSWORD"
PASSWORD = "correct horse battery"
RECIPIENT = "mail-test@acme.test"
SENDER = "licensing@acme.test"

LIVE = b"""\
APP_NAME="Acme License Portal"
APP_KEY=base64:3q2+7w==

# mail, as the installer left it
MAIL_MAILER=smtp
MAIL_HOST=localhost
MAIL_PASSWORD="an older password"
  DB_PASSWORD = 'not ours'\t
LATIN="caf\xe9"
"""


@dataclass(frozen=True, slots=True)
class Site:
    """``root`` holds the environment files, ``application`` the `.env`, ``server`` takes the mail."""

    root: Path
    application: Path
    server: Server

    @property
    def env(self) -> Path:
        """The application's `.env`."""
        return self.application / ".env"

    @property
    def keeping(self) -> Path:
        """Where lock, journal and snapshots lie."""
        return self.application / ".kmconfig"

    @property
    def receipts(self) -> list[Path]:
        """The receipts of `staging`, oldest first."""
        return sorted((self.root / ".kmconfig/state/receipts/staging").glob("*.json"))

    def configure(
        self,
        name: str = "staging",
        *,
        tier: str = "staging",
        target: dict[str, Any] | None = None,
        stores: dict[str, Any] | None = None,
        **changes: Any,
    ) -> None:
        """Write an environment; ``changes`` are SMTP settings, ``recipients``, ``reload`` and ``verify``.

        One that uses the `.env` takes the place of `staging`, since two must not write to the same place.
        """
        if target is None:
            (self.root / "environments/staging.yaml").unlink(missing_ok=True)
        laravel = {"path": str(self.env), "laravel": 10}
        laravel |= {word: changes.pop(word) for word in ("reload", "verify") if word in changes}
        recipients = changes.pop("recipients", [RECIPIENT])
        smtp = {
            "host": "localhost",
            "port": self.server.port,
            "username": "apikey",
            "password": {"env": VARIABLE},
            "timeout": "5s",
        } | changes
        email = {
            "smtp": {key: value for key, value in smtp.items() if value is not None},
            "sender": {"email": SENDER, "dkim_selectors": ["s1"]},
            "reply_to": "support@acme.test",
            "test": {"recipients": recipients},
        }
        application = {"name": "Acme License Portal", "url": "https://licenses.acme.test"}
        settings = {
            "version": 1,
            "tier": tier,
            "application": application,
            "email": email,
            "target": target or {"laravel_env": laravel},
        }
        if stores is not None:
            settings["stores"] = stores
        write(self.root, {f"environments/{name}.yaml": json.dumps(settings, indent=2)})

    def policy(self, **entries: Any) -> None:
        """Write the project file."""
        write(self.root, {"kmconfig.yaml": json.dumps({"version": 1, "policy": entries})})

    def leftovers(self) -> list[Path]:
        """Temporary files and journals, of which a run that has ended leaves none."""
        found = [path for folder in (self.root, self.application) for path in folder.rglob("*")]
        return [path for path in found if "kmconfig-tmp" in path.name or path.name.endswith("journal.json")]


def everything(*folders: Path) -> dict[str, tuple[int, int, int, bytes]]:
    """All that lies in folders: inode, mode and time of each, and the content of files."""
    found = {}
    for folder in folders:
        for path in (folder, *folder.rglob("*")):
            status = path.lstat()
            content = path.read_bytes() if stat.S_ISREG(status.st_mode) else b""
            found[str(path)] = (status.st_ino, status.st_mode, status.st_mtime_ns, content)
    return found


def site_in(folder: Path, server: Server) -> Site:
    """Lay out a site in an empty folder."""
    site = Site(folder / "repository", folder / "application", server)
    site.root.mkdir(parents=True)
    site.application.mkdir()
    site.env.write_bytes(LIVE)
    site.configure()
    return site


def good_server(certificates: Certificates, **answers: Any) -> Server:
    """A server that takes the login of the tests; ``answers`` as for :class:`Smtp`, with ``DOT`` for the dot."""
    named = {"." if verb == "DOT" else verb: answer for verb, answer in answers.items()}
    return Server(Smtp(starttls=certificates.good(), password=PASSWORD, answers=named))
