"""Nothing is lost without a word: every key about mail is carried, or named with its line and the reason."""

from __future__ import annotations

from time import process_time
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from kmconfig.errors import ConfigurationError, UsageError
from kmconfig.importing.entries import is_mail_key
from kmconfig.targets.dotenv import parse
from tests.importing.applications import SAMPLES, imported
from tests.source.properties import steady

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.importing.result import Imported

VERSIONS = (None, 8, 9, 10, 11, 12, 13)

KEYS = st.sampled_from(
    (
        *("MAIL_MAILER", "MAIL_DRIVER", "MAIL_HOST", "MAIL_PORT", "MAIL_USERNAME", "MAIL_PASSWORD", "MAIL_SCHEME"),
        *("MAIL_ENCRYPTION", "MAIL_URL", "MAIL_FROM_ADDRESS", "MAIL_FROM_NAME", "MAIL_EHLO_DOMAIN", "MAIL_TIMEOUT"),
        *("MAIL_SENDMAIL_PATH", "MAILGUN_DOMAIN", "MAILGUN_SECRET", "MAILGUN_ENDPOINT", "AWS_ACCESS_KEY_ID"),
        *("AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION", "SES_KEY", "POSTMARK_TOKEN", "RESEND_KEY", "MAIL_ODD"),
        *("APP_NAME", "APP_URL", "DB_PASSWORD"),
    )
)
VALUES = st.one_of(
    st.sampled_from(
        (
            *("", "null", "true", "(empty)", "smtp", "ses", "mailgun", "sendmail", "log", "postmark", "tls", "ssl"),
            *("smtps", "465", "587", "0", "99999", "mail.acme.example", "localhost", "a@acme.example", "${APP_NAME}"),
            *("${NOT_THERE}", "smtp://a:b@mail.acme.example:25", "'two words'", "/usr/sbin/sendmail -bs -i"),
        )
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12).map(
        lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$") + '"'
    ),
)
FILES = st.lists(st.tuples(KEYS, VALUES), min_size=1, max_size=14).map(
    lambda pairs: "".join(f"{key}={value}\n" for key, value in pairs)
)


def assert_accounted_for(result: Imported, text: str) -> None:
    entries = [entry for entry in parse(text).entries if is_mail_key(entry.key)]
    said = {(item.key, item.line) for item in result.items}
    assert {(entry.key, entry.line) for entry in entries} <= said
    for item in result.items:
        assert item.status in ("carried", "secret", "unset") or item.reason, item
        assert (item.setting is not None) == (item.status in ("carried", "secret")), item
    carried = {item.setting for item in result.items if item.status == "secret"}
    assert carried == result.secrets.keys()


@pytest.mark.parametrize("laravel", VERSIONS)
@pytest.mark.parametrize("name", SAMPLES)
def test_samples(tmp_path: Path, name: str, laravel: int | None) -> None:
    assert_accounted_for(imported(tmp_path, SAMPLES[name], laravel=laravel), SAMPLES[name])


@settings(steady, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(FILES, st.sampled_from(VERSIONS))
def test_any_file(tmp_path: Path, text: str, laravel: int | None) -> None:
    try:
        result = imported(tmp_path, text, laravel=laravel)
    except ConfigurationError:
        event("refused")
        return
    assert_accounted_for(result, text)
    assert not [found for found in result.outcome.findings if found.rule.code in ("KM101", "KM104", "KM105", "KM107")]
    assert result.outcome.crashes == []


def test_lines_that_are_not_read_are_named(tmp_path: Path) -> None:
    text = 'MAIL_MAILER=smtp\n# see ="here\nMAIL_HOST=mail.acme.example\nAPP_NAME="x"\nMAIL_PORT=587\n'
    result = imported(tmp_path, text)
    (named,) = [item for item in result.items if item.key.startswith("lines ")]
    assert (named.status, named.line) == ("left", 2)


def test_a_later_line_counts_and_the_earlier_is_named(tmp_path: Path) -> None:
    result = imported(tmp_path, SAMPLES["said twice"])
    statuses = {item.line: item.status for item in result.items if item.key == "MAIL_HOST"}
    assert statuses == {1: "unused", 5: "carried"}


@pytest.mark.parametrize("text", ["", "APP_NAME=x\n", "# MAIL_HOST=x\n"])
def test_a_file_without_mail_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigurationError, match="no key about mail"):
        imported(tmp_path, text)


@pytest.mark.parametrize("text", ["MAIL_HOST=a b\n", "MAIL_HOST='a\n", "MAIL HOST=a\n"])
def test_a_file_that_the_application_cannot_read_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigurationError, match="line 1"):
        imported(tmp_path, text)


@pytest.mark.parametrize(
    ("name", "text", "tier", "by"),
    [
        ("production", "APP_ENV=local\n", "production", "the name"),
        ("acme/eu-staging", "APP_ENV=local\n", "staging", "the name"),
        ("acme/eu", "APP_ENV=prod\n", "production", "APP_ENV, line 1"),
        ("acme/eu", "APP_ENV=testing\n", "development", "APP_ENV, line 1"),
    ],
)
def test_the_tier(tmp_path: Path, name: str, text: str, tier: str, by: str) -> None:
    result = imported(tmp_path, f"{text}MAIL_MAILER=smtp\n", environment=name, tier=None)
    assert (result.aim.tier, result.aim.tier_by) == (tier, by)


def test_a_tier_that_nothing_tells_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="tells the tier"):
        imported(tmp_path, "MAIL_MAILER=smtp\n", tier=None)


@pytest.mark.parametrize(
    "name",
    [
        *("", "../x", "a//b", "/etc/x", ".hidden", "a b", "a\nb", "x/.y", "-x", "--all", "x/-y"),
        *("x.yaml", "x.yml", "x.YAML", "a/x.yaml", "x" * 201, "x/" * 150 + "x"),
    ],
)
def test_a_name_that_makes_no_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"^an environment") as caught:
        imported(tmp_path, "MAIL_MAILER=smtp\n", environment=name)
    assert "--environment" in str(caught.value.help)
    assert len(caught.value.sentence) < 400


@pytest.mark.parametrize("name", ["x", "0", "_x", "acme/eu-1", "a.b", "x" * 60, "yaml"])
def test_a_name_that_makes_a_file(tmp_path: Path, name: str) -> None:
    assert imported(tmp_path, "MAIL_MAILER=smtp\n", environment=name).aim.path == f"environments/{name}.yaml"


def test_the_time_grows_with_the_file_and_no_faster(tmp_path: Path) -> None:
    def seconds(keys: int) -> float:
        text = "MAIL_MAILER=smtp\n" + "".join(f"MAIL_K{number}=v{number}\n" for number in range(keys))
        start = process_time()
        assert len(imported(tmp_path, text).items) > keys
        return process_time() - start

    seconds(10)
    assert seconds(16_000) < 32 * seconds(1_000)


def test_words_for_nothing_are_no_secrets(tmp_path: Path) -> None:
    words = ("null", "(null)", "true", "false", "empty", "")
    text = "".join(f"MAIL_{number}_PASSWORD={word}\n" for number, word in enumerate(words))
    result = imported(tmp_path, f"{text}MAIL_PASSWORD=null\nDB_PASSWORD=short\nAPP_KEY=a-long-key-of-its-own\n")
    assert {secret.reference for secret in result.sensitive} == {"live DB_PASSWORD", "live APP_KEY"}


@pytest.mark.parametrize(
    ("value", "lines"), [("opensesame", False), ('"open\nsesame"', True), ('"open\\nsesame"', True), ("x" * 4001, True)]
)
def test_secrets_that_a_terminal_does_not_take_as_one_line(tmp_path: Path, value: str, *, lines: bool) -> None:
    result = imported(tmp_path, f"MAIL_MAILER=smtp\nMAIL_HOST=mail.acme.example\nMAIL_PASSWORD={value}\n")
    assert (result.secrets["email.smtp.password"] in result.several_lines) is lines


def test_the_version_is_that_of_the_application(tmp_path: Path) -> None:
    text = SAMPLES["a server with a login"]
    assert imported(tmp_path / "lock", text, laravel=9).laravel.number == 9  # type: ignore[union-attr]
    with pytest.raises(ConfigurationError, match="Laravel 7"):
        imported(tmp_path / "old", text, laravel=7)
    guessed = imported(tmp_path / "none", text).laravel
    assert guessed is not None
    assert (guessed.number, guessed.certain) == (10, False)
