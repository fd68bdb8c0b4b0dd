"""Several live tests at a glance: one line while they run, and a table at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TextIO

from kmconfig.report.escape import for_terminal, for_workflow_log
from kmconfig.report.stream import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kmconfig.report.style import Style

_NAMED = 3
_WIDEST = 60


class ProgressLine:
    """One line on a terminal that is written over again and again; elsewhere nothing."""

    def __init__(self, stream: TextIO, *, style: Style) -> None:
        self._stream = stream
        self._style = style
        self._shown = ""
        self.live = style.enabled and stream.isatty()

    def show(self, *, done: int, of: int, working: Sequence[tuple[str, str]]) -> None:
        """Say how many are done, and what some others are about: names and stages."""
        named = ", ".join(f"{for_terminal(name)} ({stage})" for name, stage in working[:_NAMED])
        more = f" and {len(working) - _NAMED} more" if len(working) > _NAMED else ""
        text = f"… {done} of {of} done{': ' if named else ''}{named}{more}"
        if self.live and text != self._shown:
            say(self._stream, f"\r\x1b[2K{self._style('faint', text)}")
            self._shown = text

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            say(self._stream, "\r\x1b[2K")
            self._shown = ""


def summary_lines(results: Sequence[Mapping[str, Any]], *, style: Style) -> Iterator[str]:
    """A table of results of `kmconfig test` and a sentence; the results are those of its JSON document."""
    rows = [(for_terminal(result["environment"]), *_verdict(result)) for result in results]
    name = max((len(row[0]) for row in rows), default=0)
    yield ""
    for environment, role, word, took, says in rows:
        line = f"{environment.ljust(name)}  {style(role, word.ljust(7))}  {took.rjust(8)}  {says}"
        yield line.rstrip()
    words = [row[2] for row in rows]
    counts = ", ".join(f"{words.count(word)} {word}" for word in dict.fromkeys(("ok", *words)) if word in words)
    yield f"{style('bold', f'{len(rows)} environments')}: {counts}"


def _verdict(result: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """The role of the colour, one word, the time taken, and what there is to say."""
    diagnosis, stages = result["diagnosis"], result["stages"]
    took = f"{sum(stage['ms'] for stage in stages):.0f} ms" if stages else ""
    if result["ok"]:
        return "good", "ok", took, _well(result)
    if diagnosis is not None and diagnosis["stage"] == "before":
        return "bad", "refused", took, _cut(diagnosis["symptom"])
    return "bad", "failed", took, _cut(diagnosis["symptom"]) if diagnosis is not None else ""


def _well(result: Mapping[str, Any]) -> str:
    if result.get("ports"):
        return _cut(result["advice"])
    count = len(result["recipients"])
    whom = f"{count} recipients" if count != 1 else "1 recipient"
    return f"accepted for {whom}" if result["test_id"] else f"would be accepted for {whom}"


def _cut(text: str) -> str:
    shown = for_workflow_log(for_terminal(text))
    return shown if len(shown) <= _WIDEST else f"{shown[: _WIDEST - 1]}…"
