"""Secrets that sing: random values, every spelling that gives them away, and servers that repeat what they hear."""

from __future__ import annotations

import base64
import json
import secrets
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tests.mail.servers import Peer


class Canary:
    """A random password whose two halves are found apart, too. Its punctuation makes encodings differ.

    A ``plain`` one is what a token may be: printable ASCII without spaces.
    """

    def __init__(self, *, plain: bool = False) -> None:
        self.halves = (f"cAn{secrets.token_hex(6)}", f"aRy{secrets.token_hex(6)}")
        self.value = f'{self.halves[0]}/+ "ü&%#={self.halves[1]}' if not plain else f"{self.halves[0]}.{self.halves[1]}"

    def __repr__(self) -> str:
        return "<canary>"

    @cached_property
    def spellings(self) -> frozenset[str]:
        """Every text that gives the value or one of its halves away, in lower case."""
        texts = {self.value, *self.halves}
        found = set(texts)
        for text in texts:
            data = text.encode()
            found |= {data.hex(), quote(text), quote(text, safe=""), quote_plus(text)}
            found |= {json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}
            found |= set(_base64(data))
        return frozenset(text.lower() for text in found)

    def found_in(self, text: str) -> set[str]:
        """The spellings that stand in a text, in any case."""
        lower = text.lower()
        return {spelling for spelling in self.spellings if spelling in lower}


def _base64(data: bytes) -> Iterator[str]:
    """The characters of base64 that the data alone decides, wherever it stands in a longer text."""
    for shift in range(3):
        encoded = base64.b64encode(bytes(shift) + data).decode()
        whole = encoded[-(-shift * 8 // 6) : (shift + len(data)) * 8 // 6]
        yield whole
        yield whole.replace("+", "-").replace("/", "_")


def _password(line: str) -> str:
    """The password of an `AUTH PLAIN` line."""
    return base64.b64decode(line.split(" ")[2]).decode().split("\0")[2]


def _echoes(line: str) -> dict[str, Iterable[str]]:
    password = _password(line)
    return {
        "as heard": [line],
        "decoded": [password],
        "base64 of the password": [base64.b64encode(password.encode()).decode()],
        "hexadecimal": [password.encode().hex()],
        "quoted": [quote(password)],
        "quoted throughout": [quote(password, safe="")],
        "on several lines": ["what follows", line, "so much for that"],
        "JSON": [json.dumps({"password": password})],
        "in another case": [password.swapcase()],
    }


#: Ways to repeat a login.
ECHOES = tuple(_echoes("AUTH PLAIN " + base64.b64encode(b"\0u\0p").decode()))


def repeating(form: str, *, code: str = "535", status: str = "5.7.8") -> Callable[[Peer], None]:
    """An answer that repeats the login that was heard last."""

    def answer(peer: Peer) -> None:
        heard = [line for line in peer.server.heard if line.startswith("AUTH PLAIN ")][-1]
        parts = list(_echoes(heard)[form])
        for part in parts[:-1]:
            peer.say(f"{code}-{status} heard {part}")
        peer.say(f"{code} {status} heard {parts[-1]}")

    return answer
