"""Pieces that all sections of a page are made of: tables that become cards on a phone, badges, folds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kmconfig.report.page.elements import Element, element

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kmconfig.report.page.elements import Node

_MARKS = {"bad": "✗", "warning": "!", "note": "i", "good": "✓", "unknown": "?", "plain": ""}


def table(caption: str, headings: Sequence[str], rows: Iterable[Sequence[Node | Iterable[Node]]]) -> Element:
    """A table whose first column names the rows. Below the width of a phone each row becomes a card.

    The roles say again what the elements are, since browsers forget it where the style makes blocks of them.
    """
    head = element("tr", [element("th", heading, scope="col", role="columnheader") for heading in headings], role="row")
    return element(
        "div",
        element(
            "table",
            element("caption", caption),
            element("thead", head, role="rowgroup"),
            element("tbody", [_row(headings, row) for row in rows], role="rowgroup"),
            role="table",
        ),
        class_="scroll",
        role="group",
        aria_label=caption,
        tabindex="0",
    )


def _row(headings: Sequence[str], cells: Sequence[Node | Iterable[Node]]) -> Element:
    first, *others = cells
    labelled = zip(headings[1:], others, strict=True)
    return element(
        "tr",
        element("th", first, scope="row", role="rowheader"),
        [element("td", element("div", cell), role="cell", data_label=heading) for heading, cell in labelled],
        role="row",
    )


def badge(text: str, tone: str) -> Element:
    """A word with a mark, so that its colour is not all there is to see."""
    mark = _MARKS[tone]
    return element("span", element("span", mark, aria_hidden="true") if mark else None, text, class_=f"badge {tone}")


def severity_badge(severity: str, text: str) -> Element:
    """A badge in the colour of a severity."""
    return badge(text, tone_of(severity))


def tone_of(severity: str) -> str:
    """The tone of a severity."""
    return {"error": "bad"}.get(severity, severity)


def code(text: str) -> Element:
    """Text as it stands in a file."""
    return element("code", text)


def prose(text: str) -> list[Node]:
    """A message, in which what stands in backticks is code."""
    return [code(part) if index % 2 else part for index, part in enumerate(re.split(r"`([^`]+)`", text)) if part]


def setting_name(name: str) -> list[Node]:
    """A setting's name, of which the last word counts; a line may end behind each dot."""
    *above, last = name.split(".")
    told: list[Node] = []
    for word in above:
        told += [element("span", f"{word}.", class_="above"), element("wbr")]
    return [*told, element("span", last, class_="last")]


def faint(text: str) -> Element:
    """A remark."""
    return element("span", text, class_="faint")


def fold(title: Node | Iterable[Node], *children: Node | Iterable[Node] | None, **attributes: str | None) -> Element:
    """What is shown when somebody asks for it."""
    return element("details", element("summary", title), *children, **attributes)


def section(anchor: str, title: str, *children: Node | Iterable[Node] | None) -> Element:
    """A part of the page that can be linked to."""
    heading = element("h2", title, id=f"{anchor}-title")
    return element("section", heading, *children, id=anchor, aria_labelledby=f"{anchor}-title")


def anchor_of(environment: str) -> str:
    """The id of what an environment's fold holds, another one for every name. A link to it opens the fold."""
    return "env-" + re.sub(r"[^A-Za-z0-9-]", lambda match: f"_{ord(match[0]):x}.", environment)


def link_to(environment: str) -> Element:
    """A link to an environment's section."""
    return element("a", environment, href=f"#{anchor_of(environment)}")
