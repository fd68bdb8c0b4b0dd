"""A rule's docstring read as a manual: the text, and its good and bad examples."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

_FENCE = re.compile(
    r"^```(?:yaml (?P<kind>bad|good|observed)|dns)(?P<options>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)


@dataclass(slots=True)
class Fence:
    """One fenced piece of YAML.

    ``raw`` stands by itself; otherwise it is laid over a clean environment. ``file`` is its name within its
    example, that of its tier unless it is ``named``. ``first_line`` is the code of a finding that stands on line 1
    of the file. ``tier`` is the tier of the environment it is laid over. ``encoding`` is how the file is saved.
    """

    text: str
    raw: bool = False
    file: str = "production.yaml"
    tier: str = "production"
    first_line: str | None = None
    named: bool = False
    encoding: str = "utf-8"


@dataclass(slots=True)
class Example:
    """Fences that belong together as a folder; ``bad`` ones must be found, good ones must not.

    ``observed`` is the text of a fence of that kind behind them: what stores and servers say, for rules that look
    only with ``--online``. It maps settings to what is seen of their secrets. ``dns`` is the text of such a fence: the
    records, as in a zone file, in which the DNS differs from that of a sound domain.
    """

    bad: bool
    fences: list[Fence] = field(default_factory=list)
    today: date | None = None
    observed: str | None = None
    dns: str | None = None


def prose(manual: str) -> str:
    """The manual without its examples."""
    return re.sub(r"\n{3,}", "\n\n", _FENCE.sub("", manual)).strip()


def examples(manual: str) -> list[Example]:
    """The examples in order.

    Consecutive fences of one kind with different files are one example, but each fence without a name of its own
    begins another if there is one already.
    """
    found: list[Example] = []
    for match in _FENCE.finditer(manual):
        if match["kind"] in ("observed", None):
            setattr(found[-1], match["kind"] or "dns", match["text"])
            continue
        fence, today = _fence(match["text"], match["options"].split())
        bad = match["kind"] == "bad"
        last = found[-1] if found else None
        if last is None or last.bad != bad or any(_clash(fence, other) for other in last.fences):
            last = Example(bad=bad)
            found.append(last)
        last.fences.append(fence)
        last.today = today or last.today
    return found


def _clash(one: Fence, other: Fence) -> bool:
    return one.file == other.file or not (one.named or other.named)


def _fence(text: str, options: list[str]) -> tuple[Fence, date | None]:
    fence, today = Fence(text), None
    for option in options:
        key, _, value = option.partition("=")
        if key == "raw":
            fence.raw = True
        elif key == "today":
            today = date.fromisoformat(value)
        elif key == "name":
            fence.file, fence.named = f"{value}.yaml", True
        elif key in ("file", "tier", "first_line", "encoding"):
            setattr(fence, key, value)
            fence.named = fence.named or key == "file"
        else:
            raise ValueError(f"unknown option `{option}` on an example")
    if not fence.named:
        fence.file = f"{fence.tier}.yaml"
    return fence, today
