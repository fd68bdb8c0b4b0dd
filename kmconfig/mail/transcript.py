"""The conversation as people see it, with every login taken out before a line is passed on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kmconfig.mail.failure import bounded
from kmconfig.mail.scrub import MASK

if TYPE_CHECKING:
    from kmconfig.mail.stages import Listener

_CHALLENGE: Final = 334
LONGEST_LINE: Final = 1000
"""Characters of a line that are passed on."""


class Transcript:
    """Passes what is said on to a :class:`Listener`, if there is one.

    From AUTH on until the server stops asking, whatever we say is a login, in whatever form: only the mechanism's name
    is passed on. So nothing has to be recognised, and a new mechanism cannot be forgotten.
    """

    def __init__(self, listener: Listener | None) -> None:
        self._listener = listener
        self._logging_in = False
        self._marks = ("->", "<-")

    @property
    def heeded(self) -> bool:
        """Whether anybody listens."""
        return self._listener is not None

    def encrypted(self, summary: str) -> None:
        """TLS has begun."""
        self._say("===", f"TLS: {summary}")
        self._marks = ("~>", "<~")

    def ended(self, why: str) -> None:
        """The conversation has broken off."""
        self._say("===", why)

    def sent(self, data: memoryview) -> None:
        """We said this: one line or several."""
        if self._listener is None:
            return
        for line in bytes(data).decode("utf-8", "replace").removesuffix("\r\n").split("\r\n"):
            self._say(self._marks[0], self._without_login(line))

    def heard(self, code: int, text: str, scrubbed: str) -> None:
        """The server replied ``text``, of several lines; ``scrubbed`` is the same in one line without any login."""
        self._logging_in = self._logging_in and code == _CHALLENGE
        lines = [scrubbed] if MASK in scrubbed else text.split("\n")
        for line in lines[:-1]:
            self._say(self._marks[1], f"{code}-{line}")
        self._say(self._marks[1], f"{code} {lines[-1]}")

    def _without_login(self, line: str) -> str:
        verb, _, rest = line.partition(" ")
        if verb.upper() == "AUTH":
            self._logging_in = True
            mechanism, _, argument = rest.partition(" ")
            return f"{verb} {mechanism} {MASK}" if argument else line
        return MASK if self._logging_in and line not in {"", "*"} else line

    def _say(self, mark: str, line: str) -> None:
        if self._listener is not None:
            self._listener.said(mark, bounded(line, LONGEST_LINE))
