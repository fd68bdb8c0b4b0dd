"""The option ``--secrets``: where the secrets of an imported environment are to be stored."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, get_args

from kmconfig.environment.document import checked_document
from kmconfig.environment.reference import OwnSource
from kmconfig.errors import UsageError
from kmconfig.secrets.new_place import SecretPlace, written
from kmconfig.source.span import SourceFile
from kmconfig.source.writing import yaml_lines

if TYPE_CHECKING:
    from kmconfig.source.problem import Problem

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
#: The settings whose references come out longest.
_LONGEST: Final = ("email.ses.secret_access_key", "email.mailgun.api_key")
_MOST_SHOWN: Final = 40


def secret_place(option: str, *, environment: str, tier: str) -> SecretPlace:
    """Read the option ``--secrets``: a source, or a source and a path behind a colon.

    Raises UsageError for a source that is not known, one that needs a path and has none, a place that references or
    the commands that store secrets cannot name, and `dotenv` outside development.
    """
    source, _, text = option.partition(":")
    if source not in get_args(OwnSource):
        named = f"`{source}`" if len(source) <= _MOST_SHOWN else "what `--secrets` says"
        raise UsageError(f"{named} is no source of secrets", help=f"use env, dotenv, {', '.join(_NEEDS_TEXT.values())}")
    if source == "dotenv" and tier != "development":
        raise UsageError(
            f"`dotenv` is for development, and this environment is {tier}",
            help="use env, file, vault, aws_secret or ssm",
        )
    if not text and source in _NEEDS_TEXT:
        raise UsageError(f"`--secrets {source}` does not say where", help=_remedy(source))
    text = text or _prefix(environment)
    _require_sound(source, text)
    place = SecretPlace(next(known for known in get_args(OwnSource) if known == source), text)
    _require_fits(place)
    return place


def _require_sound(source: str, text: str) -> None:
    if text.startswith("-"):
        raise UsageError(
            f"`--secrets {source}:…` begins with `-`, which the commands that store secrets take for an option",
            help=_remedy(source),
        )
    if not re.fullmatch(_TEXT[source], text):
        raise UsageError(
            f"`--secrets {source}:…` holds characters that cannot stand in references to `{source}`",
            help=_remedy(source),
        )


def _remedy(source: str) -> str:
    return f"write {_NEEDS_TEXT.get(source, f'{source}:PREFIX, such as {source}:PRODUCTION')}"


def _require_fits(place: SecretPlace) -> None:
    """Hold references to a place against the schema, which knows more than their characters. Raises UsageError."""
    problem = next((found for setting in _LONGEST for found in _problems(place, setting)), None)
    if problem is not None:
        # The setting that was tried means nothing to people.
        _, found, expected = problem.message.partition("` must ")
        reason = f"it must {expected}" if found else problem.message
        raise UsageError(f"`--secrets {place.source}:…` makes no sound reference: {reason}", help=_remedy(place.source))


def _problems(place: SecretPlace, setting: str) -> list[Problem]:
    email, block, name = setting.split(".")
    tree = {"version": 1, email: {block: {name: written(place.reference(setting))}}}
    text = "\n".join(yaml_lines(tree)) + "\n"
    return checked_document(SourceFile("an option", text), None, schema="environment").problems


def _prefix(environment: str) -> str:
    """A variable's prefix from an environment's name: `acme/eu` becomes `ACME_EU`."""
    words = re.sub(r"[^A-Za-z0-9]+", "_", environment).strip("_").upper()
    return words if words[:1].isalpha() else f"KM_{words}"
