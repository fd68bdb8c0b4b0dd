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
        self._learnt: list[_Learnt] = []

    def __repr__(self) -> str:
        return "<scrubber>"

    def learn(self, value: bytes) -> None:
        """Mask ``value`` from now on."""
        if value:
            self._learnt.append(_Learnt(value))

    def scrub(self, text: str) -> str:
        """Return ``text`` with everything learnt masked."""
        if not self._learnt:
            return text
        squeezed = _squeezed(text)
        for learnt in self._learnt:
            if squeezed is not None and len(squeezed) < learnt.shortest:
                continue
            for spelling in learnt.spellings:
                if spelling.may_stand_in(squeezed):
                    text = spelling.pattern.sub(MASK, text)
                    squeezed = _squeezed(text)
        return text


class _Learnt:
    """A value. Its forms are made when a text is long enough to hold one; nearly all replies are shorter than a login.

    ``shortest`` is a lower bound of their lengths without white space.
    """

    __slots__ = ("_spellings", "_value", "shortest")

    def __init__(self, value: bytes) -> None:
        self._value = value
        self._spellings: tuple[_Spelling, ...] | None = None
        plain = "".join(value.decode("utf-8", "replace").split()).rstrip("=")
        self.shortest = max(min(len(plain), len(value) * 4 // 3 - 3), 1)

    def __repr__(self) -> str:
        return "<learnt>"

    @property
    def spellings(self) -> tuple[_Spelling, ...]:
        """All forms, the longest first, so that a form inside another leaves no remainder."""
        if self._spellings is None:
            forms = {form for form in _forms(self._value) if form.strip()}
            self._spellings = tuple(_Spelling(form) for form in sorted(forms, key=len, reverse=True))
        return self._spellings


class _Spelling:
    """One form of a value. Its pattern is made when there is something to mask, as nearly no server echoes a login."""

    __slots__ = ("_form", "_needle", "_pattern")

    def __init__(self, form: str) -> None:
        self._form = form
        self._needle = _squeezed(form)
        self._pattern: re.Pattern[str] | None = None

    def may_stand_in(self, squeezed: str | None) -> bool:
        """Whether it is worth searching; without ASCII on both sides, letters may match that look different."""
        return squeezed is None or self._needle is None or self._needle in squeezed

    @property
    def pattern(self) -> re.Pattern[str]:
        """What finds it, also broken by white space and in other case."""
        if self._pattern is None:
            self._pattern = _pattern(self._form)
        return self._pattern


def _squeezed(text: str) -> str | None:
    """Return ``text`` without white space and in small letters; None beyond ASCII."""
    return "".join(text.split()).lower() if text.isascii() else None


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
