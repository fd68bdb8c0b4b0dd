"""The header of a message that arrived: fields in order, and who it seems to be from.

Read by hand, in one pass: a hostile header of a megabyte costs a megabyte's time, and nothing is decoded but what is
shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.utils import parseaddr
from typing import Final

LONGEST_HEADER: Final = 256 * 1024
"""Bytes of the header that are read. What servers add stands on top."""

_LONGEST_FIELD: Final = 16 * 1024
_LONGEST_FROM: Final = 2048
_LONGEST_SHOWN: Final = 320
_FIELD: Final = re.compile(r"([!-9;-~]{1,100})[ \t]*:")
_END: Final = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True)
class ShownSender:
    """Name and address as a mail program shows them: decoded, and not escaped yet."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        """The domain behind the last ``@``, in lower case; empty where there is none."""
        return self.address.rpartition("@")[2].strip().rstrip(".").lower() if "@" in self.address else ""


@dataclass(frozen=True, slots=True)
class Header:
    """The fields of a header, topmost first: names in lower case, values unfolded.

    ``cut`` says that there are more than were read.
    """

    fields: tuple[tuple[str, str], ...]
    cut: bool = False

    @classmethod
    def parse(cls, message: bytes) -> Header:
        """Read the header of a message, or what there is of it within :data:`LONGEST_HEADER`."""
        head = message[:LONGEST_HEADER]
        end = _END.search(head)
        lines = (head[: end.start()] if end is not None else head).decode("utf-8", "replace").split("\n")
        found: list[tuple[str, list[str]]] = []
        for line in lines:
            text = line.rstrip("\r")
            if text[:1] in (" ", "\t"):
                if found:
                    found[-1][1].append(text)
                continue
            match = _FIELD.match(text)
            if match is not None:
                found.append((match[1].lower(), [text[match.end() :]]))
        cut = end is None and len(message) > len(head)
        return cls(tuple((name, "".join(parts)[:_LONGEST_FIELD].strip()) for name, parts in found), cut)

    def all(self, name: str) -> list[str]:
        """The values of all fields of this name."""
        return [value for field, value in self.fields if field == name]

    def first(self, name: str) -> str | None:
        """The value of the topmost field of this name."""
        return next((value for field, value in self.fields if field == name), None)

    @property
    def sender(self) -> ShownSender | None:
        """The first address of From."""
        text = self.first("from")
        if text is None:
            return None
        try:
            name, address = parseaddr(text[:_LONGEST_FROM])
        except RecursionError:  # comments in comments in comments
            name, address = text, ""
        return ShownSender(_decoded(name)[:_LONGEST_SHOWN], address[:_LONGEST_SHOWN])

    @property
    def return_path(self) -> str | None:
        """The domain of the envelope sender; empty for a bounce, None where the server did not write it down."""
        text = self.first("return-path")
        if text is None:
            return None
        address = text.strip().removeprefix("<").partition(">")[0]
        return address.rpartition("@")[2].rstrip(".").lower()[:_LONGEST_SHOWN] if "@" in address else ""


def _decoded(text: str) -> str:
    """Encoded words (RFC 2047) as the text that they stand for, or as they are where they are broken."""
    try:
        return str(make_header(decode_header(text)))
    except (HeaderParseError, LookupError, UnicodeError, ValueError):
        return text
