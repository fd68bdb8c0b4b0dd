"""DKIM signatures, verified with keys from a DNS server on loopback."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from kmconfig.dns import mail_names as naming
from kmconfig.dns.mail_names import mail_names
from kmconfig.mail.confirm.header import Header
from kmconfig.mail.confirm.signatures import MOST_SIGNATURES, Signature, signatures
from tests.servers.opendkim import record_of
from tests.servers.tiny_dns import TinyDns

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "km1._domainkey.acme.test"
PLAIN = b"From: a@acme.test\r\nTo: b@acme.test\r\nSubject: Test\r\nDate: now\r\n\r\nIt works.\r\n"


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def curve() -> ed25519.Ed25519PrivateKey:
    return ed25519.Ed25519PrivateKey.generate()


@pytest.fixture
def dns(key: rsa.RSAPrivateKey) -> Iterator[TinyDns]:
    with TinyDns({NAME: record_of(key), "acme.test": "v=spf1 -all"}) as server:
        yield server


def signed(key: rsa.RSAPrivateKey, message: bytes = PLAIN, **options: Any) -> bytes:
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    header: bytes = dkim.sign(message, b"km1", b"acme.test", pem, **options)
    return header + message


def signed_on(curve: ed25519.Ed25519PrivateKey) -> bytes:
    seed = base64.b64encode(curve.private_bytes_raw())
    header: bytes = dkim.sign(PLAIN, b"km1", b"acme.test", seed, signature_algorithm=b"ed25519-sha256")
    return header + PLAIN


def curve_record(curve: ed25519.Ed25519PrivateKey) -> str:
    return f"v=DKIM1; k=ed25519; p={base64.b64encode(curve.public_key().public_bytes_raw()).decode()}"


def verified(message: bytes, dns: TinyDns, *, whole: bool = True) -> tuple[Signature, ...]:
    names = mail_names({"KMCONFIG_RESOLVER": dns.address})
    return signatures(Header.parse(message), message, whole=whole, names=names)


def result(message: bytes, dns: TinyDns, **options: Any) -> tuple[str, str]:
    (found,) = verified(message, dns, **options)
    assert (found.domain, found.selector) == ("acme.test", "km1")
    return found.result, found.detail


def test_a_signature_that_holds(key: rsa.RSAPrivateKey, dns: TinyDns) -> None:
    assert result(b"Received: by x\r\n" + signed(key), dns) == ("pass", f"the key at {NAME}")
    assert dns.asked == [NAME]


def test_an_ed25519_signature_that_holds(curve: ed25519.Ed25519PrivateKey, dns: TinyDns) -> None:
    dns.records[NAME] = curve_record(curve)
    assert result(signed_on(curve), dns) == ("pass", f"the key at {NAME}")


@pytest.mark.parametrize(
    ("change", "words"),
    [((b"It works", b"It worked"), "body hash"), ((b"Subject: Test", b"Subject: Best"), "does not fit the key")],
)
def test_a_message_under_an_ed25519_signature_that_was_changed(
    curve: ed25519.Ed25519PrivateKey, dns: TinyDns, change: tuple[bytes, bytes], words: str
) -> None:
    dns.records[NAME] = curve_record(curve)
    verdict, detail = result(signed_on(curve).replace(*change), dns)
    assert verdict == "fail"
    assert words in detail


@pytest.mark.parametrize("p", ["AAAA", "%%%", "", "A" * 44])
def test_ed25519_keys_that_are_none(curve: ed25519.Ed25519PrivateKey, dns: TinyDns, p: str) -> None:
    dns.records[NAME] = f"v=DKIM1; k=ed25519; p={p}"
    assert result(signed_on(curve), dns)[0] == "fail"


def test_an_ed25519_signature_and_a_key_of_rsa(curve: ed25519.Ed25519PrivateKey, dns: TinyDns) -> None:
    verdict, _ = result(signed_on(curve), dns)
    assert verdict == "fail"


def test_no_signature(dns: TinyDns) -> None:
    assert verified(PLAIN, dns) == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [((b"It works", b"It worked"), "body hash"), ((b"Subject: Test", b"Subject: Best"), "does not fit the key")],
)
def test_a_message_that_was_changed(
    key: rsa.RSAPrivateKey, dns: TinyDns, change: tuple[bytes, bytes], words: str
) -> None:
    verdict, detail = result(signed(key).replace(*change), dns)
    assert verdict == "fail"
    assert words in detail


def test_another_key_in_dns(key: rsa.RSAPrivateKey, dns: TinyDns) -> None:
    dns.records[NAME] = record_of(rsa.generate_private_key(public_exponent=65537, key_size=2048))
    verdict, detail = result(signed(key), dns)
    assert verdict == "fail"
    assert "another key" in detail


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (None, "no key in DNS"),
        ("v=DKIM1; p=", "revoked"),
        ("v=DKIM1; k=rsa; p=AAAA", "cannot be read"),
        ("v=DKIM1; k=rsa; p=%%%", "cannot be read"),
        ("v=DKIM9; p=AAAA", "bad version"),
        ("hello", "cannot be read"),
    ],
)
def test_keys_that_are_none(key: rsa.RSAPrivateKey, dns: TinyDns, record: str | None, words: str) -> None:
    dns.records.pop(NAME)
    if record is not None:
        dns.records[NAME] = record
    verdict, detail = result(signed(key), dns)
    assert verdict == "fail"
    assert words in detail


def test_dns_that_fails_is_no_verdict(key: rsa.RSAPrivateKey, dns: TinyDns) -> None:
    dns.failing.add(NAME)
    verdict, detail = result(signed(key), dns)
    assert verdict == "unverifiable"
    assert "SERVFAIL" in detail


def test_dns_that_is_silent_is_no_verdict(
    key: rsa.RSAPrivateKey, dns: TinyDns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(naming, "SECONDS", 0.2)
    dns.silent.add(NAME)
    assert result(signed(key), dns) == ("unverifiable", f"{dns.address} gave no answer for {NAME} in time")


def test_dns_that_took_too_long_is_not_asked_again(
    key: rsa.RSAPrivateKey, dns: TinyDns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(naming, "SECONDS", 0.0)
    verdict, detail = result(signed(key), dns)
    assert verdict == "unverifiable"
    assert "no answer" in detail
    assert dns.asked == []


def test_part_of_a_message_is_no_verdict(key: rsa.RSAPrivateKey, dns: TinyDns) -> None:
    assert result(signed(key), dns, whole=False)[0] == "unverifiable"
    padded = b"X-Padding: a\r\n" * 10_000 + signed(key)
    assert result(padded, dns)[0] == "unverifiable"


def test_sha1_no_longer_counts(key: rsa.RSAPrivateKey, dns: TinyDns) -> None:
    verdict, detail = result(signed(key, signature_algorithm=b"rsa-sha1"), dns)
    assert verdict == "fail"
    assert "rsa-sha1" in detail


def test_a_short_key(dns: TinyDns) -> None:
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - what it is about
    dns.records[NAME] = record_of(short)
    assert result(signed(short), dns)[0] == "pass"


def test_only_some_of_many_signatures_are_looked_at(key: rsa.RSAPrivateKey, dns: TinyDns) -> None:
    many = b"DKIM-Signature: v=1; d=acme.test; s=km1\r\n" * 500 + signed(key)
    found = verified(many, dns)
    assert len(found) == MOST_SIGNATURES
    assert {each.result for each in found} == {"fail"}


@pytest.mark.parametrize(
    "field",
    [
        b"nonsense",
        b"v=1; a=rsa-sha256; d=acme.test; s=km1; h=from; bh=%%%; b=%%%",
        b"v=1; a=ed25519-sha256; d=acme.test; s=km1; h=from; bh=AAAA; b=AAAA",
        b"v=1; a=none; d=..; s=..; h=:::; bh=; b=",
        b"v=1; a=rsa-sha256; d=" + b"a" * 300 + b".test; s=km1; h=from; bh=AAAA; b=AAAA",
        b"v=1; d=\xff\xfe; s=\x1b[31m; h=from",
        b"v=1; a=rsa-sha256; c=x/y; d=acme.test; s=km1; h=from; l=99999999999999999999; bh=AAAA; b=AAAA",
    ],
)
def test_signatures_that_are_none(dns: TinyDns, field: bytes) -> None:
    (found,) = verified(b"DKIM-Signature: " + field + b"\r\n" + PLAIN, dns)
    assert found.result in {"fail", "unverifiable"}
    assert found.detail
    assert len(found.domain) <= 255
