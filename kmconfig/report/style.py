"""Colour where the terminal allows it."""

from __future__ import annotations

_CODES = {
    "error": "1;31",
    "warning": "1;33",
    "note": "1;36",
    "help": "36",
    "good": "32",
    "bad": "31",
    "changed": "33",
    "faint": "2",
    "bold": "1",
    "frame": "34",
}


class Style:
    """Wraps text in ANSI colours, or leaves it alone when colour is off."""

    __slots__ = ("enabled",)

    def __init__(self, *, enabled: bool) -> None:
        self.enabled = enabled

    def __call__(self, role: str, text: str) -> str:
        """Colour text by its role: error, warning, note, help, good, bad, changed, faint, bold or frame."""
        return f"\x1b[{_CODES[role]}m{text}\x1b[0m" if self.enabled and text else text


def without_colors(text: str) -> str:
    """A report as :class:`Style` leaves it when colour is off. What came from files and servers is escaped already."""
    for code in ("", *_CODES.values()):
        text = text.replace(f"\x1b[{code or '0'}m", "")
    return text
