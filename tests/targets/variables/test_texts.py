"""Texts of variables as Laravel reads them."""

from __future__ import annotations

import pytest

from kmconfig.secrets.secret import Secret
from kmconfig.targets.dotenv.conversion import LARAVEL_NULL, laravel_env
from kmconfig.targets.variables.digests import digest_of, is_among
from kmconfig.targets.variables.texts import Variables, holds, variable
from kmconfig.targets.variables.wanted import is_secret


@pytest.mark.parametrize("value", ["", "null", "TRUE", "(empty)", "'quoted'", '"quoted"', "plain", "a b$c", "007"])
def test_laravel_reads_exactly_what_is_meant(value: str) -> None:
    text = variable(value)
    assert isinstance(text, str)
    assert laravel_env(text) == value
    secret = variable(Secret(value, reference="env:X"))
    assert isinstance(secret, Secret)
    assert (secret.reveal(), secret.reference) == (text, "env:X")


def test_null_is_a_text_that_laravel_takes_for_nothing() -> None:
    text = variable(LARAVEL_NULL)
    assert isinstance(text, str)
    assert laravel_env(text) is None


def test_variables_and_their_secrets_do_not_show() -> None:
    variables = Variables({"MAIL_PASSWORD": "hunter2-hunter3", "MAIL_HOST": "smtp.acme.example", "APP_KEY": "null"})
    assert "hunter2" not in repr((variables, variables.secret("MAIL_PASSWORD"), variables.secrets()))
    assert [secret.reveal() for secret in variables.secrets()] == ["hunter2-hunter3"]


def test_a_variable_holds_a_text_a_secret_or_nothing() -> None:
    variables = Variables({"A": "x"})
    assert holds(variables, "A", "x")
    assert holds(variables, "A", Secret("x", reference="r"))
    assert holds(variables, "B", None)
    assert not holds(variables, "A", Secret("y", reference="r"))
    assert not holds(variables, "A", None)
    assert not holds(variables, "B", "x")


def test_a_token_that_is_a_user_name_too_is_hidden() -> None:
    variables = Variables({"MAIL_USERNAME": "token-1", "MAIL_PASSWORD": "token-1", "MAIL_HOST": "smtp.acme.example"})
    assert is_secret(variables, "MAIL_USERNAME")
    assert not is_secret(variables, "MAIL_HOST")


def test_a_digest_tells_a_document_again_and_is_another_each_time() -> None:
    staged = {"MAIL_PASSWORD": Secret("hunter2", reference="r"), "MAIL_PORT": "587", "OTHER": [1, None]}
    digest = digest_of(staged)
    assert digest != digest_of(staged)
    assert is_among({"OTHER": [1, None], "MAIL_PASSWORD": "hunter2", "MAIL_PORT": "587"}, {"scrypt:zz:", digest})
    assert not is_among({"MAIL_PASSWORD": "hunter3", "MAIL_PORT": "587", "OTHER": [1, None]}, {digest})
    assert not is_among({}, {"", "scrypt", "md5:00:00", "scrypt:00:00"})
