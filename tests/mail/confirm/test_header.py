"""Headers of messages that arrived, many of them hostile."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmconfig.mail.confirm.header import Header, ShownSender


def header(*lines: str) -> Header:
    return Header.parse("\r\n".join((*lines, "", "")).encode("utf-8", "surrogateescape"))


@pytest.mark.parametrize(
    ("line", "name", "address", "domain"),
    [
        ("From: licensing@acme.test", "", "licensing@acme.test", "acme.test"),
        ('From: "Acme, Inc." <licensing@Acme.test>', "Acme, Inc.", "licensing@Acme.test", "acme.test"),
        ("From: =?utf-8?q?Z=C3=BCrich?= <a@acme.test>", "Zürich", "a@acme.test", "acme.test"),
        ("From: =?utf-8?b?//8=?= <a@acme.test>", None, "a@acme.test", "acme.test"),
        ("From: =?nonsense?q?x?= <a@acme.test>", "=?nonsense?q?x?=", "a@acme.test", "acme.test"),
        ("From: Zürich <a@acme.test>", "Zürich", "a@acme.test", "acme.test"),
        ("From:\r\n Folded\r\n Name\r\n <a@acme.test>", "Folded Name", "a@acme.test", "acme.test"),
        ("From: nobody", "", "nobody", ""),
    ],
)
def test_the_sender_as_it_is_shown(line: str, name: str | None, address: str, domain: str) -> None:
    sender = header("Received: by x", line, "From: second@other.test").sender
    assert sender is not None
    assert name is None or sender.name == name
    assert (sender.address, sender.domain) == (address, domain)


def test_a_header_without_a_sender() -> None:
    assert header("Subject: From: a@acme.test").sender is None


@pytest.mark.parametrize(
    ("line", "domain"),
    [
        ("Return-Path: <bounce@Mail.acme.test>", "mail.acme.test"),
        ("Return-Path: <>", ""),
        ("Return-Path: bounce@acme.test", "acme.test"),
        ("Subject: x", None),
    ],
)
def test_the_return_path(line: str, domain: str | None) -> None:
    assert header(line).return_path == domain


def test_the_body_is_no_header() -> None:
    found = Header.parse(b"From: a@acme.test\n\nFrom: b@evil.test\nReceived: by evil.test\n")
    assert [name for name, _ in found.fields] == ["from"]


@pytest.mark.parametrize(
    "hostile",
    [
        b"X: " + b"a" * 1_048_576,
        b"X: a\r\n" + b" b\r\n" * 260_000,
        b"Received: by a.test\r\n" * 50_000,
        b"\r\n".join(b"X%d: y" % number for number in range(80_000)),
        b'From: "' + b"\\" * 1_000_000,
        b"From: " + b"(" * 1_000_000,
        b"From: " + b"=?utf-8?q?a?= " * 70_000 + b"<a@acme.test>",
        b"From: " + b"<a@acme.test>," * 70_000,
    ],
    ids=["long", "folded", "received", "fields", "backslashes", "comments", "words", "addresses"],
)
def test_a_header_of_a_megabyte(hostile: bytes) -> None:
    begun = time.monotonic()
    found = Header.parse(hostile)
    assert found.sender is None or len(found.sender.name) <= 320
    assert time.monotonic() - begun < 2


def test_control_characters_stay_data() -> None:
    sender = header("From: =?utf-8?b?G10wO293bmVkByDigK4=?= <a@acme.test>").sender
    assert sender == ShownSender("\x1b]0;owned\x07 \u202e", "a@acme.test")


@given(st.binary(max_size=400))
def test_anything_is_read(data: bytes) -> None:
    found = Header.parse(data)
    assert all(name == name.lower() for name, _ in found.fields)
    assert found.sender is None or found.first("from") is not None
