"""Whether the shape of a secret can be in a text at all, told at a small part of what a search for it costs.

All answers hold for the text and for what it says once its line breaks and indentation are folded to blanks.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from kmconfig.providers.record import BASE64

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A login has a ``\0`` or ``\1auth`` behind its first byte. Wherever that falls among three bytes, its base64 holds one
#: of these characters, which no run of small letters does.
_OF_CONTROLS = frozenset(b"ABCDF")
#: The shortest login in base64 that is looked for.
_SHORTEST_LOGIN = b"a" * 12
LONG_RUN = 20
_LONG_RUN = b"a" * LONG_RUN

#: Makes ``A`` of these, ``a`` of the other characters of base64, and blanks of the rest.
_RUNS = bytes(
    ord(" ") if chr(octet) not in BASE64 else ord("A") if octet in _OF_CONTROLS else ord("a") for octet in range(256)
)


class Glance:
    """A text as it is seen from afar."""

    __slots__ = ("_marked", "_runs", "lowered", "octets", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.lowered = text.lower()
        self.octets = text.encode("ascii", "replace")
        self._marked = self.octets.translate(_RUNS)
        self._runs = self._marked.lower()

    def has_long_run(self) -> bool:
        """Whether ``LONG_RUN`` characters of base64 stand side by side."""
        return _LONG_RUN in self._runs

    def says(self, word: str) -> bool:
        """Whether a word stands somewhere; of several, whether the first stands before a blank or a line break."""
        first, blank, _ = word.partition(" ")
        if not blank:
            return first in self.lowered
        at = self.lowered.find(first)
        while at >= 0:
            end = at + len(first)
            if self.lowered[end : end + 1].isspace():
                return True
            at = self.lowered.find(first, end)
        return False

    def shows(self, alphabet: str, outline: str) -> bool:
        """Whether an outline stands somewhere."""
        octets = self.octets
        if " " in outline:
            octets = " ".join(self.text.split()).encode("ascii", "replace")
        return outline.encode() in octets.translate(_outlining(alphabet))

    def login_runs(self) -> Iterator[int]:
        """Where runs of base64 begin that can stand for a login."""
        begin = self._runs.find(_SHORTEST_LOGIN)
        while begin >= 0:
            end = self._marked.find(b" ", begin)
            if end < 0:
                end = len(self._marked)
            if self._marked.find(b"A", begin + 1, end) >= 0:
                yield begin
            begin = self._runs.find(_SHORTEST_LOGIN, end)


@cache
def _outlining(alphabet: str) -> bytes:
    """Turns the characters of an alphabet into ``x``; of others only hyphens and blanks keep their looks."""
    return bytes(ord("x") if chr(octet) in alphabet else octet if octet in b"- " else ord("?") for octet in range(256))
