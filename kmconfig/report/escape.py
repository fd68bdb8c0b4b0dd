"""One escaping function for each place that text goes to. Text from files and servers is hostile."""

from __future__ import annotations

import re

#: C0, C1, DEL, the Unicode line separators and the bidi controls (contract, section 5).
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")


def for_terminal(text: str) -> str:
    """Text on one line of a terminal: control characters become visible escapes such as ``\\x1b``."""
    return _CONTROL.sub(_visible, text)


def for_terminal_lines(text: str) -> str:
    """The same for text of several lines: line feeds stay."""
    return "\n".join(for_terminal(line) for line in text.split("\n"))


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
