"""Several environments in one command: each goes on when another fails, and the worst result counts."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from kmconfig.cli.options import current
from kmconfig.errors import KmconfigError
from kmconfig.mail.stages import Silence
from kmconfig.report.mail import StageLines
from kmconfig.report.stream import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kmconfig.mail.stages import Progress

_INTERRUPTED = 130

#: The worst first (contract, section 4). Who broke it off wants to hear that it was; what could not even be read is
#: worse than a difference.
WORST_FIRST = (7, 70, _INTERRUPTED, 6, 1, 5, 3, 4, 65, 64, 2)


class Outcomes:
    """Collects results for machines and says things to people."""

    def __init__(self, *, form: str, stream: Any = None) -> None:
        self._form = form
        self._stream = stream
        self._results: list[dict[str, Any]] = []
        self._codes: list[int] = []
        self.lines: list[str] = []

    @contextmanager
    def of(
        self, environment: str, *, refused: Callable[[KmconfigError], dict[str, Any]] | None = None
    ) -> Iterator[None]:
        """Work on one environment. An error ends it and is said; the others go on.

        ``refused`` makes the result for machines of such an error, where there can be one.
        """
        try:
            yield
        except KmconfigError as error:
            from kmconfig.cli.run import say_error  # noqa: PLC0415

            self._codes.append(error.exit_code)
            if refused is not None:
                self._results.append(refused(error))
            prefix = "" if f"`{environment}`" in error.message else f"{environment}: "
            say_error(f"{prefix}{error.message}", error.help)

    def add(self, result: dict[str, Any], code: int) -> None:
        """Take one environment's result."""
        self._results.append(result)
        self._codes.append(code)

    def take(self, result: dict[str, Any], code: int, text: str) -> None:
        """Take what another process has found out and said."""
        self.add(result, code)
        self.lines += text.splitlines()

    @property
    def last_result(self) -> str:
        """The word for how the last one ended."""
        return str(self._results[-1].get("result", "")) if self._results else ""

    def say(self, line: str) -> None:
        """Tell people: on stdout with the text format, on stderr beside JSON."""
        self.lines.append(line)
        if current().verbosity >= 0:
            say(self.stream, f"{line}\n")

    @property
    def stream(self) -> Any:
        """Where people read."""
        if self._stream is not None:
            return self._stream
        return sys.stdout if self._form == "text" else sys.stderr

    def stages(self) -> Progress:
        """Shows the stages of a mail conversation."""
        if current().verbosity < 0:
            return Silence()
        return StageLines(self.stream, style=current().style(self.stream))

    def document(self) -> dict[str, Any]:
        """The results for machines."""
        return {"version": 1, "results": self._results}

    @property
    def interrupted(self) -> bool:
        """Whether the last one was broken off from outside, which is meant for all that would follow."""
        return bool(self._codes) and self._codes[-1] == _INTERRUPTED

    @property
    def exit_code(self) -> int:
        """The worst of all."""
        codes = [code for code in self._codes if code]
        return min(
            codes, key=lambda code: WORST_FIRST.index(code) if code in WORST_FIRST else len(WORST_FIRST), default=0
        )
