"""What a page tells: environments with their settings, and all that was seen of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

#: A result object of contract, section 5, that fits its schema.
Document = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """An effective setting: its value as text, and where it was set.

    ``secret`` says that the value is a reference to a secret. ``place`` is ``file:line:column``, None for a default;
    ``overrides`` are the places that lost to it, the nearest first.
    """

    name: str
    value: str
    secret: bool
    place: str | None
    overrides: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What lint found. ``severity`` is error, warning or note; ``fix`` is the title of a fix, or empty."""

    code: str
    name: str
    severity: str
    message: str
    help: str
    place: str
    environments: tuple[str, ...]
    fix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentView:
    """One environment.

    ``settings`` are by name, in the order of the files. ``complete`` is False where a file of it has faults, so that
    settings may be missing here. ``seen`` holds what commands printed of it, by command; ``receipts`` are those of its
    last runs, newest first.
    """

    name: str
    tier: str
    complete: bool
    settings: Mapping[str, Setting]
    findings: tuple[Finding, ...] = ()
    seen: Mapping[str, Document] = field(default_factory=dict)
    receipts: tuple[Document, ...] = ()

    def value(self, name: str) -> str:
        """The value of a setting, empty where it is not set."""
        setting = self.settings.get(name)
        return setting.value if setting is not None else ""

    def count(self, severity: str) -> int:
        """How many findings of a severity concern this environment."""
        return sum(finding.severity == severity for finding in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Something that the page was made from.

    ``title`` is what it tells, ``given`` the name of the file or folder, None where there was none, and ``command``
    what makes it. ``foreign`` are environments that it names and that are not on the page.
    """

    title: str
    given: str | None
    command: str
    foreign: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that is on a page. ``unchecked`` says what lint could not check, and why."""

    made: datetime
    environments: tuple[EnvironmentView, ...]
    findings: tuple[Finding, ...]
    unchecked: tuple[str, ...]
    sources: tuple[Source, ...]

    def count(self, severity: str) -> int:
        """How many findings there are of a severity."""
        return sum(finding.severity == severity for finding in self.findings)

    @property
    def application(self) -> str:
        """The name of the application, empty where environments disagree."""
        names = {view.value("application.name") for view in self.environments}
        return names.pop() if len(names) == 1 else ""
