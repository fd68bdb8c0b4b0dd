"""A file with all settings as JSON, values included: for tests and for other platforms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmconfig.environment.reference import SOURCES
from kmconfig.environment.settings import reference_from
from kmconfig.errors import CouldNotCheck
from kmconfig.secrets.secret import Secret
from kmconfig.source.value import setting_name
from kmconfig.targets.file_access import read_target
from kmconfig.targets.interface import NOTHING_WRITTEN, Action, Candidate, Comparison, LiveState, Operation
from kmconfig.targets.secret_changes import SecretChanges

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path as FilePath

    from kmconfig.source.value import Value
    from kmconfig.targets.secret_changes import Written

_DRIVERS = ("smtp", "sendmail", "mailgun", "ses")
_SECRET_NAMES = (".password", ".api_key", ".access_key_id", ".secret_access_key")


class JsonFileReader:
    """Reads the file and plans against it."""

    kind = "file"

    def __init__(self, *, path: FilePath, shown: str) -> None:
        self.path = path
        self.shown = shown
        self.identity = f"file:{shown}"

    @property
    def folder(self) -> FilePath:
        """The folder where commands run."""
        return self.path.parent

    def live(self) -> LiveState:
        """Read the file; absent is a state too."""
        return _live_state(*self.read())

    def live_secrets(self) -> tuple[Secret, ...]:
        """What the file holds under names of secrets."""
        settings, _ = self.read()
        named = {setting: value for setting, value in settings.items() if setting.endswith(_SECRET_NAMES)}
        return tuple(Secret(value, reference=f"live {key}") for key, value in named.items() if isinstance(value, str))

    def read(self) -> tuple[dict[str, Any], str]:
        """The settings by path, and the token of the file's state.

        Raises CouldNotCheck where the file is not one of ours.
        """
        import json  # noqa: PLC0415

        data, base = read_target(self.path, self.shown)
        if data is None:
            return {}, base
        try:
            document = json.loads(data)
        except (ValueError, RecursionError):
            document = None
        if not isinstance(document, dict) or not isinstance(document.get("settings"), dict):
            raise CouldNotCheck(
                f"`{self.shown}` holds no settings written by kmconfig",
                help="name another file in `target.file.path`, or move this one away",
            )
        return dict(_flat(document["settings"], ())), base

    def compare(
        self,
        candidate: Candidate,
        *,
        formerly_ours: frozenset[str] = frozenset(),  # noqa: ARG002
        written: Mapping[str, Written] = NOTHING_WRITTEN,
    ) -> Comparison:
        """Say which settings would change; the file is ours as a whole."""
        live, base = self.read()
        wanted = {setting: value for setting, value, _ in _leaves(candidate)}
        operations = [*_changes(live, wanted, SecretChanges(candidate, written)), *_removals(live, wanted)]
        return Comparison(live=_live_state(live, base), operations=tuple(operations), keys=tuple(wanted))


def _live_state(settings: dict[str, Any], base: str) -> LiveState:
    host = settings.get("email.smtp.host") if settings.get("email.driver") == "smtp" else None
    return LiveState(base=base, host=host if isinstance(host, str) else None)


def compose(candidate: Candidate) -> bytes:
    """The file's content, secrets included."""
    import json  # noqa: PLC0415

    candidate.require_read()
    settings: dict[str, Any] = {}
    for _, value, path in _leaves(candidate):
        node = settings
        for key in path[:-1]:
            node = node.setdefault(str(key), {})
        node[str(path[-1])] = value.reveal() if isinstance(value, Secret) else value
    document = {"version": 1, "environment": candidate.environment.name, "settings": settings}
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "surrogateescape")


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
