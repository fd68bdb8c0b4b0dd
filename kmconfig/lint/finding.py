"""What a rule says, and what becomes of it once the engine has given it a place and a severity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kmconfig.source.problem import Edit, Fix

if TYPE_CHECKING:
    from kmconfig.lint.rule import Rule
    from kmconfig.lint.surroundings import Mark
    from kmconfig.source.span import Span
    from kmconfig.source.value import Value

SEVERITIES = ("error", "warning", "note")


class Label(NamedTuple):
    """A value or a range of a file, and what it has to do with the finding. Facts about a value bring its mark."""

    subject: Value[Any] | Span | Mark
    text: str = ""


class Finding(NamedTuple):
    """What a rule yields: the fact, where it comes from, and the remedy.

    ``severity`` is this one finding's own, where it is milder or worse than its rule; a severity that the project
    file sets still bounds it from above. ``concerns`` names environments beside the one that was looked at.
    """

    message: str
    primary: Label
    related: tuple[Label, ...] = ()
    help: str = ""
    fix: Fix | None = None
    severity: str | None = None
    concerns: tuple[str, ...] = ()


class Skipped(NamedTuple):
    """What an online rule yields where it could not check: why, with the setting it is about."""

    reason: str


class Place(NamedTuple):
    """A range of a file and what it has to do with the finding."""

    span: Span
    text: str = ""


class Located(NamedTuple):
    """A finding of one rule at one place, with the environments it concerns, sorted by name.

    ``severity`` is ``error``, ``warning`` or ``note``. ``setting`` is a path as users write it, or empty.
    """

    rule: Rule
    severity: str
    message: str
    help: str
    place: Place
    related: tuple[Place, ...]
    setting: str
    environments: tuple[str, ...]
    fix: Fix | None = None
    fingerprint: str = ""

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        """By file, then place, then code."""
        span = self.place.span
        return (span.path, span.start, span.end, self.rule.code, self.message)


def set_value(value: Value[Any], data: str | int) -> Edit:
    """An edit that replaces a written scalar, keeping its quotes.

    Raises ValueError for a default, which has no text to edit.
    """
    if value.span is None:
        raise ValueError(f"{value.setting} is written nowhere")
    written = value.span.text
    quote = written[0] if written[:1] in ("'", '"') and isinstance(data, str) else ""
    return Edit(value.span, f"{quote}{data}{quote}")
