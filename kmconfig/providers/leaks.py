"""Text that has the shape of a credential, wherever it stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from kmconfig.providers.outlines import LONG_RUN, Glance
from kmconfig.providers.record import ALPHANUMERIC, BASE64, HEX, SMALL, Leak, Outline
from kmconfig.providers.registry import PROVIDERS, counted_providers, remembered

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A run of base64 long enough for a login, and the words that stand near one in transcripts and notes.
_BASE64_RUN = r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{12,2000}={0,2}(?![A-Za-z0-9+/=])"
_AUTH_WORDS = ("auth", "smtp", "login", "password", "secret", "xoauth2")

#: How many characters before and after a shape are searched for the words that must stand near it.
_NEARNESS = 300

_OF_NO_PROVIDER = (
    Leak(
        "a Laravel application key",
        r"\bbase64:[A-Za-z0-9+/]{43}=",
        literal="base64:",
        outline=Outline(BASE64, "x" * 43),
    ),
    # The run of 16 letters is a common shape of words, so somebody must call it a password in the same line.
    Leak(
        "a Gmail app password",
        r"(?i:password|secret)\W{1,8}[a-z]{16}(?![\w.-])",
        near=("gmail", "google"),
        outline=Outline(SMALL, "x" * 16),
    ),
    *(
        Leak(
            "a Vault token",
            rf"(?<![\w-]){kind}\.(?![xX]{{9}})[A-Za-z0-9_-]{{24,}}",
            literal=f"{kind}.",
            outline=Outline(ALPHANUMERIC + "_-", "x" * 24),
        )
        for kind in ("hvs", "hvb", "hvr")
    ),
    *(
        Leak(
            "a GitHub token",
            rf"(?<![A-Za-z0-9]){kind}_(?![xX]{{9}})[A-Za-z0-9]{{36,}}",
            literal=f"{kind}_",
            outline=Outline(ALPHANUMERIC, "x" * 36),
        )
        for kind in ("ghp", "gho", "ghs", "ghu")
    ),
    Leak(
        "a GitHub token",
        r"(?<![A-Za-z0-9])github_pat_(?![xX]{9})[A-Za-z0-9_]{22,}",
        literal="github_pat_",
        outline=Outline(ALPHANUMERIC + "_", "x" * 22),
    ),
    Leak(
        "a GitLab token",
        r"(?<![A-Za-z0-9])glpat-(?![xX]{9})[A-Za-z0-9_-]{20,}(?:\.[A-Za-z0-9_-]+)*",
        literal="glpat-",
        outline=Outline(ALPHANUMERIC + "_-", "x" * 20),
    ),
)

LEAKS: tuple[Leak, ...] = (*(leak for provider in PROVIDERS for leak in provider.leaks), *_OF_NO_PROVIDER)
"""Every shape that a pattern describes, but for those of packages."""


def _has_long_run(leak: Leak) -> bool:
    outline = leak.outline
    return outline is not None and "x" * LONG_RUN in outline.text and set(outline.alphabet) <= set(BASE64)


@remembered
def _leaks(*, long_run: bool) -> tuple[Leak, ...]:
    """The shapes that can be in a text. Most texts hold no long run of base64, and then only some can."""
    leaks = (*LEAKS, *(leak for provider in counted_providers() for leak in provider.leaks))
    return leaks if long_run else tuple(leak for leak in leaks if not _has_long_run(leak))


_KEY_START = r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
_KEY_END = r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
_LONGEST_USER, _LONGEST_PASSWORD = 256, 512
#: What stands where a password would: a variable, an ellipsis, or a port with a path behind it.
_STAND_IN = r"[$<{\[*]|%[({A-Z_]|%s\Z|[xX]+\Z|\.+\Z|…|[0-9]{1,5}[/?#,]"
#: Or a word that only names what belongs there, as it is or as a variable in capitals.
_NAME_OF_ONE = (
    r"(?i:(?:(?:your|my|the)[_-])?(?:password|passwd|passwort|pass|pwd|secret)|change[_-]?me|redacted|placeholder)"
    r"|(?:[A-Z0-9]+_)*(?:PASSWORD|PASSWD|PASS|PWD|SECRET|TOKEN|KEY)"
)
#: What tells the revision of something, not a key; and what is a key in a URL all the same.
_REVISION = r"(?i:(?<![a-z])(?:commit|sha(?:-?[0-9]{1,3})?|revision)\W{1,4})\Z"
_IN_URL = r"[^\s/?#'\"<>]+[/?#][^\s'\"<>,;|()\[\]{}]*"
_KEY_IN_URL = r"(?i:(?:token|key|secret|pass|password|auth)=)\Z"
_LONGEST_URL = 300
_SCHEME = r"[A-Za-z][A-Za-z0-9+.-]*\Z"


class Shape(NamedTuple):
    """Where something secret stands in a text, and what it is."""

    start: int
    end: int
    kind: str


def find_leaks(text: str) -> list[Shape]:
    """Everything in ``text`` that has a credential's shape, in order and without overlaps; linear in time."""
    glance = Glance(text)
    found = sorted({*_of_patterns(glance), *_private_keys(text), *_urls_with_passwords(text), *_encoded_logins(glance)})
    kept: list[Shape] = []
    for shape in found:
        if not kept or shape.start >= kept[-1].end:
            kept.append(shape)
    return kept


def may_hold_leaks(text: str) -> bool:
    """Whether a closer look is due.

    Where it is not, there is no leak in ``text``, nor in what stands there once lines are joined and indentation
    is taken away. Other escapes are not looked through.
    """
    glance = Glance(text)
    return (
        "-----BEGIN" in text
        or any(True for _ in _logins_in_urls(text))
        or bool(_possible(glance))
        or (next(glance.login_runs(), None) is not None and _names_a_login(glance))
    )


def _possible(glance: Glance) -> list[Leak]:
    """The shapes that may be in a text."""
    leaks = _leaks(long_run=glance.has_long_run())
    return [leak for leak in leaks if leak.literal in glance.text and _is_possible(leak, glance)]


def _is_possible(leak: Leak, glance: Glance) -> bool:
    if leak.near and not any(glance.says(word) for word in leak.near):
        return False
    return leak.outline is None or glance.shows(leak.outline.alphabet, leak.outline.text)


def _of_patterns(glance: Glance) -> Iterator[Shape]:
    for leak in _possible(glance):
        for match in re.finditer(leak.pattern, glance.text):
            if leak.mixed and not _is_mixed(match[0]):
                continue
            if leak.near and not _is_near(leak.near, glance.lowered, match.start(), match.end()):
                continue
            if leak.near and _is_hexadecimal(leak) and _identifies_something(glance.text, match.start()):
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


def _is_hexadecimal(leak: Leak) -> bool:
    return leak.outline is not None and leak.outline.alphabet == HEX


def _identifies_something(text: str, start: int) -> bool:
    """Whether what stands before hexadecimal text makes it a revision, or a part of a web page's address."""
    before = text[max(0, start - _LONGEST_URL) : start]
    if re.search(_REVISION, before[-20:]):
        return True
    scheme, sign, address = before.rpartition("://")
    if not sign or not scheme.lower().endswith(("http", "https")):
        return False
    return re.fullmatch(_IN_URL, address) is not None and re.search(_KEY_IN_URL, address) is None


def _private_keys(text: str) -> Iterator[Shape]:
    if "PRIVATE KEY" not in text:
        return
    opens, closes, position = re.compile(_KEY_START), re.compile(_KEY_END), 0
    while (opening := opens.search(text, position)) is not None:
        closing = closes.search(text, opening.end())
        position = closing.end() if closing is not None else len(text)
        yield Shape(opening.start(), position, "a private key")


def _urls_with_passwords(text: str) -> Iterator[Shape]:
    for start, password, end in _logins_in_urls(text):
        scheme = re.search(_SCHEME, text[max(0, start - 20) : start])
        if scheme is not None and not _is_stand_in(password):
            yield Shape(start - len(scheme[0]), end, "a URL with a password")


def _is_stand_in(password: str) -> bool:
    return re.match(_STAND_IN, password) is not None or re.fullmatch(_NAME_OF_ONE, password) is not None


def _logins_in_urls(text: str) -> Iterator[tuple[int, str, int]]:
    """Each ``://user:password@``: where it starts, the password, where it ends."""
    start, sign = text.find("://"), -1
    while start >= 0:
        if sign < start:
            sign = text.find("@", start)
            if sign < 0:
                return
        user = start + 3
        colon = text.find(":", user, user + _LONGEST_USER + 1)
        if 0 <= colon < sign - 1 <= colon + _LONGEST_PASSWORD and _are_plain(text[user:colon], text[colon + 1 : sign]):
            yield start, text[colon + 1 : sign], sign + 1
            start = sign
        start = text.find("://", start + 1)


def _are_plain(user: str, password: str) -> bool:
    return "/" not in user and not any(sign in user or sign in password for sign in "'\"") and _is_word(user + password)


def _is_word(text: str) -> bool:
    return text.split(None, 1) == [text]


def _encoded_logins(glance: Glance) -> Iterator[Shape]:
    """What a client sends to log in: ``\\0user\\0password`` (AUTH PLAIN, RFC 4616) or a bearer token, in base64."""
    if not _names_a_login(glance):
        return
    for begin in glance.login_runs():
        match = re.compile(_BASE64_RUN).match(glance.text, begin)
        if match is None or len(match[0]) % 4 != 0 or not _is_login(match[0]):
            continue
        if _is_near(_AUTH_WORDS, glance.lowered, *match.span()):
            yield Shape(match.start(), match.end(), "an SMTP login in base64")


def _names_a_login(glance: Glance) -> bool:
    return any(word in glance.lowered for word in _AUTH_WORDS)


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
