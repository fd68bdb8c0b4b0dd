from __future__ import annotations

import json
from dataclasses import replace

import pytest

from kmconfig.environment.laravel_encryption import effective_mode
from kmconfig.errors import ConfigurationError
from kmconfig.secrets.secret import Secret
from kmconfig.targets.dotenv import LARAVEL_NULL, LaravelNull, edit, parse
from kmconfig.targets.laravel_keys import (
    SECRET_KEYS,
    SHARED_KEYS,
    Driver,
    Encryption,
    MailKeysInput,
    capability_notes,
    mail_keys,
    owned_keys,
)
from kmconfig.targets.laravel_version import detect_laravel_version

PASSWORD = Secret("p#w", reference="env:SMTP_PASSWORD")
KEY = Secret("key", reference="env:KEY")
SMTP = MailKeysInput(
    driver="smtp",
    sender_name="Acme Portal",
    sender_email="licensing@acme.example",
    host="smtp.acme.example",
    username="apikey",
    password=PASSWORD,
    ehlo_domain="licenses.acme.example",
)
SES = replace(SMTP, driver="ses", ses_region="eu-west-1", access_key_id=KEY, secret_access_key=KEY)
MAILGUN = replace(SMTP, driver="mailgun", mailgun_domain="mg.acme.example", mailgun_region="eu", mailgun_api_key=KEY)
SENDMAIL = replace(SMTP, driver="sendmail")
BY_DRIVER: dict[Driver, MailKeysInput] = {"smtp": SMTP, "ses": SES, "mailgun": MAILGUN, "sendmail": SENDMAIL}
VERSIONS = range(8, 14)

Values = dict[str, str | Secret | LaravelNull | None]


def values(settings: MailKeysInput, laravel: int) -> Values:
    return {item.key: item.value for item in mail_keys(settings, laravel)}


def test_smtp_keys_of_laravel_10() -> None:
    assert values(SMTP, 10) == {
        "MAIL_MAILER": "smtp",
        "MAIL_HOST": "smtp.acme.example",
        "MAIL_PORT": "587",
        "MAIL_USERNAME": "apikey",
        "MAIL_PASSWORD": PASSWORD,
        "MAIL_ENCRYPTION": "tls",
        "MAIL_EHLO_DOMAIN": "licenses.acme.example",
        "MAIL_FROM_ADDRESS": "licensing@acme.example",
        "MAIL_FROM_NAME": "Acme Portal",
        "MAIL_URL": None,
    }


@pytest.mark.parametrize("laravel", VERSIONS)
@pytest.mark.parametrize(
    ("encryption", "old", "scheme"), [("tls", "tls", "smtp"), ("ssl", "ssl", "smtps"), ("none", LARAVEL_NULL, "smtp")]
)
def test_encryption_is_a_scheme_from_laravel_11_on(
    laravel: int, encryption: Encryption, old: str | LaravelNull, scheme: str
) -> None:
    found = values(replace(SMTP, encryption=encryption), laravel)
    expected: Values = {"MAIL_ENCRYPTION": old} if laravel < 11 else {"MAIL_SCHEME": scheme}
    assert {key: found[key] for key in found.keys() & {"MAIL_ENCRYPTION", "MAIL_SCHEME"}} == expected


@pytest.mark.parametrize("laravel", VERSIONS)
def test_the_ehlo_domain_needs_laravel_9(laravel: int) -> None:
    assert ("MAIL_EHLO_DOMAIN" in values(SMTP, laravel)) == (laravel >= 9)
    assert bool(capability_notes(SMTP, laravel)) == (laravel < 9)
    assert capability_notes(replace(SMTP, ehlo_domain=None), laravel) == ()


@pytest.mark.parametrize("laravel", VERSIONS)
def test_an_old_login_and_ehlo_domain_do_not_stay_behind(laravel: int) -> None:
    settings = replace(SMTP, username=None, password=None, ehlo_domain=None)
    old = "MAIL_USERNAME=bob\nMAIL_PASSWORD=hunter2\nMAIL_EHLO_DOMAIN=old.example\nMAIL_URL=smtp://bob:hunter2@old\n"
    changed = parse(edit(old, values(settings, laravel)))
    assert changed.value("MAIL_USERNAME") == "null"
    assert changed.laravel("MAIL_USERNAME") is None
    assert changed.laravel("MAIL_PASSWORD") is None
    assert changed.value("MAIL_URL") is None
    assert changed.value("MAIL_EHLO_DOMAIN") == ("old.example" if laravel == 8 else None)
    assert "hunter2" not in changed.text


@pytest.mark.parametrize("laravel", VERSIONS)
def test_ses_leaves_access_keys_alone_that_it_does_not_know(laravel: int) -> None:
    found = values(replace(SES, access_key_id=None, secret_access_key=None), laravel)
    assert found.keys() & SHARED_KEYS == {"AWS_DEFAULT_REGION"}
    assert values(SES, laravel)["AWS_SECRET_ACCESS_KEY"] == KEY


def test_notes_name_what_the_env_file_cannot_say_for_ses() -> None:
    assert capability_notes(SES, 12) == ()
    chain = replace(SES, access_key_id=None, secret_access_key=None, ses_configuration_set="keymanager")
    notes = " ".join(capability_notes(chain, 12))
    assert "config/services.php" in notes
    assert "stay in use" in notes


@pytest.mark.parametrize("laravel", VERSIONS)
def test_mailgun_takes_a_bare_host_and_is_not_shipped_from_11_on(laravel: int) -> None:
    found = values(MAILGUN, laravel)
    assert found["MAILGUN_ENDPOINT"] == "api.eu.mailgun.net"
    assert found["MAILGUN_SECRET"] == KEY
    assert bool(capability_notes(MAILGUN, laravel)) == (laravel >= 11)


def test_sendmail_arguments_are_safe_in_a_shell() -> None:
    settings = replace(SENDMAIL, sendmail_command=("/opt/my mail/sendmail", "-bs", "; rm x"))
    assert values(settings, 10)["MAIL_SENDMAIL_PATH"] == "'/opt/my mail/sendmail' -bs '; rm x'"
    assert capability_notes(SENDMAIL, 10) == ()


@pytest.mark.parametrize("command", [(), ("/usr/sbin/sendmail",), ("/usr/sbin/sendmail-bs", "-i")])
def test_sendmail_needs_a_mode(command: tuple[str, ...]) -> None:
    with pytest.raises(ConfigurationError, match="neither `-bs` nor `-t`"):
        mail_keys(replace(SENDMAIL, sendmail_command=command), 10)


@pytest.mark.parametrize("settings", [replace(MAILGUN, mailgun_api_key=None), replace(SES, ses_region=None)])
def test_a_driver_without_its_settings_is_an_error(settings: MailKeysInput) -> None:
    with pytest.raises(ConfigurationError, match="is missing"):
        mail_keys(settings, 10)


@pytest.mark.parametrize("laravel", VERSIONS)
@pytest.mark.parametrize("driver", BY_DRIVER)
def test_every_key_written_is_owned_and_in_order(driver: Driver, laravel: int) -> None:
    written = [item.key for item in mail_keys(BY_DRIVER[driver], laravel)]
    assert written == list(owned_keys(driver, laravel))
    assert len(set(written)) == len(written)


@pytest.mark.parametrize("driver", BY_DRIVER)
def test_every_secret_goes_to_a_key_whose_live_value_is_secret(driver: Driver) -> None:
    secret = {item.key for item in mail_keys(BY_DRIVER[driver], 12) if isinstance(item.value, Secret)}
    assert secret <= SECRET_KEYS


@pytest.mark.parametrize("laravel", [7, 14])
def test_an_unknown_version_is_refused(laravel: int) -> None:
    with pytest.raises(ConfigurationError, match=f"Laravel {laravel} is not known"):
        owned_keys("smtp", laravel)


@pytest.mark.parametrize(
    ("laravel", "encryption", "port", "mode"),
    [
        (8, "none", 587, "clear"),
        (8, "tls", 587, "starttls-required"),
        (8, "tls", 2525, "starttls-required"),
        (8, "ssl", 465, "implicit"),
        (9, "none", 25, "starttls-opportunistic"),
        (10, "tls", 587, "starttls-opportunistic"),
        (10, "tls", 465, "implicit"),
        (10, "ssl", 465, "implicit"),
        (10, "ssl", 587, "starttls-opportunistic"),
        (11, "ssl", 465, "implicit"),
        (12, "ssl", 2465, "implicit"),
        (12, "tls", 465, "implicit"),
        (13, "tls", 587, "starttls-opportunistic"),
        (13, "none", 2525, "starttls-opportunistic"),
    ],
)
def test_what_encryption_really_does(laravel: int, encryption: Encryption, port: int, mode: str) -> None:
    assert effective_mode(laravel, encryption, port) == (mode, None)


@pytest.mark.parametrize(
    ("laravel", "encryption", "port", "problem"),
    [
        (8, "tls", 465, "hangs"),
        (8, "none", 465, "hangs"),
        (8, "ssl", 587, "wrong version number"),
        (10, "ssl", 2465, "hangs"),
        (11, "ssl", 587, "wrong version number"),
        (13, "tls", 2465, "hangs"),
    ],
)
def test_what_cannot_connect(laravel: int, encryption: Encryption, port: int, problem: str) -> None:
    found = effective_mode(laravel, encryption, port)
    assert found.mode is None
    assert problem in str(found.problem)


def lock(version: object, name: str = "laravel/framework") -> str:
    return json.dumps({"packages": [{"name": "a/b", "version": "v1.0.0"}, {"name": name, "version": version}]})


@pytest.mark.parametrize(("version", "laravel"), [("v10.48.2", 10), ("8.83.27", 8), ("v13.26.0", 13), ("11.x-dev", 11)])
def test_finds_the_version_in_composer_lock(version: str, laravel: int) -> None:
    assert detect_laravel_version(lock(version)) == laravel


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot be read"),
        ("[]", "cannot be read"),
        ('{"packages": {}}', "cannot be read"),
        ("[" * 100_000, "cannot be read"),
        ('{"packages": [1]}', "names no `laravel/framework`"),
        (lock("v10.1.0", "laravel/lumen-framework"), "names no `laravel/framework`"),
        (lock("dev-master"), "no numbered version"),
        (lock(None), "no numbered version"),
        (lock("v7.30.4"), "Laravel 7 is not known"),
    ],
)
def test_says_why_it_cannot_tell_the_version(text: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as caught:
        detect_laravel_version(text)
    assert "target.laravel_env.laravel" in str(caught.value.help)


@pytest.mark.parametrize("laravel", range(8, 14))
def test_laravel_cannot_be_told_of_access_tokens(laravel: int) -> None:
    settings = replace(SMTP, auth="xoauth2", ehlo_domain=None)
    (note,) = capability_notes(settings, laravel)
    assert "`email.smtp.auth: xoauth2`" in note
    assert mail_keys(settings, laravel) == mail_keys(replace(settings, auth="login"), laravel)
