"""What went wrong at a stage, before anybody has judged why."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

LONGEST_WORDS: Final = 500
"""Characters of a server's answer that are kept."""

_UNPRINTABLE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+"
)
_ENHANCED: Final = re.compile(r"^([245]\.\d{1,3}\.\d{1,3})(?=\s|$)")


def one_line(text: str) -> str:
    """Return ``text`` without line breaks, control, bidi and surrogate characters, each run a blank."""
    return text.strip() if text.isprintable() else _UNPRINTABLE.sub(" ", text).strip()


def bounded(text: str, limit: int = LONGEST_WORDS) -> str:
    """Return ``text`` as one line of at most ``limit`` characters."""
    line = one_line(text)
    return line if len(line) <= limit else line[: limit - 1] + "…"


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's reply: the three-digit code and the text, several lines joined by blanks (RFC 5321 §4.2)."""

    code: int
    text: str

    @property
    def enhanced(self) -> str | None:
        """The enhanced status code, such as ``5.7.8`` (RFC 3463)."""
        found = _ENHANCED.match(self.text)
        return found.group(1) if found else None

    @property
    def words(self) -> str:
        """Code and text as one bounded line."""
        return bounded(f"{self.code} {self.text}")


class StageFailed(Exception):  # noqa: N818 - an event on the way, turned into a result by the transport
    """A stage cannot be finished.

    ``kind`` says in one word what was seen: ``reply`` for a refusal in the server's own words, otherwise
    what happened instead of an answer (``refused``, ``no-reply``, ``closed``, ``junk``, …).
    """

    def __init__(self, kind: str, text: str, *, reply: Reply | None = None, stage: str | None = None) -> None:
        super().__init__(kind)
        self.kind = kind
        self.text = text
        self.reply = reply
        self.stage = stage

    @property
    def words(self) -> str:
        """The server's exact words where it spoke, otherwise what was seen."""
        return self.reply.words if self.reply is not None else bounded(self.text)

    @classmethod
    def from_reply(cls, reply: Reply, *, stage: str | None = None) -> StageFailed:
        """Return the failure that is a server's refusal."""
        return cls("reply", reply.text, reply=reply, stage=stage)
