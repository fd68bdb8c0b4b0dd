from __future__ import annotations

import pytest

from kmconfig.providers.hosts import is_ip_address, is_loopback, is_mail_catcher
from kmconfig.providers.mail_domains import domain_of, is_disposable, is_free_mail
from kmconfig.providers.placeholders import is_noreply, is_placeholder_address, is_placeholder_domain


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "127.8.9.10", "::1", "[::1]", "0:0:0:0:0:0:0:1"])
def test_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["127.acme.example", "128.0.0.1", "::2", "localhost.acme.example", "acme.example"])
def test_not_loopback(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("host", "expected"),
    [("192.0.2.1", True), ("2001:db8::1", True), ("[2001:db8::1]", True), ("192.0.2.acme.example", False)],
)
def test_ip_address(host: str, *, expected: bool) -> None:
    assert is_ip_address(host) is expected


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("mailpit", True),
        ("mailhog.internal.example", True),
        ("sandbox.smtp.mailtrap.io", True),
        ("live.smtp.mailtrap.io", False),
        ("mail.acme.example", False),
    ],
)
def test_mail_catcher(host: str, *, expected: bool) -> None:
    assert is_mail_catcher(host) is expected


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        *[(name, True) for name in ("gmail.com", "yahoo.com", "yahoo.co.uk", "hotmail.fr", "outlook.de", "live.com")],
        *[(name, True) for name in ("msn.com", "me.com", "gmx.at", "web.de", "proton.me", "qq.com", "yandex.ru")],
        *[(name, False) for name in ("acme.example", "yahoo.acme.example", "mail.gmail.com", "livewire.com", "yahoo")],
    ],
)
def test_free_mail(domain: str, *, expected: bool) -> None:
    assert is_free_mail(domain) is expected


def test_disposable_domains_include_their_subdomains() -> None:
    assert is_disposable("mailinator.com")
    assert is_disposable("acme.mailinator.com")
    assert not is_disposable("notmailinator.com")


def test_domain_of_an_address() -> None:
    assert domain_of("Licensing@Acme.Example.") == "acme.example"


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        *[(name, True) for name in ("example.com", "mail.example.org", "smtp.yourdomain.com", "yourcompany.io")],
        *[(name, True) for name in ("domain.com", "changeme", "CHANGEME", "mg.your-domain.com")],
        *[(name, False) for name in ("acme.example", "mail.test", "notexample.com", "subdomain.com", "gmail.com")],
    ],
)
def test_placeholder_domain(domain: str, *, expected: bool) -> None:
    assert is_placeholder_domain(domain) is expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [("noreply@yourdomain.com", True), ("your-email@gmail.com", True), ("licensing@acme.example", False)],
)
def test_placeholder_address(address: str, *, expected: bool) -> None:
    assert is_placeholder_address(address) is expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("noreply@acme.example", True),
        ("No-Reply+eu@acme.example", True),
        ("do_not_reply@acme.example", True),
        ("support@acme.example", False),
        ("support@noreply.example", False),
    ],
)
def test_noreply(address: str, *, expected: bool) -> None:
    assert is_noreply(address) is expected
