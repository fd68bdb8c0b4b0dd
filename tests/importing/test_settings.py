"""What the keys of each Laravel version become."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.importing.applications import SAMPLES, SENDER, email, imported, item, settings

if TYPE_CHECKING:
    from pathlib import Path


def server(port: int = 587, **keys: object) -> str:
    """A `.env` with an SMTP server; None leaves a key out."""
    lines = {"MAIL_MAILER": "smtp", "MAIL_HOST": "mail.acme.example", "MAIL_PORT": port, **keys}
    return "".join(f"{key}={value}\n" for key, value in lines.items() if value is not None) + SENDER


@pytest.mark.parametrize(
    ("laravel", "port", "keys", "encryption"),
    [
        (8, 587, {"MAIL_ENCRYPTION": "tls"}, "tls"),
        (8, 587, {}, "tls"),
        (8, 465, {"MAIL_ENCRYPTION": "ssl"}, "ssl"),
        (8, 25, {"MAIL_ENCRYPTION": "null"}, "none"),
        (9, 25, {"MAIL_ENCRYPTION": ""}, "none"),
        (10, 587, {"MAIL_ENCRYPTION": "TLS"}, "tls"),
        (10, 587, {"MAIL_ENCRYPTION": "starttls"}, "tls"),
        (10, 465, {"MAIL_ENCRYPTION": "tls"}, "tls"),
        (10, 587, {"MAIL_ENCRYPTION": "tls", "MAIL_SCHEME": "smtps"}, "tls"),
        (10, 465, {"MAIL_ENCRYPTION": "certainly"}, "ssl"),
        (11, 587, {"MAIL_SCHEME": "smtp"}, "tls"),
        (11, 465, {"MAIL_SCHEME": "smtps"}, "ssl"),
        (11, 465, {}, "ssl"),
        (12, 465, {"MAIL_SCHEME": "null"}, "ssl"),
        (12, 465, {"MAIL_SCHEME": "smtp"}, "ssl"),
        (12, 587, {"MAIL_ENCRYPTION": "ssl"}, "tls"),
        (12, 587, {"MAIL_SCHEME": "tls"}, "tls"),
        (12, 465, {"MAIL_SCHEME": "ssl"}, "ssl"),
        (12, 587, {"MAIL_SCHEME": "starttls"}, "tls"),
        (13, 1025, {"MAIL_HOST": "mailpit"}, "none"),
        (13, 2525, {"MAIL_HOST": "127.0.0.1"}, "none"),
    ],
)
def test_encryption(tmp_path: Path, laravel: int, port: int, keys: dict[str, str], encryption: str) -> None:
    result = imported(tmp_path, server(port, **keys), laravel=laravel)
    assert email(result)["smtp"]["encryption"] == encryption


@pytest.mark.parametrize(
    ("laravel", "keys", "driver"),
    [
        (8, {"MAIL_MAILER": None}, "smtp"),
        (12, {"MAIL_MAILER": None}, "smtp"),
        (8, {"MAIL_MAILER": None, "MAIL_DRIVER": "sendmail"}, "sendmail"),
        (8, {"MAIL_DRIVER": "sendmail"}, "smtp"),
        (12, {"MAIL_MAILER": "SES"}, "ses"),
        (12, {"MAIL_MAILER": "ses-v2"}, "ses"),
        (12, {"MAIL_MAILER": "log"}, "smtp"),
        (12, {"MAIL_MAILER": "array"}, "smtp"),
        (12, {"MAIL_MAILER": "roundrobin"}, "smtp"),
        (12, {"MAIL_MAILER": "carrier-pigeon"}, "smtp"),
        (12, {"MAIL_MAILER": "\x1b[2J"}, "smtp"),
    ],
)
def test_driver(tmp_path: Path, laravel: int, keys: dict[str, Any], driver: str) -> None:
    result = imported(tmp_path, server(**keys), laravel=laravel)
    assert email(result)["driver"] == driver


@pytest.mark.parametrize("mailer", ["log", "array", "failover", "roundrobin", "brevo", "mailjet", "mandrill"])
def test_a_driver_that_is_not_offered_is_explained(tmp_path: Path, mailer: str) -> None:
    result = imported(tmp_path, server(MAIL_MAILER=mailer), laravel=12)
    told = item(result, "MAIL_MAILER")
    assert (told.status, told.line) == ("left", 1)
    assert f"`{mailer}`" in told.reason
    assert told.help


def test_the_api_of_a_provider_becomes_its_smtp_service(tmp_path: Path) -> None:
    postmark = imported(tmp_path / "postmark", SAMPLES["Postmark's API"])
    assert email(postmark)["smtp"] == {
        "host": "smtp.postmarkapp.com",
        "port": 587,
        "encryption": "tls",
        "username": {"env": "IMPORTED_SMTP_PASSWORD"},
        "password": {"env": "IMPORTED_SMTP_PASSWORD"},
    }
    resend = imported(tmp_path / "resend", SAMPLES["Resend's API"])
    assert email(resend)["smtp"]["username"] == "resend"
    assert email(resend)["smtp"]["password"] == {"env": "IMPORTED_SMTP_PASSWORD"}


def test_mail_url_beats_the_keys_beside_it(tmp_path: Path) -> None:
    result = imported(tmp_path, SAMPLES["MAIL_URL beside other keys"], laravel=11)
    smtp = email(result)["smtp"]
    assert (smtp["host"], smtp["port"], smtp["username"]) == ("mail.acme.example", 2525, "licensing@acme.example")
    assert {item(result, key).status for key in ("MAIL_HOST", "MAIL_PORT", "MAIL_USERNAME", "MAIL_PASSWORD")} == {
        "unused"
    }
    assert "line 3" in item(result, "MAIL_HOST").reason
    old = imported(tmp_path, SAMPLES["MAIL_URL beside other keys"], laravel=9)
    assert email(old)["smtp"]["host"] == "old.acme.example"
    assert item(old, "MAIL_URL").status == "unused"


def test_options_of_an_address_are_carried_or_named(tmp_path: Path) -> None:
    url = "smtps://u:p%40ss@mail.acme.example:465?timeout=20&local_domain=app.acme.example&verify_peer=0&se-cret=1"
    text = server(MAIL_URL=url, MAIL_EHLO_DOMAIN="old.acme.example", MAIL_TIMEOUT="5")
    result = imported(tmp_path, text, laravel=12)
    smtp = email(result)["smtp"]
    assert (smtp["timeout"], smtp["ehlo_domain"]) == ("20s", "app.acme.example")
    (left,) = [item for item in result.items if item.status == "left"]
    assert left.key == "MAIL_URL"
    assert left.reason == "its options are not carried: `verify_peer`, 1 of another name"
    assert {item(result, key).status for key in ("MAIL_EHLO_DOMAIN", "MAIL_TIMEOUT")} == {"unused"}


@pytest.mark.parametrize("query", ["timeout=soon", "timeout=0", "local_domain=a%20b", "timeout="])
def test_an_option_of_no_use_is_named(tmp_path: Path, query: str) -> None:
    result = imported(tmp_path, server(MAIL_URL=f"smtp://mail.acme.example:587?{query}"), laravel=12)
    (left,) = [item for item in result.items if item.status == "left"]
    assert f"`{query.partition('=')[0]}`" in left.reason
    assert not {"timeout", "ehlo_domain"} & email(result)["smtp"].keys()


@pytest.mark.parametrize("url", ["mailgun://key@default", "smtp://mail.acme.example:99999", "smtp://[::1"])
def test_an_address_that_is_none_is_named(tmp_path: Path, url: str) -> None:
    result = imported(tmp_path, server(MAIL_URL=url), laravel=12)
    assert item(result, "MAIL_URL").status == "left"
    assert email(result)["smtp"]["host"] == "mail.acme.example"


def test_smtps_in_an_address(tmp_path: Path) -> None:
    result = imported(tmp_path, server(MAIL_URL="smtps://u:p@[2001:db8::1]:465"), laravel=12)
    smtp = email(result)["smtp"]
    assert (smtp["host"], smtp["port"], smtp["encryption"]) == ("2001:db8::1", 465, "ssl")


def test_mailgun(tmp_path: Path) -> None:
    result = imported(tmp_path, SAMPLES["Mailgun"])
    assert email(result)["mailgun"] == {
        "domain": "mg.acme.example",
        "region": "eu",
        "api_key": {"env": "IMPORTED_MAILGUN_API_KEY"},
    }
    assert item(result, "MAIL_HOST").status == "unused"


def test_ses(tmp_path: Path) -> None:
    result = imported(tmp_path, SAMPLES["SES"], tier="production")
    assert email(result)["ses"] == {
        "region": "eu-west-1",
        "access_key_id": {"env": "IMPORTED_SES_ACCESS_KEY_ID", "max_age": "90d"},
        "secret_access_key": {"env": "IMPORTED_SES_SECRET_ACCESS_KEY", "max_age": "90d"},
    }
    assert item(result, "AWS_SESSION_TOKEN").status == "left"
    assert item(result, "AWS_BUCKET").status == "unused"


def test_sendmail(tmp_path: Path) -> None:
    result = imported(tmp_path, SAMPLES["sendmail"])
    assert email(result)["sendmail"] == {"path": "/usr/lib/sendmail", "arguments": ["-t", "-i"]}
    old = imported(tmp_path, SAMPLES["sendmail by default"], laravel=8)
    assert email(old)["sendmail"]["arguments"] == ["-t", "-i"]
    new = imported(tmp_path, SAMPLES["sendmail by default"], laravel=9)
    assert email(new)["sendmail"]["arguments"] == ["-bs", "-i"]


@pytest.mark.parametrize(
    ("command", "path", "arguments"),
    [
        ("/usr/sbin/sendmail -bs -i", "/usr/sbin/sendmail", ["-bs", "-i"]),
        (
            "/opt/my\\ mail/sendmail -t -f'licensing@acme.example'",
            "/opt/my mail/sendmail",
            ["-t", "-flicensing@acme.example"],
        ),
        (
            "/usr/sbin/sendmail -t -oA=b -f ünï@acme.example",
            "/usr/sbin/sendmail",
            ["-t", "-oA=b", "-f", "ünï@acme.example"],
        ),
    ],
)
def test_a_command_of_words(tmp_path: Path, command: str, path: str, arguments: list[str]) -> None:
    quoted = command.replace("\\", "\\\\")
    result = imported(tmp_path, f'MAIL_MAILER=sendmail\nMAIL_SENDMAIL_PATH="{quoted}"\n{SENDER}')
    assert email(result)["sendmail"] == {"path": path, "arguments": arguments}
    assert item(result, "MAIL_SENDMAIL_PATH").status == "carried"


@pytest.mark.parametrize(
    "command",
    [
        *("/usr/sbin/sendmail -t | tee /tmp/mail", "/usr/sbin/sendmail -t; id", "/bin/true && /usr/sbin/sendmail -t"),
        *("/usr/sbin/sendmail -t > /tmp/mail", "~/sendmail -t", "$HOME/sendmail -t", "`which sendmail` -t"),
        *("LC_ALL=C /usr/sbin/sendmail -t", "/usr/sbin/sendmail -t *", "/usr/sbin/sendmail -t # all", "(sendmail -t)"),
        *("/usr/sbin/sendmail -t 'unclosed", "   "),
    ],
)
def test_a_command_that_only_a_shell_understands_is_not_carried(tmp_path: Path, command: str) -> None:
    quoted = command.replace("$", "\\$")
    result = imported(tmp_path, f'MAIL_MAILER=sendmail\nMAIL_SENDMAIL_PATH="{quoted}"\n{SENDER}', laravel=9)
    said = item(result, "MAIL_SENDMAIL_PATH")
    assert said.status == "left"
    assert "`/usr/sbin/sendmail -bs -i` stands in the YAML" in said.reason
    assert said.help
    assert email(result)["sendmail"] == {"path": "/usr/sbin/sendmail", "arguments": ["-bs", "-i"]}
    assert result.outlook is not None
    assert [pending.reason for pending in result.outlook.operations if pending.key == said.key] == [said.reason]


def test_ports_that_are_left_to_laravel(tmp_path: Path) -> None:
    for laravel, port in ((10, 587), (12, 2525)):
        result = imported(tmp_path, server(MAIL_PORT=None), laravel=laravel)
        assert email(result)["smtp"]["port"] == port


def test_the_sender_of_other_applications(tmp_path: Path) -> None:
    result = imported(tmp_path, SAMPLES["the keys of Laravel 5"], laravel=8)
    assert email(result)["sender"] == {"name": "Acme licenses", "email": "licensing@acme.example"}
    assert email(result)["reply_to"] == "support@acme.example"
    assert "MAIL_FROM_ADDRESS" in item(result, "MAIL_FROM").reason


def test_the_application_and_its_address(tmp_path: Path) -> None:
    text = f"APP_NAME='Acme: licenses'\nAPP_URL=https://licenses.acme.example\nMAIL_MAILER=smtp\n{SENDER}"
    assert settings(imported(tmp_path, text))["application"] == {
        "name": "Acme: licenses",
        "url": "https://licenses.acme.example",
    }
    local = imported(tmp_path, "APP_URL=http://localhost:8000\nMAIL_MAILER=smtp\n")
    assert "application" not in settings(local)


def test_a_name_that_is_the_applications_stands_once(tmp_path: Path) -> None:
    text = "APP_NAME=Acme\nMAIL_MAILER=smtp\nMAIL_FROM_NAME=${APP_NAME}\nMAIL_FROM_ADDRESS=a@acme.example\n"
    assert email(imported(tmp_path, text))["sender"] == {"email": "a@acme.example"}


@pytest.mark.parametrize(
    ("name", "key", "status"),
    [
        ("x" * 65, "MAIL_FROM_NAME", "left"),
        ('"a\\nb"', "MAIL_FROM_NAME", "left"),
        ('"\\r\\nBcc: x@y.example"', "MAIL_FROM_NAME", "left"),
        ("'key AKIAIOSFODNN7EXAMPLE'", "MAIL_FROM_NAME", "left"),
    ],
)
def test_what_no_environment_may_hold_is_named(tmp_path: Path, name: str, key: str, status: str) -> None:
    result = imported(tmp_path, f"MAIL_MAILER=smtp\n{key}={name}\nMAIL_FROM_ADDRESS=a@acme.example\n")
    assert item(result, key).status == status
    assert "name" not in email(result)["sender"]


def test_the_target_is_the_application(tmp_path: Path) -> None:
    text = SAMPLES["a server with a login"]
    assert settings(imported(tmp_path, text, laravel=10))["target"] == {
        "laravel_env": {
            "path": "app/.env",
            "reload": [["php", "artisan", "config:cache"], ["php", "artisan", "queue:restart"]],
        }
    }
    (tmp_path / "app/composer.lock").unlink()
    guessed = settings(imported(tmp_path, text))["target"]["laravel_env"]
    assert guessed["laravel"] == 10


@pytest.mark.parametrize(
    ("host", "username", "is_text"),
    [
        ("email-smtp.eu-west-1.amazonaws.com", "AKIAIOSFODNN7EXAMPLE", True),
        ("mail.acme.example", "AKIAIOSFODNN7EXAMPLE", False),
        ("smtp.sendgrid.net", "apikey", True),
        ("smtp.postmarkapp.com", "0123abcd-aaaa-bbbb-cccc-0123456789ab", False),
        ("mail.acme.example", "licensing@acme.example", True),
        ("mail.acme.example", "opensesame-1", False),
    ],
)
def test_user_names_stay_text_unless_they_are_secrets(tmp_path: Path, host: str, username: str, is_text: bool) -> None:
    text = server(MAIL_HOST=host, MAIL_USERNAME=username, MAIL_PASSWORD="opensesame-1")
    found = email(imported(tmp_path, text, laravel=12))["smtp"]["username"]
    assert (found == username) == is_text
    assert is_text or set(found) == {"env"}


def test_secrets_stand_as_references(tmp_path: Path) -> None:
    result = imported(tmp_path, SAMPLES["SES"], secrets="vault:km/ses")
    assert settings(result)["email"]["ses"] == {
        "region": "eu-west-1",
        "access_key_id": {"vault": "km/ses#access_key_id"},
        "secret_access_key": {"vault": "km/ses#secret_access_key"},
    }
