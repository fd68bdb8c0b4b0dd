"""Where secrets of a new environment are to be stored, and the references that point there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, get_args

from kmconfig.environment.reference import OwnSource
from kmconfig.errors import UsageError
from kmconfig.source.writing import Flow

if TYPE_CHECKING:
    from kmconfig.environment.reference import SecretRef

_NEEDS_TEXT: Final = {
    "vault": "vault:PATH, such as vault:keymanager/production/smtp",
    "aws_secret": "aws_secret:NAME, such as aws_secret:keymanager/production",
    "ssm": "ssm:/PREFIX, such as ssm:/keymanager/production",
    "file": "file:FOLDER, such as file:/run/secrets",
}
_TEXT: Final = {
    "env": r"[A-Za-z_][A-Za-z0-9_]*",
    "dotenv": r"[A-Za-z_][A-Za-z0-9_]*",
    "ssm": r"(?:/[A-Za-z0-9_.-]+)+",
    "aws_secret": r"[A-Za-z0-9/_+=.@-]+",
    "vault": r"[A-Za-z0-9_.@=+-]+(?:/[A-Za-z0-9_.@=+-]+)*",
    "file": r"[^\x00-\x1f#]*[^\x00-\x1f#/]|/",
}


@dataclass(frozen=True, slots=True)
class SecretPlace:
    """A source of secrets and the path, name or prefix below which they lie in it; made by :func:`secret_place`."""

    source: OwnSource
    text: str

    def reference(self, setting: str, *, max_age: str | None = None) -> SecretRef:
        """The reference of the secret that belongs to a setting such as ``email.smtp.password``."""
        from kmconfig.environment.reference import SecretRef  # noqa: PLC0415 - a type everywhere else

        _, block, name = setting.split(".")
        match self.source:
            case "vault":
                return SecretRef("vault", self.text, key=name, max_age=max_age)
            case "env" | "dotenv":
                return SecretRef(self.source, f"{self.text}_{block}_{name}".upper(), max_age=max_age)
            case "file":
                file = f"{block}-{name}".replace("_", "-")
                return SecretRef("file", f"{self.text.rstrip('/')}/{file}", max_age=max_age)
            case "aws_secret" | "ssm":
                return SecretRef(self.source, f"{self.text}/{block}/{name}".replace("_", "-"), max_age=max_age)


def secret_place(option: str, *, environment: str, tier: str) -> SecretPlace:
    """Read the option ``--secrets``: a source, or a source and a path behind a colon.

    Raises UsageError for a source that is not known, one that needs a path and has none, and `dotenv` outside
    development.
    """
    source, _, text = option.partition(":")
    if source not in get_args(OwnSource):
        raise UsageError(
            f"`{source}` is no source of secrets",
            help=f"use env, dotenv, {', '.join(_NEEDS_TEXT.values())}",
        )
    if source == "dotenv" and tier != "development":
        raise UsageError(
            f"`dotenv` is for development, and this environment is {tier}",
            help="use env, file, vault, aws_secret or ssm",
        )
    if not text and source in _NEEDS_TEXT:
        raise UsageError(f"`--secrets {source}` does not say where", help=f"write {_NEEDS_TEXT[source]}")
    text = text or _prefix(environment)
    if not re.fullmatch(_TEXT[source], text):
        raise UsageError(
            f"`--secrets {source}:…` holds characters that a {source} reference cannot",
            help=f"write {_NEEDS_TEXT.get(source, f'{source}:PREFIX, such as {source}:PRODUCTION')}",
        )
    return SecretPlace(_source(source), text)


def _source(word: str) -> OwnSource:
    return next(source for source in get_args(OwnSource) if source == word)


def _prefix(environment: str) -> str:
    """A variable's prefix from an environment's name: `acme/eu` becomes `ACME_EU`."""
    words = re.sub(r"[^A-Za-z0-9]+", "_", environment).strip("_").upper()
    return words if words[:1].isalpha() else f"KM_{words}"


def written(ref: SecretRef) -> Flow:
    """A reference as it stands in a file."""
    name = ref.name if ref.key is None else f"{ref.name}#{ref.key}"
    extra = {"version": ref.version, "max_age": ref.max_age}
    return Flow({ref.source: name, **{key: value for key, value in extra.items() if value is not None}})
