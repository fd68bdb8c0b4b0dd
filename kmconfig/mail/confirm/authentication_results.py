"""The Authentication-Results header field (RFC 8601, section 2.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

RESULTS: Final = ("pass", "fail", "softfail", "neutral", "none", "policy", "temperror", "permerror", "other")

_METHOD: Final = re.compile(r"\s*([A-Za-z0-9-]{1,40})\s*(?:/\s*\d+\s*)?=\s*([A-Za-z]{1,40})")
_PROPERTY: Final = re.compile(r"([A-Za-z]{1,20})\s*\.\s*([A-Za-z0-9_-]{1,40})\s*=\s*(?:\"([^\"]*)\"|([^\s;\"]+))")
_OLD_WORDS: Final = {"hardfail": "fail", "bestguesspass": "none", "error": "permerror"}
_MOST: Final = 50


@dataclass(frozen=True, slots=True)
class MethodResult:
    """One method's result, one of :data:`RESULTS`, and its properties such as ``header.d``, in lower case."""

    method: str
    result: str
    properties: dict[str, str]

    @property
    def domain(self) -> str:
        """The domain that was authenticated, or not; empty where the server does not say."""
        for name in _DOMAINS.get(self.method, ()):
            value = self.properties.get(name, "")
            # Microsoft writes `header.d=none` where nothing was signed.
            if value and value.lower() != "none":
                return value.rpartition("@")[2].rstrip(".").lower()[:255]
        return ""


_DOMAINS: Final = {
    "spf": ("smtp.mailfrom", "smtp.mail", "smtp.helo"),
    "dkim": ("header.d", "header.i"),
    "dmarc": ("header.from",),
}


@dataclass(frozen=True, slots=True)
class AuthenticationResults:
    """What one server says: its name (authserv-id; empty where it gives none) and each method's result."""

    server: str
    results: tuple[MethodResult, ...]

    @classmethod
    def parse(cls, value: str) -> AuthenticationResults:
        """Read a field's value; what is no result is left out."""
        first, *rest = _parts(without_comments(value))
        # Microsoft begins with the first result and does not name itself.
        if "=" in first:
            server, rest = "", [first, *rest]
        else:
            server = (first.split() or [""])[0].strip('"').rstrip(".").lower()[:255]
        found = (_result(part) for part in rest[:_MOST])
        return cls(server, tuple(result for result in found if result is not None))


def _result(part: str) -> MethodResult | None:
    match = _METHOD.match(part)
    if match is None:
        return None
    word = match[2].lower()
    word = _OLD_WORDS.get(word, word)
    properties = {
        f"{kind}.{name}".lower(): quoted or token for kind, name, quoted, token in _PROPERTY.findall(part, match.end())
    }
    return MethodResult(match[1].lower(), word if word in RESULTS else "other", properties)


def _parts(text: str) -> list[str]:
    """The text between semicolons that stand in no quotes."""
    parts: list[list[str]] = [[]]
    quoted = escaped = False
    for character in text:
        if character == ";" and not quoted:
            parts.append([])
            continue
        if character == '"' and not escaped:
            quoted = not quoted
        escaped = character == "\\" and quoted and not escaped
        parts[-1].append(character)
    return ["".join(part) for part in parts]


def without_comments(text: str) -> str:
    """Structured header text with a blank for each comment (RFC 5322, section 3.2.2); comments nest."""
    kept: list[str] = []
    depth = 0
    quoted = escaped = False
    for character in text:
        if escaped:
            escaped = False
        elif character == "\\" and (quoted or depth):
            escaped = True
        elif character == '"' and not depth:
            quoted = not quoted
        elif character == "(" and not quoted:
            depth += 1
            continue
        elif character == ")" and depth:
            depth -= 1
            kept.append(" ")
            continue
        if not depth:
            kept.append(character)
    return "".join(kept)
