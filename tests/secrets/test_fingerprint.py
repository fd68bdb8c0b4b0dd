"""Fingerprints tell values apart, and tell nothing of them."""

from __future__ import annotations

import hashlib
import hmac
import re

import pytest

from kmconfig.errors import CouldNotCheck
from kmconfig.secrets.fingerprint import FingerprintKey
from kmconfig.secrets.secret import Secret

KEY = "0123456789abcdef"
VALUE = "hunter2-hunter3"


def key(text: str = KEY) -> FingerprintKey:
    return FingerprintKey(Secret(text, reference="env:KM_FINGERPRINT_KEY"))


def of(value: str = VALUE, *, text: str = KEY, setting: str = "email.smtp.password", reference: str = "env:P") -> str:
    return key(text).of(Secret(value, reference=reference), setting=setting, reference=reference)


def test_twelve_digits_of_an_hmac_over_setting_reference_and_value() -> None:
    message = f"email.smtp.password\0env:P\0{VALUE}".encode()
    assert of() == hmac.new(KEY.encode(), message, "sha256").hexdigest()[:12]
    assert re.fullmatch(r"[0-9a-f]{12}", of())


def test_whatever_it_is_made_of_changes_it() -> None:
    others = [
        of(VALUE + " "),
        of(text=KEY + "x"),
        of(setting="email.smtp.username"),
        of(reference="env:Q"),
        of(setting="email.smtp", reference=".password\0env:P"),
    ]
    assert len({of(), *others}) == 6


@pytest.mark.parametrize("digest", ["md5", "sha1", "sha256", "sha512"])
def test_it_is_no_hash_that_somebody_could_try_values_on(digest: str) -> None:
    assert of() not in hashlib.new(digest, VALUE.encode()).hexdigest()


@pytest.mark.parametrize("value", ["", "\ud800", "☃", "a\nb", "x" * 100_000])
def test_every_value_has_one(value: str) -> None:
    assert len(of(value)) == 12


@pytest.mark.parametrize("text", ["", "hunter2", "0123456789abcde"])
def test_a_short_key_is_refused(text: str) -> None:
    with pytest.raises(
        CouldNotCheck, match=r"`env:KM_FINGERPRINT_KEY` is too short: .* fewer than 16 bytes"
    ) as refused:
        key(text)
    assert refused.value.exit_code == 5
    assert refused.value.help
    assert not text or text not in str(refused.value)


def test_the_key_counts_in_bytes() -> None:
    assert len(of(text="☃" * 6)) == 12


def test_a_key_does_not_show_itself() -> None:
    assert KEY not in repr(key())
