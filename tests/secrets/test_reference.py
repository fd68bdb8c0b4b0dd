from __future__ import annotations

import pytest

from kmconfig.environment.reference import SecretRef, Source
from kmconfig.errors import ConfigurationError


@pytest.mark.parametrize(
    ("source", "text", "name", "key"),
    [
        ("env", "SMTP_PASSWORD", "SMTP_PASSWORD", None),
        ("env", "ODD#NAME", "ODD#NAME", None),
        ("dotenv", "MAIL_PASSWORD", "MAIL_PASSWORD", None),
        ("file", "/run/secrets/x", "/run/secrets/x", None),
        ("file", "/run/secrets/x.json#smtp", "/run/secrets/x.json", "smtp"),
        ("vault", "km/prod/smtp#password", "km/prod/smtp", "password"),
        ("vault", "km/c#/smtp#password", "km/c#/smtp", "password"),
        ("aws_secret", "km/prod/ses#secret", "km/prod/ses", "secret"),
        ("ssm", "/km/prod/ses/secret", "/km/prod/ses/secret", None),
    ],
)
def test_name_and_key_are_told_apart_and_shown_as_written(
    source: Source, text: str, name: str, key: str | None
) -> None:
    ref = SecretRef.parse(source, text, version=3, max_age="90d")
    assert ref == SecretRef(source, name, key=key, version=3, max_age="90d")
    assert str(ref) == f"{source}:{text}"


@pytest.mark.parametrize(("source", "text"), [("env", ""), ("vault", "#key"), ("vault", "path#"), ("file", "#")])
def test_an_empty_part_is_an_error(source: Source, text: str) -> None:
    with pytest.raises(ConfigurationError, match="has an empty"):
        SecretRef.parse(source, text)


def test_it_is_a_value() -> None:
    ref = SecretRef("env", "A")
    assert {ref, SecretRef("env", "A"), SecretRef("env", "A", version=1)} == {ref, SecretRef("env", "A", version=1)}
    with pytest.raises(AttributeError):
        ref.name = "B"  # type: ignore[misc]
