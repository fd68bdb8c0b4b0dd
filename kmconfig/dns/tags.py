"""Lists of tags, `name=value; …`, as DKIM keys and DMARC policies are written (RFC 6376, section 3.2)."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_TAG: Final = re.compile(r"\s*(?P<name>[A-Za-z][A-Za-z0-9_]*)\s*=\s*(?P<value>.*)", re.DOTALL)


class Tags(NamedTuple):
    """The tags in order, the first of each name. ``problems`` say where the text is no list of tags."""

    values: dict[str, str]
    problems: tuple[str, ...] = ()

    @property
    def first(self) -> str:
        """The name of the first tag; empty where there is none."""
        return next(iter(self.values), "")


def parse_tags(text: str) -> Tags:
    """Read a list of tags. Any text is read; what is wrong with it is kept."""
    values: dict[str, str] = {}
    problems: list[str] = []
    for part in text.split(";"):
        if not part.strip():
            continue
        found = _TAG.fullmatch(part)
        if found is None:
            problems.append(f"`{_short(part)}` is no `name=value`")
        elif found["name"] in values:
            problems.append(f"`{found['name']}=` stands twice")
        else:
            values[found["name"]] = found["value"].strip()
    return Tags(values, tuple(problems))


def _short(text: str) -> str:
    return text.strip().replace("`", "'")[:40]
