"""HTML elements as values. Text is escaped when it is written, so no page can forget it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from kmconfig.report.escape_html import for_html

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Elements without content and end tag.
_VOID = frozenset(("meta", "wbr"))
#: Elements that stand on lines of their own, so that two pages can be compared line by line.
_BLOCKS = frozenset(
    (
        *("body", "caption", "dd", "details", "div", "dt", "footer", "h1", "h2", "h3", "head", "header", "li", "main"),
        *("meta", "nav", "p", "section", "summary", "table", "tbody", "td", "th", "thead", "title", "tr", "ul"),
    )
)

Node: TypeAlias = "Element | str"
"""An element, or text that nobody has escaped yet."""


class Element(NamedTuple):
    """One element; attributes in the order they are written."""

    tag: str
    attributes: tuple[tuple[str, str], ...]
    children: tuple[Node, ...]


def element(tag: str, *children: Node | Iterable[Node] | None, **attributes: str | None) -> Element:
    """An element of text and elements, also of several at once; None leaves a child or an attribute out.

    Attributes are written as in Python: ``class_`` is ``class``, ``aria_label`` is ``aria-label``. Raises ValueError
    for a link that leads out of the page.
    """
    link = attributes.get("href")
    if link is not None and not link.startswith("#"):
        raise ValueError("links lead to places of the same page")
    given = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items() if value is not None}
    return Element(tag, tuple(given.items()), tuple(_flat(children)))


def html(node: Node) -> str:
    """The text of a node."""
    parts: list[str] = []
    _write(node, parts)
    return "".join(parts)


def _flat(children: Iterable[Node | Iterable[Node] | None]) -> Iterable[Node]:
    for child in children:
        if isinstance(child, (str, Element)):
            yield child
        elif child is not None:
            yield from child


def _write(node: Node, parts: list[str]) -> None:
    if isinstance(node, str):
        parts.append(for_html(node))
        return
    attributes = "".join(f' {name}="{for_html(value)}"' for name, value in node.attributes)
    parts.append(f"<{node.tag}{attributes}>")
    for child in node.children:
        _write(child, parts)
    if node.tag not in _VOID:
        parts.append(f"</{node.tag}>")
    if node.tag in _BLOCKS:
        parts.append("\n")
