"""A search that a glance at the text rules out is never one that would have found something."""

from __future__ import annotations

import base64
import re
from itertools import product
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from kmconfig.providers.leaks import LEAKS, _is_mixed, _is_near, _logins_in_urls, find_leaks, may_hold_leaks
from kmconfig.providers.outlines import Glance
from tests.source.properties import steady

if TYPE_CHECKING:
    from kmconfig.providers.record import Leak

briefly = settings(steady, max_examples=60)

_NOISE = st.text(st.sampled_from("aBf09zK-_. =+/:@'\"#\n\téſ\u2028"), max_size=12)
_PRINTABLE = st.characters(categories=("L", "N", "P", "S"))
_LOGIN_IN_URL = re.compile(r"://[^:\s/@'\"]{0,256}:([^@\s'\"]{1,512})@")


def _shaped(leak: Leak) -> st.SearchStrategy[str]:
    """Texts that a pattern matches, or would match if something else stood around them."""
    bare = re.sub(r"\(\?<?![^)]*\)|\\b", "", leak.pattern)
    shortest = re.sub(r"\{(\d+),\d+\}", r"{\1}", bare)
    several = st.characters(codec="utf-8")
    return st.from_regex(shortest, fullmatch=True, alphabet=several) | st.from_regex(
        bare, fullmatch=True, alphabet=several
    )


def _matches(leak: Leak, text: str) -> list[tuple[int, int]]:
    """What a search for the pattern alone finds."""
    lowered = text.lower()
    return [
        match.span()
        for match in re.finditer(leak.pattern, text)
        if not (leak.mixed and not _is_mixed(match[0]))
        and not (leak.near and not _is_near(leak.near, lowered, *match.span()))
    ]


def _covered(text: str, span: tuple[int, int]) -> bool:
    return any(shape.start < span[1] and span[0] < shape.end for shape in find_leaks(text))


@pytest.mark.parametrize("leak", LEAKS, ids=lambda leak: f"{leak.kind} {leak.pattern[-12:]}")
def test_every_match_of_every_pattern_is_found(leak: Leak) -> None:
    seen = 0

    @briefly
    @given(_NOISE, _shaped(leak), _NOISE, st.sampled_from(leak.near or ("",)), st.booleans())
    def search(before: str, secret: str, after: str, word: str, apart: bool) -> None:
        nonlocal seen
        gap = " # " if apart else ""
        text = f"{word.title()}: {before}{gap}{secret}{gap}{after}"
        for span in _matches(leak, text):
            seen += 1
            assert _covered(text, span)
            assert may_hold_leaks(text)

    search()
    assert seen >= 10


@briefly
@given(st.lists(st.one_of(*map(_shaped, LEAKS)), min_size=1, max_size=3), st.sampled_from("|>\"' "), st.data())
def test_what_lines_hide_is_not_overlooked(secrets: list[str], style: str, data: st.DataObject) -> None:
    secret = " ".join(("app", "password", "postmark", "sparkpost", "mailjet", "mailtrap", "aws", *secrets))
    assume(not re.search(r"[^ -~]|\\|''", secret))
    words = [word for word in re.split(" +", secret) if word]
    joints = data.draw(st.lists(st.sampled_from((" ", "\n  ", "\n    ")), min_size=len(words), max_size=len(words)))
    folded = "".join(word + joint for word, joint in zip(words, joints, strict=True))
    start, end = ("|\n  ", "\n") if style == "|" else (">\n  ", "\n") if style == ">" else (style, style)
    try:
        value = yaml.safe_load(f"description: {start}{folded.rstrip()}{end}")
    except yaml.YAMLError:
        assume(False)
    text = value["description"]
    assume(isinstance(text, str))
    if find_leaks(text):
        assert may_hold_leaks(f"description: {start}{folded}{end}")


@pytest.mark.parametrize("joint", [" ", "\n  ", "\n      ", "\r\n  ", "\t", "\u2028", "\x85"])
@pytest.mark.parametrize(
    "words", ["gmail: abcd efgh ijkl mnop", "app password: abcd efgh ijkl mnop", "-----BEGIN PRIVATE KEY-----"]
)
def test_blanks_inside_of_a_secret_may_be_line_breaks(words: str, joint: str) -> None:
    assert find_leaks(words)
    assert may_hold_leaks(words.replace(" ", joint))


@briefly
@given(st.lists(st.sampled_from(["://", ":", "@", "/", "a", "x" * 250, "p" * 509, "b.c", "'", '"', " ", "\n", "é"])))
@example(["://", "x" * 250, "aaaaaa", ":", "p" * 509, "aaa", "@"])
@example(["://", "x" * 250, "aaaaaaa", ":", "p" * 509, "aaa", "@"])
@example(["://", "a", ":", "p" * 509, "aaaa", "@"])
@example(["://", ":", "://", "a", ":", "b", "@", "://", ":", "c", "@"])
def test_logins_in_urls_are_those_of_the_pattern(parts: list[str]) -> None:
    text = "".join(parts)
    expected = [(match.start(), match[1], match.end()) for match in _LOGIN_IN_URL.finditer(text)]
    assert list(_logins_in_urls(text)) == expected


@briefly
@given(st.text(_PRINTABLE, max_size=9), *[st.text(_PRINTABLE, min_size=1, max_size=9)] * 2, _NOISE)
def test_every_login_in_base64_is_found(identity: str, user: str, password: str, after: str) -> None:
    plain = f"{identity}\0{user}\0{password}".encode()
    bearer = f"user={user}\x01auth=Bearer {password}\x01\x01".encode()
    for encoded in (base64.b64encode(plain).decode(), base64.b64encode(bearer).decode()):
        assume(len(encoded.rstrip("=")) >= 12)
        text = f"# AUTH {encoded} {after}"
        assert _covered(text, (7, 7 + len(encoded)))
        assert may_hold_leaks(text)


@pytest.mark.parametrize("letter", ["~", "0", "z", "ÿ", "Ā", "\uffdc", "\U0001f600"])
def test_logins_are_found_wherever_their_parts_fall(letter: str) -> None:
    found = 0
    for identity, user, password in product(range(4), range(1, 8), range(1, 8)):
        plain = "\0".join(letter * count for count in (identity, user, password))
        for login in (plain, f"user={letter * user}\x01auth=Bearer {letter * password}"):
            encoded = base64.b64encode(login.encode()).decode()
            if len(encoded.rstrip("=")) >= 12:
                found += 1
                assert find_leaks(f"smtp {encoded}")[0][:2] == (5, 5 + len(encoded))
    assert found > 200


def test_a_glance_costs_no_search() -> None:
    glance = Glance("path: /var/www/installations/keymanager/.env\nhost: smtp.acme.example\n")
    assert glance.has_long_run()
    assert list(glance.login_runs()) == []
    assert not may_hold_leaks(glance.text)
