"""The escaping function for HTML. Text from files and servers is hostile."""

from __future__ import annotations

from kmconfig.report.escape import for_terminal

_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})


def for_html(text: str) -> str:
    """Text of an HTML element or of a quoted attribute. Control characters become visible escapes."""
    return for_terminal(text).translate(_HTML)
