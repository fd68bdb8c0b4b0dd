"""Something wrong with a file, found before any rule looks at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kmconfig.source.span import Label, Span
    from kmconfig.source.value import Path


class Edit:
    """A replacement of a range of a file by other text."""

    __slots__ = ("span", "text")

    def __init__(self, span: Span, text: str) -> None:
        self.span = span
        self.text = text


class Fix:
    """Edits that clear a finding; ``safe`` when they cannot change what was meant."""

    __slots__ = ("edits", "safe", "title")

    def __init__(self, title: str, *edits: Edit, safe: bool) -> None:
        self.title = title
        self.edits = edits
        self.safe = safe


class Problem:
    """A fault with its code of the KM1 area, its place, and what to do about it.

    ``path`` names the setting it stands on, empty where there is none.
    """

    __slots__ = ("code", "fix", "help", "message", "path", "related", "span")

    def __init__(
        self,
        code: str,
        message: str,
        span: Span,
        *,
        help: str = "",  # noqa: A002 - the word users read
        path: Path = (),
        related: tuple[Label, ...] = (),
        fix: Fix | None = None,
    ) -> None:
        self.code = code
        self.message = message
        self.span = span
        self.help = help
        self.path = path
        self.related = related
        self.fix = fix

    def __repr__(self) -> str:
        return f"{self.span}: {self.code} {self.message}"
