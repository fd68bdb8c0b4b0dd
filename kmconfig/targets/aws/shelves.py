"""Which setting lies where: as a parameter, or as a field of the secret."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from kmconfig.secrets.secret import Secret
from kmconfig.targets.laravel_keys import SECRET_KEYS

if TYPE_CHECKING:
    from kmconfig.targets.variables.texts import Text

Shelf: TypeAlias = Literal["parameter", "secret"]

_NO_PARAMETER = re.compile(r"[^A-Za-z0-9_.-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelves:
    """A prefix of parameters without its last slash, name or ARN of a secret, or both."""

    prefix: str | None
    secret: str | None

    def shelf(self, name: str, text: Text | None) -> Shelf:
        """Where a variable belongs: what is secret into the secret, where there is one."""
        if self.prefix is None:
            return "secret"
        if self.secret is None:
            return "parameter"
        return "secret" if isinstance(text, Secret) or name in SECRET_KEYS else "parameter"

    def parameter(self, name: str) -> str:
        """The full name of a variable's parameter."""
        return f"{self.prefix}/{name}"

    @property
    def shown(self) -> str:
        """Both for people."""
        return " and ".join(
            [
                *([f"ssm:{self.prefix}"] if self.prefix is not None else ()),
                *([f"aws_secret:{self.secret}"] if self.secret is not None else ()),
            ]
        )

    @property
    def beside(self) -> str:
        """A prefix that nobody who reads the settings reads."""
        if self.prefix is not None:
            return f"{self.prefix}-kmconfig"
        name = (self.secret or "").rpartition(":secret:")[2]
        return f"/kmconfig/{_NO_PARAMETER.sub('-', name).strip('-')}"
