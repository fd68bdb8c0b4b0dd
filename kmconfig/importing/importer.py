"""From a `.env` to an environment, with an account of everything in it that concerns mail."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kmconfig.environment.environment import TIERS
from kmconfig.errors import ConfigurationError, UsageError
from kmconfig.importing.draft import Draft
from kmconfig.importing.entries import Entries
from kmconfig.importing.leftovers import name_leftovers
from kmconfig.importing.mailers import read_mailer
from kmconfig.importing.place import secret_place
from kmconfig.importing.reading import Reading
from kmconfig.importing.result import Aim, Imported, conclude, environment_path
from kmconfig.importing.sender import read_application, read_sender
from kmconfig.importing.services import read_mailgun, read_sendmail, read_ses
from kmconfig.importing.smtp import read_smtp
from kmconfig.importing.version import is_application, laravel_version
from kmconfig.secrets.frames import frames_cleared
from kmconfig.source.reader import MAX_BYTES, Unreadable, read_content
from kmconfig.targets.dotenv import decode, parse
from kmconfig.targets.laravel_reload import usual_reload

if TYPE_CHECKING:
    from datetime import date

    from kmconfig.environment.project import Project
    from kmconfig.importing.mailers import Mailer
    from kmconfig.importing.version import LaravelVersion

_TIER_WORDS: Final = {
    **dict.fromkeys(("production", "prod", "live"), "production"),
    **dict.fromkeys(("staging", "stage", "demo", "preview"), "staging"),
    **dict.fromkeys(("development", "dev", "develop", "local", "test", "testing"), "development"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What people ask for. ``file`` is the `.env`, ``shown`` its path as they wrote it.

    ``secrets`` is the option of that name; ``tier`` and ``laravel`` are None where the file is to tell.
    """

    file: Path
    shown: str
    environment: str
    secrets: str = "env"
    tier: str | None = None
    laravel: int | None = None


@frames_cleared()
def import_env(project: Project, wish: Wish, *, today: date) -> Imported:
    """Read a `.env` and compose the environment that says the same. Nothing is written.

    Raises:
        UsageError: the name, the tier or the place for secrets cannot be used.
        ConfigurationError: the file cannot be read, the application itself could not read it, or there is nothing
            about mail in it.
    """
    environment_path(project, wish.environment)
    entries = _read(wish)
    tier, tier_by = _tier(wish, entries)
    place = secret_place(wish.secrets, environment=wish.environment, tier=tier)
    laravel = laravel_version(wish.file, entries.counting.keys(), wished=wish.laravel)
    aim = Aim(project=project, environment=wish.environment, tier=tier, tier_by=tier_by, source=wish.shown, today=today)
    draft = Draft(lambda setting: place.reference(setting, max_age=aim.max_age))
    fill(Reading(entries, laravel, draft))
    target = _target(project.root, wish, tier, laravel)
    known = is_application(wish.file)
    return conclude(
        aim,
        draft,
        target=target if known else {},
        possible_target={} if known else target,
        sensitive=entries.sensitive(),
        entries=entries,
        laravel=laravel,
    )


def fill(reading: Reading) -> None:
    """Read everything that concerns mail, and name what cannot be carried."""
    mailer = read_mailer(reading)
    read_application(reading)
    _read_driver(reading, mailer)
    read_sender(reading)
    name_leftovers(reading)


def _read_driver(reading: Reading, mailer: Mailer) -> None:
    match mailer.driver:
        case "smtp":
            read_smtp(reading, mailer.service)
        case "sendmail":
            read_sendmail(reading)
        case "mailgun":
            read_mailgun(reading)
        case "ses":
            read_ses(reading)


def _read(wish: Wish) -> Entries:
    content = read_content(wish.file)
    if isinstance(content, Unreadable):
        raise ConfigurationError(f"cannot read `{wish.shown}`: {content.reason}", help=_remedy(wish, content))
    if len(content) > MAX_BYTES:
        raise ConfigurationError(f"`{wish.shown}` is larger than 1 MiB", help="name the `.env` of the application")
    refusal = None
    try:
        entries = Entries(parse(decode(content)))
    except ConfigurationError as error:
        refusal = ConfigurationError(f"`{wish.shown}`: {error.message}", help=error.help)
    if refusal is not None:
        raise refusal
    if not entries.mail_entries():
        raise ConfigurationError(
            f"`{wish.shown}` holds no key about mail",
            help="name the `.env` of the application, with keys such as MAIL_HOST",
        )
    return entries


def _remedy(wish: Wish, content: Unreadable) -> str:
    if os.path.isdir(wish.file):  # noqa: PTH112 - unlike Path's, never raises
        return f"name the `.env` in it: {Path(wish.shown) / '.env'}"
    if os.path.exists(wish.file):  # noqa: PTH110 - as above
        return "name the `.env` of the application, a regular file that this user may read"
    return content.remedy


def _tier(wish: Wish, entries: Entries) -> tuple[str, str]:
    """The tier, and how it is known."""
    if wish.tier is not None:
        return wish.tier, "--tier"
    named = {tier for tier in TIERS if tier in re.split(r"[/._-]", wish.environment.lower())}
    if len(named) == 1:
        return named.pop(), "the name"
    word = entries.text("APP_ENV")
    if word is not None and word.lower() in _TIER_WORDS:
        return _TIER_WORDS[word.lower()], f"APP_ENV, line {entries.line('APP_ENV')}"
    raise UsageError(
        f"neither the name `{wish.environment}` nor APP_ENV in `{wish.shown}` tells the tier",
        help=f"add --tier {'|'.join(TIERS)}",
    )


def _target(root: Path, wish: Wish, tier: str, laravel: LaravelVersion) -> dict[str, Any]:
    """The file as a target."""
    where = Path(wish.shown)
    path = str(where) if where.is_absolute() else os.path.relpath(wish.file, root)
    block: dict[str, Any] = {"path": path}
    if laravel.by != "composer.lock":
        block["laravel"] = laravel.number
    block["reload"] = usual_reload(tier)
    return {"target": {"laravel_env": block}}
