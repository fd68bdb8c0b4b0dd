from __future__ import annotations

import base64
import html
import json
import re
import urllib.parse
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kmconfig.secrets.masker import Masker
from kmconfig.secrets.patterns import maskable, patterns_of
from kmconfig.secrets.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

VALUE = 's3cr3t/pä+ss "q" <&\'>'

SHAPES: dict[str, Callable[[str], str]] = {
    "plain": str,
    "url": urllib.parse.quote,
    "url, all": lambda value: urllib.parse.quote(value, safe=""),
    "url, lower": lambda value: re.sub("%..", lambda found: found[0].lower(), urllib.parse.quote(value, safe="")),
    "form": urllib.parse.quote_plus,
    "json": lambda value: json.dumps({"password": value}),
    "json, not ascii": lambda value: json.dumps({"password": value}, ensure_ascii=False),
    "json, php": lambda value: json.dumps(value).replace("/", "\\/"),
    "html": html.escape,
    "html, text": lambda value: html.escape(value, quote=False),
    "html, php": lambda value: html.escape(value).replace("&#x27;", "&#039;"),
    "repr": lambda value: repr([value]),
    "ascii": ascii,
    "bytes": lambda value: repr(value.encode()),
    "hex": lambda value: value.encode().hex(),
    "HEX": lambda value: value.encode().hex().upper(),
    "base64": lambda value: base64.b64encode(value.encode()).decode(),
    "base64, urlsafe": lambda value: base64.urlsafe_b64encode(value.encode()).decode(),
    "base64, 1 behind": lambda value: base64.b64encode(b"\0" + value.encode() + b"tail").decode(),
    "base64, 2 behind": lambda value: base64.b64encode(b"\0u" + value.encode() + b"s").decode(),
    "base64, urlsafe, 1 behind": lambda value: base64.urlsafe_b64encode(b"\xff" + value.encode()).decode(),
    "base64, urlsafe, 2 behind": lambda value: base64.urlsafe_b64encode(b"\xff\xfe" + value.encode()).decode(),
    "yaml": lambda value: "'" + value.replace("'", "''") + "'",
    "shell": lambda value: "'" + value.replace("'", "'\"'\"'") + "'",
}

# Everything that can stand in a secret; surrogates cannot, and the whole of it must be worth masking.
secrets = st.text(st.characters(exclude_categories=["Cs"]), min_size=8, max_size=40).filter(maskable)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


def masker_for(*values: str) -> Masker:
    masker = Masker()
    for number, value in enumerate(values):
        masker.register(Secret(value, reference=f"env:SECRET_{number}"))
    return masker


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_a_known_shape_leaves_nothing(shape: Callable[[str], str]) -> None:
    shown = masker_for(VALUE).mask(f"before {shape(VALUE)} after")
    assert shown.startswith("before ")
    assert shown.endswith(" after")
    assert "***" in shown
    assert not any(pattern in shown for pattern in patterns_of(VALUE))


@given(secret=secrets, before=texts, after=texts, shape=st.sampled_from(sorted(SHAPES)))
def test_no_shape_of_any_secret_survives_in_any_text(secret: str, before: str, after: str, shape: str) -> None:
    shown = masker_for(secret).mask(before + SHAPES[shape](secret) + after)
    assert "***" in shown
    assert not any(pattern in shown for pattern in patterns_of(secret))


@given(values=st.lists(secrets, min_size=1, max_size=3), text=texts)
def test_text_without_a_secret_is_kept(values: list[str], text: str) -> None:
    assume(not any(pattern in text for value in values for pattern in patterns_of(value)))
    assert masker_for(*values).mask(text) == text


@given(secret=secrets, data=st.binary(max_size=40))
def test_bytes_are_kept_but_for_the_secret(secret: str, data: bytes) -> None:
    masker = masker_for(secret)
    assume(data == masker.mask_bytes(data))
    shown = masker.mask_bytes(data + b"\n" + secret.encode() + b"\n" + data)
    assert secret.encode() not in shown
    assert shown.startswith(data)


@pytest.mark.parametrize("user", ["u", "us", "use", "user@mail.example"])
def test_the_login_of_auth_plain_is_masked_to_the_last_character(user: str) -> None:
    login = base64.b64encode(f"\0{user}\0{VALUE}".encode()).decode()
    assert masker_for(VALUE).mask(f"AUTH PLAIN {login}\r\n") == "AUTH PLAIN ***\r\n"


@given(secret=secrets, before=st.binary(max_size=30), after=st.binary(max_size=30), urlsafe=st.booleans())
def test_the_whole_base64_run_goes_with_the_secret_in_it(
    secret: str, before: bytes, after: bytes, urlsafe: bool
) -> None:
    encode = base64.urlsafe_b64encode if urlsafe else base64.b64encode
    run = encode(before + secret.encode() + after).decode()
    assert masker_for(secret).mask(f"<{run}>") == "<***>"


@given(
    lines=st.lists(st.text("abcdefghXYZ0123456789/+ ü'\"", min_size=8, max_size=20), min_size=2, max_size=5),
    shape=st.sampled_from(sorted(name for name in SHAPES if not name.startswith(("base64", "hex", "HEX")))),
)
def test_each_longer_line_of_a_secret_is_masked_alone(lines: list[str], shape: str) -> None:
    assume(all(maskable(line) for line in lines))
    masker = masker_for("\n".join(lines))
    for line in lines:
        shown = masker.mask(SHAPES[shape](line.strip()))
        assert line.strip() not in shown
        assert "***" in shown


def test_overlapping_secrets_are_masked_together() -> None:
    masker = masker_for("abcdefghij", "ghijklmnop")
    assert masker.mask("<abcdefghijklmnop>") == "<***>"


def test_a_longer_secret_wins_over_its_beginning() -> None:
    assert masker_for("longsecret", "longsecret-and-more").mask("is longsecret-and-more.") == "is ***."


def test_the_lines_of_a_key_are_masked_alone_but_not_its_frame() -> None:
    key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\nabc=\n-----END PRIVATE KEY-----\n"
    masker = masker_for(key)
    assert masker.mask(f"got {key!r}") == "got '***'"
    assert masker.mask("line hkiG9w0BAQEFAASC!") == "line ***!"
    assert masker.mask("-----BEGIN PRIVATE KEY-----") == "-----BEGIN PRIVATE KEY-----"
    assert masker.mask(key.replace("\n", "\r\n")) == "***"


def test_every_line_of_a_very_long_secret_is_masked() -> None:
    lines = [f"line-{number:04}" for number in range(400)]
    masker = masker_for("\n".join(lines))
    assert masker.mask(" ".join(lines)) == " ".join(["***"] * 400)


def test_a_secret_that_is_no_valid_text_is_masked_as_it_is() -> None:
    assert masker_for("hunter2-\udcff").mask("is hunter2-\udcff.") == "is ***."


@pytest.mark.parametrize("value", ["short", "1234567", "test", "true", "Password", "production", "x" * 20, " " * 9])
def test_a_weak_secret_is_named_instead_of_masked(value: str) -> None:
    masker = masker_for(value)
    assert masker.unmaskable == ("env:SECRET_0",)
    assert masker.weakness("env:SECRET_0") == ("too short" if len(value.strip()) < 8 else "too common")
    assert not masker.active
    assert masker.mask(f"the {value} is {value}") == f"the {value} is {value}"


def test_a_strong_secret_is_not_named() -> None:
    assert masker_for(VALUE).unmaskable == ()
    assert masker_for(VALUE).weakness("env:SECRET_0") is None


def test_whoever_watches_gets_each_secret_once_it_is_masked() -> None:
    masker = Masker()
    seen: list[str] = []
    masker.watch(lambda secret: seen.append(masker.mask(f"{secret.reference} {secret.reveal()}")))
    masker.register(Secret(VALUE, reference="env:X"))
    assert seen == ["env:X ***"]


def test_an_empty_masker_gives_back_the_very_text() -> None:
    text = "text"
    masker = Masker()
    assert masker.mask(text) is text
    assert masker.mask_bytes(b"text") == b"text"
    assert repr(masker_for(VALUE)) == "<masker>"


def test_many_long_secrets_in_a_long_text_take_little_time() -> None:
    masker = masker_for(*(f"secret-{number}-" + "y" * number + "z" * 4000 for number in range(20)))
    text = ("y" * 500 + "secret-1 \n") * 2000
    assert masker.mask(text) == text
