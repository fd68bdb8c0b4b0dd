"""The shapes a secret may take in text, and the index that finds them."""

from __future__ import annotations

import base64
import html
import json
import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

SHORTEST = 8
"""Characters a secret or a line of it must have to be masked."""

_HEAD = 6
_MOST_LINES = 200
_PEM_BOUNDARY = "-----"
_BASE64_RUN = re.compile(r"[A-Za-z0-9+/_-]*={0,2}")
_BASE64_ALPHABET = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-")

_FEWEST_DIFFERENT = 3
COMMON_WORDS = frozenset(
    {
        *("12345678", "123456789", "accesskey", "access_key", "changeme", "database", "default", "development"),
        *("disabled", "encryption", "example", "localhost", "mailgun", "password", "passw0rd", "production"),
        *("secretkey", "secret-key", "secret_key", "sendgrid", "sendmail", "starttls", "undefined", "username"),
    }
)
"""Ordinary words of this field: masking them would garble output and show where they stand."""


def weakness(value: str) -> str | None:
    """Why ``value`` cannot be replaced in text without harm, for people; None where it can."""
    core = value.strip()
    if len(core) < SHORTEST:
        return "too short"
    if len(set(core)) < _FEWEST_DIFFERENT or core.lower() in COMMON_WORDS:
        return "too common"
    return None


def maskable(value: str) -> bool:
    """Whether ``value`` is long and unusual enough to be replaced in text."""
    return weakness(value) is None


def escaped_forms(value: str) -> Iterator[str]:
    """Yield ``value`` itself and as URLs, JSON, HTML, Python, shells, YAML and `.env` files write it."""
    yield value
    yield value.replace("\r\n", "\n").replace("\n", "\r\n")
    for quoted in (quote(value), quote(value, safe=""), quote_plus(value)):
        yield quoted
        yield re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), quoted)
    for text in (json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]):
        yield text
        yield text.replace("/", "\\/")
    for text in (html.escape(value), html.escape(value, quote=False)):
        yield text
        yield text.replace("&#x27;", "&#039;")
        yield text.replace("&#x27;", "&#39;")
        yield text.replace("&#x27;", "&apos;")
    yield repr(value)[1:-1]
    yield repr(value + "'\"")[1:-4]
    yield ascii(value)[1:-1]
    yield repr(value.encode())[2:-1]
    yield value.replace("'", "'\"'\"'")
    yield value.replace("'", "'\\''")
    yield value.replace("'", "''")
    yield re.sub(r'(["\\$])', r"\\\1", value)


def base64_cores(data: bytes) -> Iterator[str]:
    """Yield the base64 characters that ``data`` alone decides, at each of the three alignments in a longer text.

    The third alignment is the one AUTH PLAIN needs as often as the others: it encodes ``NUL user NUL password``.
    """
    for shift in range(3):
        first, last = -(-shift * 8 // 6), (shift + len(data)) * 8 // 6
        padded = b"\0" * shift + data
        yield base64.b64encode(padded).decode()[first:last]
        yield base64.urlsafe_b64encode(padded).decode()[first:last]


def patterns_of(value: str) -> dict[str, bool]:
    """Every text that gives ``value`` away, each with whether it is base64."""
    found: dict[str, bool] = {}
    for whole in dict.fromkeys((value, value.strip())):
        if not maskable(whole):
            continue
        data = whole.encode("utf-8", "surrogatepass")
        for core in base64_cores(data):
            found[core] = True
        found |= dict.fromkeys((data.hex(), data.hex().upper()), False)
        found |= dict.fromkeys(_escaped(whole), False)
    lines = value.splitlines()
    for line in lines[:_MOST_LINES] if len(lines) > 1 else ():
        if maskable(line.strip()) and not line.startswith(_PEM_BOUNDARY):
            found |= dict.fromkeys(_escaped(line.strip()), False)
    for line in lines[_MOST_LINES:]:
        if maskable(line.strip()):
            found[line.strip()] = False
    return found


def _escaped(value: str) -> Iterator[str]:
    try:
        value.encode()
    except UnicodeEncodeError:
        yield value
    else:
        yield from escaped_forms(value)


class Span(NamedTuple):
    """Characters ``start`` up to ``end`` of a text; ``open_run`` when base64 may go on behind the text's end."""

    start: int
    end: int
    open_run: bool = False


class Scan(NamedTuple):
    """What a text gives away: spans, apart and in order, and where an unfinished pattern begins at its end."""

    spans: tuple[Span, ...]
    hold: int


class PatternIndex:
    """Finds every pattern in a text.

    One regular expression finds the first characters of all patterns; only there are the patterns
    themselves compared, longest first. So compiling stays cheap for long secrets, and the same walk tells
    which patterns have only begun at the end of the text.
    """

    __slots__ = ("_beginnings", "_by_head", "_heads", "patterns")

    def __init__(self, patterns: Mapping[str, bool]) -> None:
        self.patterns = patterns
        self._by_head: dict[str, list[tuple[str, bool]]] = {}
        self._beginnings: dict[str, bool] = {}
        for pattern in sorted(patterns, key=len, reverse=True):
            encoded = patterns[pattern]
            self._by_head.setdefault(pattern[:_HEAD], []).append((pattern, encoded))
            for length in range(1, _HEAD):
                beginning = pattern[:length]
                self._beginnings[beginning] = self._beginnings.get(beginning, False) or encoded
        self._heads = _any_of(self._by_head)

    def scan(self, text: str, *, covered: Span | None = None) -> Scan:
        """Find all patterns; ``covered`` is a span at the beginning of ``text`` that is known already."""
        hits: list[Span] = []
        run_end = 0
        if covered is not None:
            end = _run_end(text, covered.end) if covered.open_run else covered.end
            hits.append(Span(0, end, _is_open(text, end) and covered.open_run))
        hold = self._unfinished_head(text)
        found = self._heads.search(text)
        while found is not None:
            start = found.start()
            hold = min(hold, self._unfinished(text, start, self._by_head[found.group()]))
            hit = _longest(text, start, self._by_head[found.group()])
            if hit is not None:
                end, encoded = hit
                if encoded and end > run_end:
                    run_end = _run_end(text, end)
                    hits.append(Span(_run_start(text, start), run_end, _is_open(text, run_end)))
                elif not encoded:
                    hits.append(Span(start, end))
            found = self._heads.search(text, start + 1)
        return Scan(_merged(hits), hold)

    def _unfinished(self, text: str, start: int, candidates: list[tuple[str, bool]]) -> int:
        rest = len(text) - start
        for pattern, encoded in candidates:
            if len(pattern) <= rest:
                break
            if text.startswith(pattern[:rest], start):
                return _with_edge(text, start) if encoded else start
        return len(text)

    def _unfinished_head(self, text: str) -> int:
        for start in range(max(0, len(text) - _HEAD + 1), len(text)):
            encoded = self._beginnings.get(text[start:])
            if encoded is not None:
                return _with_edge(text, start) if encoded else start
        return len(text)


def _any_of(heads: Iterable[str]) -> re.Pattern[str]:
    """Finds any of several texts; each character is compared with their first ones only, which is faster."""
    by_first: dict[str, list[str]] = {}
    for head in sorted(heads):
        by_first.setdefault(head[0], []).append(re.escape(head[1:]))
    return re.compile("|".join(f"{re.escape(first)}(?:{'|'.join(rests)})" for first, rests in by_first.items()))


def _longest(text: str, start: int, candidates: list[tuple[str, bool]]) -> tuple[int, bool] | None:
    for pattern, encoded in candidates:
        if text.startswith(pattern, start):
            return start + len(pattern), encoded
    return None


def _with_edge(text: str, start: int) -> int:
    """The base64 character before a pattern shares bits with the secret's first byte."""
    return start - 1 if start and text[start - 1] in _BASE64_ALPHABET else start


def _run_start(text: str, start: int) -> int:
    while start and text[start - 1] in _BASE64_ALPHABET:
        start -= 1
    return start


def _run_end(text: str, end: int) -> int:
    run = _BASE64_RUN.match(text, end)
    return end if run is None else run.end()


def _is_open(text: str, end: int) -> bool:
    return end == len(text) and not text.endswith("=")


def _merged(hits: list[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for hit in sorted(hits):
        last = merged[-1] if merged else None
        if last is None or hit.start > last.end:
            merged.append(hit)
        elif hit.end > last.end:
            merged[-1] = Span(last.start, hit.end, hit.open_run)
        elif hit.end == last.end:
            merged[-1] = Span(last.start, last.end, last.open_run or hit.open_run)
    return tuple(merged)
