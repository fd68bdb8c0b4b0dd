"""An environment whose mail goes through the servers that authenticate."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.cli.running import write
from tests.servers.accounts import INBOX

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.mail_stack import MailStack
    from tests.servers.tiny_dns import TinyDns


@dataclass(frozen=True, slots=True)
class Authenticated:
    """``root`` holds the environment `staging`."""

    root: Path
    stack: MailStack
    dns: TinyDns

    def configure(
        self,
        login: str,
        *,
        recipients: tuple[str, ...] = (INBOX,),
        confirm: dict[str, Any] | None = None,
        mailbox: bool = True,
        port: int | None = None,
        project: str = "",
    ) -> Path:
        """Write the environment; ``confirm`` changes the mailbox's block, without ``mailbox`` there is none."""
        block = {
            "imap": f"imaps://localhost:{self.stack.ports.imaps}",
            "username": INBOX,
            "password": {"env": "KM_IMAP_PASSWORD"},
        } | (confirm or {})
        email = {
            "smtp": {
                "host": "localhost",
                "port": port or self.stack.ports.submission,
                "encryption": "tls",
                "username": login,
                "password": {"env": "KM_SMTP_PASSWORD"},
                "timeout": "10s",
            },
            "sender": {"email": login},
            "test": {"recipients": list(recipients), "confirm": block if mailbox else None},
        }
        text = f"""\
version: 1
tier: staging
application: {{name: Acme License Portal, url: https://licenses.acme.test}}
email: {json.dumps(email)}
"""
        write(self.root, {"environments/staging.yaml": text, "kmconfig.yaml": f"version: 1\n{project}"})
        return self.root
