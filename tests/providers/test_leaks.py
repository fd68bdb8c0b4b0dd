from __future__ import annotations

import base64
import time

import pytest

from kmconfig.providers.leaks import find_leaks

# Put together from parts, so that scanners of this repository find nothing.
_HEX = "0123456789abcdef"
_MIXED = "aB3dE5gH7jK9mN1pQ3sT5vW7yZ0aB2dE4gH6jK8mN0pQ"
SENDGRID_KEY = ".".join(("SG", _MIXED[:22], _MIXED[:43]))
SES_PASSWORD = "B" + "L" + _MIXED[:42]
AWS_SECRET = _MIXED[:40]
UUID = f"{_HEX[:8]}-{_HEX[:4]}-{_HEX[4:8]}-{_HEX[8:12]}-{_HEX[:12]}"


@pytest.mark.parametrize(
    "secret",
    [
        SENDGRID_KEY,
        SES_PASSWORD,
        f"key-{_HEX * 2}",
        f"{_HEX * 2}-{_HEX[:8]}-{_HEX[:8]}",
        "AKIA" + "IOSFODNN7EXAMPLE",
        f"xsmtpsib-{_HEX * 4}-{_MIXED[:16]}",
        f"xkeysib-{_HEX * 4}-{_MIXED[:16]}",
        "re_" + _MIXED[:24],
        "base64:" + _MIXED[:43] + "=",
        "smtps://mailer:" + "pass%20word@mail.acme.example:465",
        "smtp://mailer:" + "pa/ss:word@mail.acme.example",
        "redis://:" + "sesame-open@cache.acme.example",
    ],
)
def test_shapes_that_are_enough_by_themselves(secret: str) -> None:
    text = f"# {secret}\nversion: 1\n"
    found = find_leaks(text)
    assert len(found) == 1
    assert text[found[0].start : found[0].end] in secret
    assert secret not in found[0].kind


@pytest.mark.parametrize(
    ("secret", "near"),
    [
        (AWS_SECRET, "AWS"),
        (UUID, "host: smtp.postmarkapp.com"),
        (_HEX[:8] * 5, "sparkpost"),
        (_HEX * 2, "mailjet"),
        ("abcd efgh ijkl mnop", "smtp.gmail.com"),
        ("password: abcdefghijklmnop", "gmail"),
    ],
)
def test_shapes_that_need_company(secret: str, near: str) -> None:
    assert find_leaks(f"# {secret}\nversion: 1\n") == []
    assert len(find_leaks(f"# {near}\n# {secret}\nversion: 1\n")) == 1
    assert find_leaks(f"# {near}\n{'# far away' * 100}\n# {secret}\n") == []


@pytest.mark.parametrize(
    "text",
    [
        "# with gmail this mail goes only once a day",
        "# gmail: we send this mail with care and love",
        "url: https://licenses.acme.example:8443/path",
        "url: smtp://mailer:${MAIL_PASSWORD}@mail.acme.example",
        "url: smtp://mailer:<password>@mail.acme.example",
        "url: https://acme.example/a:b/c@d",
        "url: https://acme.example:8443/users/@all",
        "hosts: [smtp://a.acme.example:587,b@acme.example]",
        "url: smtp://mailer:%(password)s@mail.acme.example",
        "re_send_all_notifications_to_customers: true",
        "commit: " + _HEX[:8] * 5,
        "vault: keymanager/production/smtp#password",
        "-----BEGIN CERTIFICATE-----",
        "public: pubkey-" + _HEX * 2,
    ],
)
def test_ordinary_text(text: str) -> None:
    assert find_leaks(text) == []


def test_a_private_key_reaches_to_its_end() -> None:
    key = "-----BEGIN RSA PRIVATE " + "KEY-----\nabc\n-----END RSA PRIVATE KEY-----"
    text = f"ca: |\n{key}\nversion: 1\n"
    (found,) = find_leaks(text)
    assert text[found.start : found.end] == key


def test_a_private_key_without_an_end_reaches_to_the_end_of_the_text() -> None:
    text = "-----BEGIN PRIVATE " + "KEY-----\nabc\n"
    (found,) = find_leaks(text)
    assert found.end == len(text)


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "://a:",
        "-----BEGIN PRIVATE " + "KEY-----\n",
        "key-",
        "0123456789abcdef",
        "abcd ",
        "SG." + "a" * 20 + ".",
        "AKIA",
        "aws " + "a/",
        "password ",
        "aB3/",
        "re_A1",
        "AG1haWxlcgBj password ",
        "A" * 2001 + "=smtp",
        "://",
        "://user:password@ ",
        "-----BEGIN",
        "SG.",
        "app ",
        "é",
    ],
)
def test_time_is_linear_in_the_length(unit: str) -> None:
    text = "aws gmail postmark sparkpost mailjet\n" + unit * (1024 * 1024 // len(unit))
    start = time.process_time()
    find_leaks(text)
    assert time.process_time() - start < 3  # a quadratic search would take hours


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "login", ["\0mailer\0correct-horse", "admin\0mailer\0pässwort", "user=a@b\x01auth=Bearer t\x01\x01"]
)
@pytest.mark.parametrize("line", ["AUTH PLAIN {}", "# smtp login: {}", "password: {}"])
def test_a_login_as_it_is_sent(login: str, line: str) -> None:
    text = line.format(_encoded(login)) + "\n"
    (found,) = find_leaks(text)
    assert text[found.start : found.end] == _encoded(login)


@pytest.mark.parametrize(
    "text",
    [
        f"blob: {_encoded(chr(0) + 'mailer' + chr(0) + 'correct-horse')}",  # nothing near says what it is
        f"AUTH PLAIN {_encoded('no login at all, merely text')}",
        f"AUTH PLAIN {_encoded(chr(0) + 'mailer' + chr(0))}",
        f"AUTH PLAIN {_encoded(chr(0) * 3 + 'mailer')}",
        "smtp: abcdefghijklmnopqrstuvwxyzABCDEFGHIJ",
        f"password: x{_encoded(chr(0) + 'mailer' + chr(0) + 'correct-horse')}",
    ],
)
def test_what_is_no_login(text: str) -> None:
    assert find_leaks(text) == []
