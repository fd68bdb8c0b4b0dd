"""What a domain receives, whether it exists, and whether it stands on a blocklist."""

from __future__ import annotations

import pytest

from kmconfig.dns.examine import examine
from tests.dns.senders import check, results, seen, sender
from tests.dns.zone import zone


@pytest.mark.parametrize(
    ("text", "result", "words"),
    [
        ("acme.example MX 10 mail.acme.example", "pass", "mail goes to `mail.acme.example`"),
        ("acme.example MX 0 .", "warn", "null MX"),
        ("acme.example MX 10 gone.acme.example", "warn", "has no address"),
        ("acme.example MX 10 mail.acme.example\nacme.example MX 20 gone.acme.example", "note", "`gone.acme.example`"),
        ("acme.example MX 10 six.acme.example\nsix.acme.example AAAA 2001:db8::1", "pass", "six"),
        ("acme.example MX 10 down.acme.example\n; down.acme.example: timeout", "unknown", "TIMEOUT"),
        ("acme.example MX 10 mail.acme.example\nacme.example MX 20 down.test\n; down.test: servfail", "pass", "mail"),
    ],
)
def test_where_replies_go(text: str, result: str, words: str) -> None:
    found = check("KM710", text)
    assert found.result == result
    assert words in found.detail


@pytest.mark.parametrize(
    ("more", "result"),
    [("sub.acme.example A 192.0.2.1", "note"), ("", "warn"), ("; sub.acme.example: timeout", "unknown")],
)
def test_without_a_record_mail_goes_to_the_address(more: str, result: str) -> None:
    who = sender(domain="sub.acme.example", mail_domain="sub.acme.example")
    found = check("KM710", f'sub.acme.example TXT "v=spf1 -all"\n{more}', who)
    assert found.result == result
    assert (found.suggestion == "sub.acme.example. IN MX 10 <the host that takes your mail>.") == (result != "unknown")


def test_a_domain_that_does_not_exist_is_one_fault() -> None:
    examined = seen("", sender(domain="amce.test", mail_domain="amce.test"))
    assert results(examined) == {"KM711": "fail"}
    assert len(examined.state.checks) == 1
    assert examined.exit_code == 1


def test_a_domain_that_nobody_answers_for_was_not_checked() -> None:
    down = "\n".join(f"; {name}: timeout" for name in _names())
    examined = seen(down)
    assert set(results(examined).values()) == {"unknown"}
    assert examined.exit_code == 5


def _names() -> set[str]:
    records = zone()
    seen_by = sender()
    examine(seen_by, records, blocklists=False)
    return {name for name, _ in records.asked}


@pytest.mark.parametrize(
    ("name", "code", "broken"),
    [("_mta-sts", "KM717", "v=STSv1; id=2026-11"), ("_smtp._tls", "KM718", "v=TLSRPTv1; rua=x")],
)
def test_notes_about_what_is_received(name: str, code: str, broken: str) -> None:
    assert results(seen(f"; {name}.acme.example: none")) == {code: "note"}
    assert results(seen(f'{name}.acme.example TXT "{broken}"')) == {code: "note"}
    assert results(seen(f"; {name}.acme.example: timeout")) == {code: "unknown"}


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("", "pass"),
        ("acme.example.dbl.spamhaus.org A 127.0.1.2", "warn"),
        ("acme.example.multi.surbl.org A 127.0.0.8", "warn"),
        ("acme.example.dbl.spamhaus.org A 127.255.255.254", "unknown"),
        ("acme.example.multi.surbl.org A 127.0.0.1", "unknown"),
        ("acme.example.multi.surbl.org A 203.0.113.1", "pass"),
        ("; acme.example.dbl.spamhaus.org: servfail", "unknown"),
        ("acme.example.multi.surbl.org A 127.0.0.8\n; acme.example.dbl.spamhaus.org: servfail", "warn"),
    ],
)
def test_blocklists(text: str, result: str) -> None:
    found = seen(text, blocklists=True).state.check("KM713")
    assert found is not None
    assert found.result == result


def test_blocklists_are_asked_only_on_request() -> None:
    assert seen("acme.example.dbl.spamhaus.org A 127.0.1.2").state.check("KM713") is None


def test_a_sound_domain_has_nothing_to_say() -> None:
    examined = seen("", blocklists=True)
    assert results(examined) == {}
    assert examined.exit_code == 0


def test_an_address_is_no_host() -> None:
    found = check("KM710", "acme.example MX 10 192.0.2.1.")
    assert found.result == "warn"
    assert "`192.0.2.1` is an address, and MX takes a name" in found.detail


def test_the_null_record_has_to_go() -> None:
    assert "in its place" in check("KM710", "acme.example MX 0 .").help
