"""Which machine a target lies on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from kmconfig.errors import ConfigurationError

#: No part may begin with a hyphen, which OpenSSH would take for an option; the schema has the same pattern.
_ADDRESS = re.compile(
    r"(?:(?P<user>[A-Za-z0-9_][A-Za-z0-9._-]*)@)?"
    r"(?P<host>[A-Za-z0-9_][A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\])"
    r"(?::(?P<port>[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SshAddress:
    """A host, or what the user's own SSH configuration calls one; user and port where they are given."""

    host: str
    user: str | None = None
    port: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``user@host:port``. Raises ConfigurationError."""
        found = _ADDRESS.fullmatch(text)
        if found is None:
            raise ConfigurationError(
                f"`target.laravel_env.ssh: {text}` names no machine",
                help="write `user@host` or `user@host:port` (1 to 65535), or a name from your SSH configuration",
            )
        port = int(found["port"]) if found["port"] else None
        return cls(host=found["host"].strip("[]").lower(), user=found["user"], port=port)

    @property
    def place(self) -> str:
        """The machine without the user: whoever goes there, the files are the same."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"

    def arguments(self) -> tuple[str, ...]:
        """What ssh takes, up to the command."""
        user = ("-l", self.user) if self.user is not None else ()
        port = ("-p", str(self.port)) if self.port is not None else ()
        return (*user, *port, "--", self.host)
