"""A file that holds all settings, values included, in some format: ours as a whole."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, cast

from kmconfig.environment.reference import SOURCES
from kmconfig.environment.settings import reference_from
from kmconfig.errors import CouldNotCheck, Refused
from kmconfig.secrets.secret import Secret
from kmconfig.source.value import setting_name
from kmconfig.targets.facts import facts_of
from kmconfig.targets.files.local import LocalFile, LocalFileWriter
from kmconfig.targets.files.writer import FileWriter
from kmconfig.targets.goal import Candidate, Earlier
from kmconfig.targets.interface import (
    NOTHING_WRITTEN,
    Action,
    Capabilities,
    Comparison,
    Kept,
    LiveState,
    MailFacts,
    Operation,
)
from kmconfig.targets.secret_changes import SecretChanges

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path as FilePath

    from kmconfig.source.value import Value
    from kmconfig.targets.goal import Goal
    from kmconfig.targets.interface import Reader, WritePermit
    from kmconfig.targets.keeping.interface import Keeper
    from kmconfig.targets.secret_changes import Written

_DRIVERS = ("smtp", "sendmail", "mailgun", "ses")
_SECRET_NAMES = (".password", ".api_key", ".access_key_id", ".secret_access_key")


class SettingsForm(Protocol):
    """How a file of settings is written."""

    def read(self, data: bytes) -> Any:
        """What the file holds, as mappings, lists and scalars. Raises ValueError where it is of another format."""
        ...

    def write(self, document: dict[str, Any]) -> bytes:
        """The content of a file that :meth:`read` gives back as ``document``."""
        ...


class SettingsFileReader:
    """Reads the file and plans against it. ``kind`` is that of the target."""

    capabilities = Capabilities(compare_and_set=False)

    def __init__(self, kind: str, file: LocalFile, form: SettingsForm) -> None:
        self.kind = kind
        self.file = file
        self.form = form
        self.shown = file.shown
        self.identity = f"{kind}:{file.shown}"

    @property
    def folder(self) -> FilePath:
        """The folder of the file."""
        return self.file.folder

    def live(self) -> LiveState:
        """Read the file; absent is a state too."""
        settings, base = self.read()
        return LiveState(base=base, facts=_facts(settings))

    def live_secrets(self) -> tuple[Secret, ...]:
        """What the file holds under names of secrets."""
        settings, _ = self.read()
        named = {setting: value for setting, value in settings.items() if _names_secret(setting)}
        return tuple(Secret(value, reference=f"live {key}") for key, value in named.items() if isinstance(value, str))

    def read(self) -> tuple[dict[str, Any], str]:
        """The settings by path, and the token of the file's state.

        Raises CouldNotCheck where the file is not one of ours.
        """
        data, base = self.file.read()
        if data is not None:
            self.file.require_whole(data)
        document = None if data is None else settings_in(data, self.form)
        if data is not None and document is None:
            raise CouldNotCheck(
                f"`{self.shown}` holds no settings written by kmconfig",
                help=f"name another file in `target.{self.kind}.path`, or move this one away",
            )
        return dict(_flat(document or {}, ())), base

    def earlier_secrets(self, goal: Earlier) -> Mapping[str, Secret]:
        """What a snapshot holds under names of secrets."""
        return {setting: value for setting, value in _wanted(goal, self.form).items() if isinstance(value, Secret)}

    def compare(
        self,
        goal: Goal,
        *,
        formerly_ours: frozenset[str] = frozenset(),  # noqa: ARG002
        written: Mapping[str, Written] = NOTHING_WRITTEN,
    ) -> Comparison:
        """Say which settings would change; the file is ours as a whole."""
        live, base = self.read()
        wanted = _wanted(goal, self.form)
        operations = [*_changes(live, wanted, SecretChanges(goal, written)), *_removals(live, wanted)]
        return Comparison(
            live=LiveState(base=base, facts=_facts(live)),
            operations=tuple(operations),
            kept={setting: _kept(value, setting) for setting, value in wanted.items()},
            facts=facts_of(goal.environment) if isinstance(goal, Candidate) else _facts(_held_earlier(goal, self.form)),
        )


def open_writer(
    reader: Reader,
    permit: WritePermit,
    goal: Goal,
    *,
    formerly_ours: frozenset[str],  # noqa: ARG001 - the file is ours as a whole
) -> FileWriter:
    """The writer of a settings file."""
    found = cast("SettingsFileReader", reader)
    composing = partial(compose, goal, found.form)
    return FileWriter(found.file, LocalFileWriter(found.file.path), permit, compose=composing)


def open_keeper(reader: Reader) -> Keeper:
    """Beside the file."""
    return LocalFileWriter(cast("SettingsFileReader", reader).file.path).keeper()


def settings_in(data: bytes, form: SettingsForm) -> dict[str, Any] | None:
    """The settings of a file of ours, None where it is none."""
    try:
        document = form.read(data)
    except (ValueError, RecursionError):
        return None
    settings = document.get("settings") if isinstance(document, dict) else None
    return settings if isinstance(settings, dict) else None


def _facts(settings: dict[str, Any]) -> MailFacts:
    def text(name: str) -> str | None:
        value = settings.get(name)
        return value if isinstance(value, str) else None

    driver = text("email.driver")
    smtp = driver == "smtp"
    return MailFacts(
        driver=driver,
        host=text("email.smtp.host") if smtp else None,
        encryption=text("email.smtp.encryption") if smtp else None,
        sender=text("email.sender.email"),
    )


def _wanted(goal: Goal, form: SettingsForm) -> dict[str, Any]:
    """The settings by path; secrets as :class:`Secret`."""
    if isinstance(goal, Candidate):
        return {setting: value for setting, value, _ in _leaves(goal)}
    reference = f"as before run {goal.run}"
    return {
        setting: Secret(value, reference=reference) if _names_secret(setting) and isinstance(value, str) else value
        for setting, value in _held_earlier(goal, form).items()
    }


def _held_earlier(goal: Earlier, form: SettingsForm) -> dict[str, Any]:
    held = settings_in(goal.snapshot, form) if goal.snapshot is not None else None
    return dict(_flat(held or {}, ()))


def _kept(value: Any, setting: str) -> Kept:
    return Kept(setting, value.reference, secret=True) if isinstance(value, Secret) else Kept(setting, _shown(value))


def compose(goal: Goal, form: SettingsForm) -> bytes:
    """The file's content, secrets included. What was before an earlier run is the content that was kept."""
    if isinstance(goal, Earlier):
        if goal.snapshot is None:
            raise Refused(
                f"before run {goal.run} there was no file, so there is nothing to go back to",
                help="remove the file yourself if nothing uses it",
            )
        return goal.snapshot
    goal.require_read()
    return form.write(document_of(goal, told=lambda secret: secret.reveal()))


def document_of(candidate: Candidate, *, told: Callable[[Secret], Any]) -> dict[str, Any]:
    """The content of the file; ``told`` says what stands for each secret."""
    settings: dict[str, Any] = {}
    for _, value, path in _leaves(candidate):
        node = settings
        for key in path[:-1]:
            node = node.setdefault(str(key), {})
        node[str(path[-1])] = told(value) if isinstance(value, Secret) else value
    return {"version": 1, "environment": candidate.environment.name, "settings": settings}


def _leaves(candidate: Candidate) -> Iterator[tuple[str, Any, tuple[str | int, ...]]]:
    """Settings with their values, secrets as :class:`Secret`; without those of other drivers and the test's mailbox."""
    root = candidate.environment.root
    driver = candidate.environment.email.driver.data
    foreign = {("email", "test", "confirm"), *(("email", name) for name in _DRIVERS if name != driver)}
    stack: list[Value[Any]] = [root.data[key] for key in ("application", "email") if key in root.data]
    while stack:
        value = stack.pop(0)
        if value.path in foreign:
            continue
        if isinstance(value.data, dict):
            if any(source in value.data for source in SOURCES):
                yield value.setting, candidate.secret(reference_from(value.data)), value.path
            else:
                stack[:0] = list(value.data.values())
        else:
            yield value.setting, value.plain(), value.path


def _changes(live: dict[str, Any], wanted: dict[str, Any], secrets: SecretChanges) -> Iterator[Operation]:
    for setting, value in wanted.items():
        known = setting in live
        if isinstance(value, Secret):
            held = Secret(live[setting], reference="live") if isinstance(live.get(setting), str) else None
            if held is None or not _same_secret(setting, value, held, secrets):
                yield Operation(
                    setting=setting,
                    key=setting,
                    action="change" if known else "add",
                    before="(set)" if known else None,
                    after=value.reference,
                    secret=True,
                    change=secrets.change(setting, held, held=known),
                )
        elif not known or live[setting] != value:
            action: Action = "change" if known else "add"
            before = _shown(live[setting]) if known else None
            yield Operation(setting=setting, key=setting, action=action, before=before, after=_shown(value))


def _removals(live: dict[str, Any], wanted: dict[str, Any]) -> Iterator[Operation]:
    """Settings that go. What they held is not shown, since it may have been a secret."""
    for setting in live:
        if setting not in wanted:
            yield Operation(setting=setting, key=setting, action="remove", before="(set)", after=None, secret=True)


def _same_secret(setting: str, secret: Secret, live: Secret, secrets: SecretChanges) -> bool:
    """Whether the file holds it already. Of a value that may not be read, whether it holds what was written last."""
    return secrets.verdict(setting, live) == "same" if secrets.unread(setting) else secret == live


def _names_secret(setting: str) -> bool:
    return setting.endswith(_SECRET_NAMES)


def _flat(settings: dict[str, Any], path: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for key, value in settings.items():
        if isinstance(value, dict):
            yield from _flat(value, (*path, key))
        else:
            yield setting_name((*path, key)), value


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return str(value)
