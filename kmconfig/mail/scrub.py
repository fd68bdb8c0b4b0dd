"""Keeps a login out of what is remembered of a server's answers."""

from __future__ import annotations

import base64
import re
from typing import Final

from kmconfig.secrets.patterns import escaped_forms

MASK: Final = "[hidden]"
_SHORTEST_ANYWHERE: Final = 4


class Scrubber:
    """Masks learnt values, and the forms in which a hostile server could echo them.

    Recognised are the text itself, its base64 at each of the three alignments, hexadecimal, and the escapes
    of URLs, JSON and other formats, in any case and also when broken by white space.
    """

    def __init__(self) -> None:
        self._patterns: list[re.Pattern[str]] = []

    def __repr__(self) -> str:
        return "<scrubber>"

    def learn(self, value: bytes) -> None:
        """Mask ``value`` from now on."""
        if not value:
            return
        forms = {form for form in _forms(value) if form.strip()}
        # The longest first, so that a form inside another leaves no remainder.
        for form in sorted(forms, key=len, reverse=True):
            self._patterns.append(_pattern(form))

    def scrub(self, text: str) -> str:
        """Return ``text`` with everything learnt masked."""
        for pattern in self._patterns:
            text = pattern.sub(MASK, text)
        return text


def _forms(value: bytes) -> tuple[str, ...]:
    text = value.decode("utf-8", "replace")
    forms = [text, base64.b64encode(value).decode(), base64.urlsafe_b64encode(value).decode()]
    if len(value) >= _SHORTEST_ANYWHERE:
        forms += [_aligned(value, offset) for offset in range(3)]
        forms += [value.hex(), *escaped_forms(text)]
    return (*(form.rstrip("=") for form in forms), text)


def _aligned(value: bytes, offset: int) -> str:
    """Return the characters of base64 that ``value`` alone decides when ``offset`` bytes stand before it."""
    encoded = base64.b64encode(b"\0" * offset + value).decode()
    begin = (offset * 8 + 5) // 6
    end = (offset + len(value)) * 8 // 6
    return encoded[begin:end]


def _pattern(form: str) -> re.Pattern[str]:
    broken = r"\s*".join(re.escape(character) for character in form if not character.isspace())
    if len(form) < _SHORTEST_ANYWHERE:
        # So short a value occurs in any sentence; only where it stands alone is it an echo.
        broken = rf"(?<!\w){broken}(?!\w)"
    return re.compile(broken + "=*" if form[-1].isalnum() else broken, re.IGNORECASE)
