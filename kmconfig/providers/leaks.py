"""Text that has the shape of a credential, wherever it stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from kmconfig.providers.record import Leak
from kmconfig.providers.registry import PROVIDERS

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A run of base64 long enough for a login, and the words that stand near one in transcripts and notes.
_BASE64_RUN = r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{12,2000}={0,2}(?![A-Za-z0-9+/=])"
_AUTH_WORDS = ("auth", "smtp", "login", "password", "secret", "xoauth2")

#: How many characters before and after a shape are searched for the words that must stand near it.
_NEARNESS = 300

_OF_NO_PROVIDER = (
    Leak("a Laravel application key", r"\bbase64:[A-Za-z0-9+/]{43}="),
    # The run of 16 letters is a common shape of words, so somebody must call it a password in the same line.
    Leak("a Gmail app password", r"(?i:password|secret)\W{1,8}[a-z]{16}(?![\w.-])", near=("gmail", "google")),
)

_KEY_START = r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
_KEY_END = r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
_LOGIN_IN_URL = r"://[^:\s/@'\"]{0,256}:(?P<password>[^@\s'\"]{1,512})@"
#: What stands where a password would: a variable, an ellipsis, or a port with a path behind it.
_STAND_IN = r"[$<{\[*]|%[({A-Z_]|x+\Z|\.+\Z|…|[0-9]{1,5}[/?#,]"
_SCHEME = r"[A-Za-z][A-Za-z0-9+.-]*\Z"


class Shape(NamedTuple):
    """Where something secret stands in a text, and what it is."""

    start: int
    end: int
    kind: str


def find_leaks(text: str) -> list[Shape]:
    """Everything in ``text`` that has a credential's shape, in order and without overlaps; linear in time."""
    found = sorted({*_of_patterns(text), *_private_keys(text), *_urls_with_passwords(text), *_encoded_logins(text)})
    kept: list[Shape] = []
    for shape in found:
        if not kept or shape.start >= kept[-1].end:
            kept.append(shape)
    return kept


def _of_patterns(text: str) -> Iterator[Shape]:
    lowered = text.lower()
    for leak in (*(leak for provider in PROVIDERS for leak in provider.leaks), *_OF_NO_PROVIDER):
        if leak.near and not any(word in lowered for word in leak.near):
            continue
        for match in re.finditer(leak.pattern, text):
            if leak.mixed and not _is_mixed(match[0]):
                continue
            if leak.near and not _is_near(leak.near, lowered, match.start(), match.end()):
                continue
            yield Shape(match.start(), match.end(), leak.kind)


def _is_mixed(text: str) -> bool:
    return (
        re.search("[a-z]", text) is not None
        and re.search("[A-Z]", text) is not None
        and re.search(r"\d", text) is not None
    )


def _is_near(words: tuple[str, ...], lowered: str, start: int, end: int) -> bool:
    around = lowered[max(0, start - _NEARNESS) : end + _NEARNESS]
    return any(word in around for word in words)


def _private_keys(text: str) -> Iterator[Shape]:
    if "PRIVATE KEY" not in text:
        return
    opens, closes, position = re.compile(_KEY_START), re.compile(_KEY_END), 0
    while (opening := opens.search(text, position)) is not None:
        closing = closes.search(text, opening.end())
        position = closing.end() if closing is not None else len(text)
        yield Shape(opening.start(), position, "a private key")


def _urls_with_passwords(text: str) -> Iterator[Shape]:
    for match in re.finditer(_LOGIN_IN_URL, text):
        before = text[max(0, match.start() - 20) : match.start()]
        scheme = re.search(_SCHEME, before)
        if scheme is not None and not re.match(_STAND_IN, match["password"]):
            yield Shape(match.start() - len(scheme[0]), match.end(), "a URL with a password")


def _encoded_logins(text: str) -> Iterator[Shape]:
    """What a client sends to log in: ``\\0user\\0password`` (AUTH PLAIN, RFC 4616) or a bearer token, in base64."""
    lowered = text.lower()
    if not any(word in lowered for word in _AUTH_WORDS):
        return
    for match in re.finditer(_BASE64_RUN, text):
        if len(match[0]) % 4 == 0 and _is_login(match[0]) and _is_near(_AUTH_WORDS, lowered, *match.span()):
            yield Shape(match.start(), match.end(), "an SMTP login in base64")


def _is_login(encoded: str) -> bool:
    from binascii import Error, a2b_base64  # noqa: PLC0415 - few files hold base64

    try:
        decoded = a2b_base64(encoded).decode("utf-8")
    except (Error, UnicodeDecodeError):
        return False
    if decoded.startswith("user=") and "\x01auth=Bearer " in decoded:
        return True
    parts = decoded.split("\0")
    return len(parts) == 3 and all(parts[1:]) and "".join(parts).isprintable()
