"""An apply for people: its steps as they happen, and how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from kmconfig.mail.stages import Silence
from kmconfig.report.escape import for_terminal
from kmconfig.report.mail import StageLines, diagnosis_lines
from kmconfig.report.stream import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kmconfig.deploy.receipt import Receipt, Step
    from kmconfig.mail.stages import Progress as MailProgress
    from kmconfig.report.style import Style
    from kmconfig.secrets.stores import Login

_NAMES = {"read_back": "read back", "test_message": "test message"}
_WIDTH = 14
_MARKS = {"ok": ("good", "✓"), "restored": ("good", "✓"), "skipped": ("faint", "–")}
_WITH_STAGES = frozenset(("preflight", "test_message"))


class StepLines:
    """Prints each step of an apply when it ends; with ``stages`` also those of its mail conversations."""

    def __init__(self, stream: TextIO, *, style: Style, stages: bool) -> None:
        self._stream = stream
        self._style = style
        self._stages = stages
        self.mail: MailProgress = StageLines(stream, style=style, indent="      ") if stages else Silence()

    def started(self, step: str) -> None:
        """Announce a step that shows stages of its own."""
        if step == "restore":
            say(self._stream, f"  {self._style('changed', '·')} putting back what was there, please wait\n")
        if self._stages and step in _WITH_STAGES:
            say(self._stream, f"  {self._style('faint', '·')} {_NAMES.get(step, step)}\n")

    def waiting(self, step: str, reason: str) -> None:
        """Say what a step waits for."""
        say(self._stream, f"  {self._style('changed', '·')} {_NAMES.get(step, step)}: {for_terminal(reason)}\n")

    def finished(self, step: Step) -> None:
        """Print a finished step."""
        role, sign = _MARKS.get(step.outcome, ("bad", "✗"))
        mark = self._style(role, sign)
        name = _NAMES.get(step.step, step.step).ljust(_WIDTH)
        line = f"  {mark} {name}{f'{step.ms:.0f} ms'.rjust(8)}  {for_terminal(step.detail)}"
        say(self._stream, f"{line.rstrip()}\n")


def login_lines(logins: Iterable[Login], *, style: Style) -> Iterator[str]:
    """As whom each store was asked."""
    for login in logins:
        where = f" at {for_terminal(login.where)}" if login.where else ""
        name = "vault" if login.source == "vault" else "aws"
        yield f"  {style('faint', f'{name}{where}')}: {for_terminal(login.identity)}"


def receipt_text(receipt: Receipt, *, style: Style) -> Iterator[str]:
    """How the run ended, in one line and, where it failed, why."""
    name = style("bold", for_terminal(receipt.environment))
    if receipt.diagnosis is not None and receipt.result != "applied":
        yield from diagnosis_lines(receipt.diagnosis, style=style)
    if receipt.result == "applied":
        verified = "the application has verified it" if receipt.application_verified else _UNVERIFIED
        yield f"{name}: {style('good', 'applied')}, run {receipt.run}; {verified}"
        if receipt.message:
            yield f"  {style('bad', for_terminal(receipt.message))}"
    elif receipt.result == "unchanged":
        yield f"{name}: {style('good', 'unchanged')}, nothing was written or sent"
    else:
        words = {"rolled_back": "rolled back", "failed": "failed", "unknown": "a person is needed"}
        yield f"{name}: {style('bad', words[receipt.result])}, {for_terminal(receipt.message)}"


_UNVERIFIED = "whether the application uses it is not verified (no `verify` commands)"
