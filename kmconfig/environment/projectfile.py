"""The project file ``kmconfig.yaml``: where things lie, how to lint, and what policy allows."""

from __future__ import annotations

import os
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from kmconfig.environment.document import check_document, parsed_document
from kmconfig.environment.duration import parse_duration
from kmconfig.environment.merge import lookup
from kmconfig.environment.words import NO_WORDS, Words
from kmconfig.source.problem import Problem
from kmconfig.source.reader import Unreadable, decode, read_content, unreadable

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.source.parser import Document
    from kmconfig.source.value import Value

_PROMOTION_MAX_AGE = timedelta(days=30)

FAIL_LEVELS = ("error", "warning", "note", "never")


class ProjectFile:
    """The project file's settings, with the contract's defaults where it is silent or absent.

    ``content`` is what was read, None where there is no file or it could not be read. ``words`` are those of packages
    that files of the project may use, none unless it allows plugins.
    """

    def __init__(self, document: Document | None, content: bytes | None = None, *, words: Words = NO_WORDS) -> None:
        self.document = document
        self.content = content
        self.words = words

    def get(self, *path: str) -> Value[Any] | None:
        """The value at a path, or None where it is absent or was refused."""
        if self.document is None or self.document.root is None:
            return None
        if any(path[:length] in self.document.refused for length in range(len(path) + 1)):
            return None
        return lookup(self.document.root, path)

    def _text(self, *path: str, default: str) -> str:
        value = self.get(*path)
        return value.data if value is not None and isinstance(value.data, str) else default

    def _texts(self, *path: str) -> tuple[str, ...] | None:
        value = self.get(*path)
        if value is None or not isinstance(value.data, list):
            return None
        return tuple(item.data for item in value.data if isinstance(item.data, str))

    @property
    def environments(self) -> str:
        """The folder of the environment files, relative to the root."""
        return self._text("environments", default="environments")

    @property
    def state(self) -> str:
        """The folder of the receipts, relative to the root."""
        return self._text("state", default=".kmconfig/state")

    @property
    def fail_on(self) -> str:
        """The severity from which lint fails: error, warning, note or never."""
        return self._text("lint", "fail_on", default="error")

    @property
    def rules(self) -> dict[str, Value[Any]]:
        """Severity or ``off`` by rule name or code, as written."""
        value = self.get("lint", "rules")
        return value.data if value is not None and isinstance(value.data, dict) else {}

    @property
    def plugins(self) -> bool:
        """Whether installed packages may bring rules, providers, stores and targets."""
        value = self.get("plugins")
        return value is not None and value.data is True

    @property
    def allowed_hosts(self) -> tuple[str, ...] | None:
        """The only servers that may be given a login; None allows any."""
        return self._texts("policy", "hosts")

    @property
    def allowed_commands(self) -> tuple[str, ...] | None:
        """The only programs that reload, verify and sendmail may run; None allows any."""
        return self._texts("policy", "commands")

    @property
    def promotion(self) -> tuple[str, ...]:
        """The tiers through which settings go, the first one first; empty where no order is asked for."""
        return self._texts("promotion") or ()

    @property
    def drift_ignores(self) -> tuple[DriftIgnore, ...]:
        """Differences of live targets that are accepted for a while."""
        value = self.get("drift", "ignore")
        entries = value.plain() if value is not None and isinstance(value.data, list) else []
        return tuple(found for entry in entries if (found := _drift_ignore(entry)) is not None)

    @property
    def promotion_max_age(self) -> timedelta:
        """How long a receipt of the stage before counts."""
        value = self.get("promotion_max_age")
        return parse_duration(value.data) if value is not None and isinstance(value.data, str) else _PROMOTION_MAX_AGE


class DriftIgnore(NamedTuple):
    """One setting or key that may differ until a day, in one environment or all, and why."""

    setting: str
    reason: str
    until: date
    environment: str | None

    def applies(self, environment: str, setting: str, key: str) -> bool:
        """Whether it is about this difference."""
        return self.setting in (setting, key) and self.environment in (None, environment)


def _drift_ignore(entry: dict[str, str]) -> DriftIgnore | None:
    """None for a day that no calendar has: what cannot be read accepts nothing."""
    until = _day(entry["until"])
    return None if until is None else DriftIgnore(entry["setting"], entry["reason"], until, entry.get("environment"))


def _is_day(data: Any) -> bool:
    """Whether a calendar has it. What is no text is refused for that."""
    return not isinstance(data, str) or _day(data) is not None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def read_project_file(root: Path, name: str, *, content: bytes | None = None) -> ProjectFile:
    """Read the project file if there is one; its faults stay in the document as problems.

    ``content`` counts instead of what is on disk.

    Raises ConfigurationError where it allows plugins and a store or target of theirs cannot be used.
    """
    location = root / name
    if content is None and not os.path.lexists(location):
        return ProjectFile(None)
    raw = read_content(location) if content is None else content
    if isinstance(raw, Unreadable):
        return ProjectFile(parsed_document(*unreadable(name, *raw)))
    document = parsed_document(*decode(raw, name))
    words = _allowed_words(document)
    check_document(document, schema="project", words=words)
    if document.root is not None:
        _keep_inside(document, document.root)
        _require_days(document, document.root)
    return ProjectFile(document, raw, words=words)


def _allowed_words(document: Document) -> Words:
    """The words of packages, where the file lets them in; it may use some itself."""
    allowed = lookup(document.root, ("plugins",)) if document.root is not None else None
    if allowed is None or allowed.data is not True:
        return NO_WORDS
    from kmconfig.environment.extended import words_of_packages  # noqa: PLC0415 - few projects have plugins

    return words_of_packages()


def _keep_inside(document: Document, root: Value[Any]) -> None:
    """The environment files lie in the repository, or nobody reviews them."""
    folder = lookup(root, ("environments",))
    if folder is None or folder.span is None or folder.path in document.broken:
        return
    if f"{os.path.normpath(folder.data)}/".startswith(("/", "../")):
        message = "`environments` must be a folder below the root"
        remedy = "give a path relative to this file, without `..`"
        document.problems.append(Problem("KM107", message, folder.span, help=remedy, path=folder.path))
        document.broken.add(folder.path)


def _require_days(document: Document, root: Value[Any]) -> None:
    """The schema knows how a day is written; only a calendar knows whether there is one."""
    ignored = lookup(root, ("drift", "ignore"))
    entries = ignored.data if ignored is not None and isinstance(ignored.data, list) else []
    for entry in entries:
        until = lookup(entry, ("until",))
        if until is None or until.span is None or until.path in document.broken or _is_day(until.data):
            continue
        message = f"no calendar has the day `{until.data}`"
        remedy = "give the last day on which the difference is accepted, such as 2026-03-31"
        document.problems.append(Problem("KM107", message, until.span, help=remedy, path=until.path))
        document.broken.add(until.path)
