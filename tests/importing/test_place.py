"""The option `--secrets`: references, and places that cannot be."""

from __future__ import annotations

import pytest

from kmconfig.errors import UsageError
from kmconfig.importing.place import secret_place

SETTING = "email.smtp.password"


@pytest.mark.parametrize(
    ("option", "reference"),
    [
        ("env", "env:ACME_EU_1_SMTP_PASSWORD"),
        ("env:KM", "env:KM_SMTP_PASSWORD"),
        ("dotenv", "dotenv:ACME_EU_1_SMTP_PASSWORD"),
        ("file:/run/secrets", "file:/run/secrets/smtp-password"),
        ("file:./-x", "file:./-x/smtp-password"),
        ("vault:keymanager/production/smtp", "vault:keymanager/production/smtp#password"),
        ("vault:a/-b", "vault:a/-b#password"),
        ("aws_secret:km/prod", "aws_secret:km/prod/smtp/password"),
        ("ssm:/km/prod", "ssm:/km/prod/smtp/password"),
    ],
)
def test_references(option: str, reference: str) -> None:
    place = secret_place(option, environment="acme/eu-1", tier="development")
    assert str(place.reference(SETTING)) == reference


@pytest.mark.parametrize(
    "option",
    [
        *("", "keyring", "vault", "vault:", "file:", "aws_secret", "ssm", "ssm:relative", "vault:/x", "vault:a#b"),
        *("vault:a b", "env:A B", "env:1A", "file:/run/x#y", "file:/run/\x1b", "vault:$(id)", "ssm:/a'b"),
        *("vault:-x", "vault:--", "aws_secret:--foo", "file:-x", "env:-x", "ssm:-x"),
        *("vault:a/../b", "vault:..", "vault:a/./b", f"vault:{'x' * 2000}", f"ssm:/{'x' * 2000}", f"env:{'X' * 200}"),
    ],
)
def test_a_place_that_cannot_be_is_refused(option: str) -> None:
    with pytest.raises(UsageError) as caught:
        secret_place(option, environment="x", tier="development")
    assert caught.value.help
    assert len(caught.value.sentence) < 400
    assert "email." not in caught.value.sentence


@pytest.mark.parametrize("option", ["env:A-B", "ssm:x", "aws_secret:a b", "env:-x", "aws_secret:-x"])
def test_the_words_fit_every_source(option: str) -> None:
    with pytest.raises(UsageError) as caught:
        secret_place(option, environment="x", tier="development")
    assert " a env" not in caught.value.message
    assert " a ssm" not in caught.value.message
    assert " a aws" not in caught.value.message


def test_dotenv_is_for_development() -> None:
    with pytest.raises(UsageError, match="production"):
        secret_place("dotenv", environment="x", tier="production")
