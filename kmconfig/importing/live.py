"""From what a target holds now to an environment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kmconfig.environment.defaults import default_of
from kmconfig.errors import UsageError
from kmconfig.importing.document import SETTINGS
from kmconfig.importing.draft import Draft
from kmconfig.importing.entries import Entries
from kmconfig.importing.importer import fill
from kmconfig.importing.item import Reason
from kmconfig.importing.place import secret_place
from kmconfig.importing.reading import Reading
from kmconfig.importing.result import Aim, conclude
from kmconfig.importing.smtp import is_secret_name
from kmconfig.importing.version import LaravelVersion
from kmconfig.lint.rules.references import references
from kmconfig.secrets.frames import frames_cleared
from kmconfig.targets.json_file import JsonFileReader
from kmconfig.targets.laravel_env.reader import LaravelEnvReader

if TYPE_CHECKING:
    from datetime import date

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.project import Project
    from kmconfig.importing.result import Imported
    from kmconfig.targets.interface import Reader

_SECRETS: Final = (".password", ".api_key", ".access_key_id", ".secret_access_key")
_NAME: Final = "email.smtp.username"
#: Settings that are written even where they are the defaults, since people look for them.
_ALWAYS: Final = ("email.driver", "email.smtp.host", "email.smtp.port", "email.smtp.encryption")


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveWish:
    """``source`` is the environment whose target is read, ``environment`` the name of the one that is made.

    ``secrets`` is the option of that name; where it is None, references of ``source`` are kept.
    """

    source: Environment
    environment: str
    secrets: str | None = None


@frames_cleared()
def import_live(project: Project, wish: LiveWish, reader: Reader, *, today: date) -> Imported:
    """Read a live target and compose the environment that says the same. Nothing is written.

    Raises:
        UsageError: this kind of target cannot be imported, or the place for secrets cannot be used.
        CouldNotCheck: the target cannot be read.
    """
    source = wish.source
    aim = Aim(
        project=project,
        environment=wish.environment,
        tier=source.tier,
        tier_by=f"`{source.name}`",
        source=reader.identity,
        today=today,
    )
    known = {value.setting: value.data for value in references(source)} if wish.secrets is None else {}
    place = secret_place(wish.secrets or "env", environment=wish.environment, tier=aim.tier)
    draft = Draft(lambda setting: known.get(setting) or place.reference(setting, max_age=aim.max_age))
    # A target belongs to one environment; another one that is made of it gets a target of its own.
    target = source.get("target") if wish.environment == source.name else None
    kept = {"target": target.plain()} if target is not None else {}
    stored = frozenset(known.values())
    match reader:
        case LaravelEnvReader():
            file, _ = reader.read()
            entries, laravel = Entries(file), LaravelVersion(reader.version, "the target")
            fill(Reading(entries, laravel, draft))
            return conclude(
                aim,
                draft,
                target=kept,
                sensitive=entries.sensitive(),
                stored=stored,
                entries=entries,
                laravel=laravel,
            )
        case JsonFileReader():
            settings, _ = reader.read()
            _take(draft, settings)
            return conclude(aim, draft, target=kept, sensitive=reader.live_secrets(), stored=stored)
    raise UsageError(
        f"a target of kind `{reader.kind}` cannot be imported", help="import from laravel_env, file, or a `.env` FILE"
    )


def _take(draft: Draft, settings: dict[str, Any]) -> None:
    """Settings that a target keeps under their own paths; secrets first, to know them where they stand twice."""
    for setting in sorted(settings, key=lambda name: not name.endswith(_SECRETS)):
        value = settings[setting]
        if setting not in SETTINGS:
            draft.add(setting, "left", None, Reason("no setting that a target keeps has this path"))
        elif isinstance(value, str) and _is_secret(draft, settings, setting, value):
            draft.keep_secret(setting, value, setting, None)
        elif value == default_of(tuple(setting.split("."))) and not setting.startswith(_ALWAYS):
            draft.add(setting, "unused", None, Reason("it is the default, which need not be written"))
        else:
            draft.carry(setting, value, setting, None)


def _is_secret(draft: Draft, settings: dict[str, Any], setting: str, value: str) -> bool:
    if setting != _NAME:
        return setting.endswith(_SECRETS)
    host = settings.get("email.smtp.host")
    return draft.holds(value) or is_secret_name(value, host if isinstance(host, str) else None)
