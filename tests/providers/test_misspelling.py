from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmconfig.providers.misspelling import edit_distance, likely_host
from kmconfig.providers.registry import PROVIDERS, provider_of_host

_HOSTS = sorted({host for provider in PROVIDERS for host in provider.example_hosts()})
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@pytest.mark.parametrize(
    ("written", "meant", "edits"),
    [
        ("smtp.sendgird.net", "smtp.sendgrid.net", 1),
        ("smtp.sendgrid.ne", "smtp.sendgrid.net", 1),
        ("smtp.sendgriid.net", "smtp.sendgrid.net", 1),
        ("smpt.gmail.com", "smtp.gmail.com", 1),
        ("smtp.gmial.com", "smtp.gmail.com", 1),
        ("smtp.gmail.co", "smtp.gmail.com", 1),
        ("smtp.gmail.co.uk", "smtp.gmail.com", 1),
        ("gmail.com", "smtp.gmail.com", 1),
        ("mail.gmail.com", "smtp.gmail.com", 1),
        ("smtp.mailgun.com", "smtp.mailgun.org", 1),
        ("smtp.office356.com", "smtp.office365.com", 1),
        ("smtp.outlook.com", "smtp-mail.outlook.com", 1),
        ("email-smpt.us-east-1.amazonaws.com", "email-smtp.us-east-1.amazonaws.com", 1),
        ("email-smtp.us-east1.amazonaws.com", "email-smtp.us-east-1.amazonaws.com", 1),
        ("smpt.gmial.com", "smtp.gmail.com", 2),
        ("SMTP.SENDGIRD.NET.", "smtp.sendgrid.net", 1),
    ],
)
def test_what_was_meant(written: str, meant: str, edits: int) -> None:
    guess = likely_host(written)
    assert guess is not None
    assert (guess.host, guess.edits) == (meant, edits)


@pytest.mark.parametrize(
    "host",
    [
        *("smtp.mail.com", "smtp.ymail.com", "smtp.mail.ru", "smtp.mailbox.org", "smtp.live.com", "smtp.qq.com"),
        *("mail.acme.example", "smtp.acme.example", "localhost", "192.0.2.1", "mailpit", "smtp.example.com"),
        *("email.us-east-1.amazonaws.com", "email-smtp.ap-nowhere-9.amazonaws.com", "api.sendgrid.net"),
        *("acme-example.mail.protection.outlook.com", "sandbox.smtp.mailtrap.io", "imap.gmail.com"),
        "vpce-0a1b.email-smtp.eu-west-1.vpce.amazonaws.com",
    ],
)
def test_real_hosts_are_no_misspellings(host: str) -> None:
    assert likely_host(host) is None


@pytest.mark.parametrize("host", _HOSTS)
def test_no_providers_host_is_a_misspelling_of_another(host: str) -> None:
    assert likely_host(host) is None


@given(st.sampled_from(_HOSTS), st.data())
def test_one_letter_too_many_is_one_edit(host: str, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(host)))
    written = host[:position] + data.draw(st.sampled_from(_LETTERS)) + host[position:]
    if provider_of_host(written) is None:
        guess = likely_host(written)
        assert guess is None or guess.edits == 1
        assert edit_distance(written, host, limit=2) == 1


@given(st.text(_LETTERS, max_size=12), st.text(_LETTERS, max_size=12))
def test_distance_is_symmetric_and_zero_for_equals(one: str, other: str) -> None:
    assert edit_distance(one, other, limit=3) == edit_distance(other, one, limit=3)
    assert (edit_distance(one, other, limit=3) == 0) == (one == other)


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [("abcd", "abdc", 1), ("abcd", "abc", 1), ("abcd", "abxd", 1), ("abcd", "badc", 2), ("abcd", "wxyz", 3)],
)
def test_distance(one: str, other: str, distance: int) -> None:
    assert edit_distance(one, other, limit=2) == distance
