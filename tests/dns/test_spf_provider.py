"""SPF: whether the provider may send."""

from __future__ import annotations

import pytest

from tests.dns.senders import check, seen, sender
from tests.dns.spf import OPEN, spf
from tests.dns.zone import Zone, zone


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("v=spf1 include:_spf.google.com -all", "pass"),
        ("v=spf1 redirect=_spf.google.com", "pass"),
        ("v=spf1 include:b.acme.example -all", "pass"),
        ("v=spf1 include:_netblocks.google.com -all", "pass"),
        ("v=spf1 include:notgoogle.com -all", "fail"),
        ("v=spf1 -include:_spf.google.com -all", "fail"),
        ("v=spf1 ?include:b.acme.example -all", "fail"),
        ("v=spf1 -all include:_spf.google.com", "fail"),
        ("v=spf1 exists:%{i}.acme.example -all", "note"),
        ("v=spf1 include:down.acme.example -all", "unknown"),
        (OPEN, "fail"),
    ],
)
def test_the_provider_may_send(text: str, result: str) -> None:
    more = (
        f'_spf.google.com TXT "{OPEN}"\n_netblocks.google.com TXT "{OPEN}"\nnotgoogle.com TXT "{OPEN}"',
        'b.acme.example TXT "v=spf1 include:_spf.google.com -all"',
        "; down.acme.example: servfail",
    )
    assert check("KM703", spf(text, *more), sender("gmail")).result == result


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (OPEN, "v=spf1 ip4:192.0.2.0/24 include:_spf.google.com -all"),
        ("v=spf1 -include:_spf.google.com mx -all", "v=spf1 mx include:_spf.google.com -all"),
        ("v=spf1 -all include:_SPF.google.com", "v=spf1 include:_spf.google.com -all"),
        ("v=spf1 mx redirect=b.acme.example", "v=spf1 mx include:_spf.google.com redirect=b.acme.example"),
    ],
)
def test_the_include_goes_where_it_counts(text: str, wanted: str) -> None:
    more = ('_spf.google.com TXT "v=spf1 -all"', 'b.acme.example TXT "v=spf1 -all"')
    found = check("KM703", spf(text, *more), sender("gmail"))
    assert found.suggestion == f'acme.example. IN TXT "{wanted}"'
    assert check("KM703", spf(wanted, *more), sender("gmail")).result == "pass"


def test_mailgun_s_own_domain_holds_it() -> None:
    who = sender("mailgun", mail_domain="mg.acme.example")
    includes = "v=spf1 include:mailgun.org ~all"
    text = f'mg.acme.example TXT "{includes}"\nmailgun.org TXT "{OPEN}"'
    assert check("KM703", text, who).result == "pass"
    elsewhere = check("KM703", spf(includes, f'mailgun.org TXT "{OPEN}"'), who)
    assert (elsewhere.result, elsewhere.suggestion) == ("fail", f'mg.acme.example. IN TXT "{includes}"')
    assert check("KM703", "; mg.acme.example: servfail", who).result == "unknown"


def test_bounces_that_go_to_the_provider_need_no_include() -> None:
    found = check("KM703", "", sender("ses"))
    assert (found.result, found.suggestion) == ("note", "")
    assert "`include:amazonses.com`" in found.help
    assert check("KM701", "acme.example TXT other", sender("ses")).suggestion.endswith('"v=spf1 mx ~all"')


@pytest.mark.parametrize(
    ("text", "result"),
    [("v=spf1 -all", "warn"), ("v=spf1 ?mx ~all", "warn"), ("v=spf1 mx -all", None), ("v=spf1 ?all", None)],
)
def test_a_record_that_lets_nobody_send(text: str, result: str | None) -> None:
    found = seen(spf(text), sender(None)).state.check("KM703")
    assert (found and found.result) == result
    assert seen(spf(text), sender("sendgrid")).state.check("KM703") is None


@pytest.mark.parametrize("slug", ["sendgrid", "postmark", None])
def test_who_needs_no_include_is_not_looked_for(slug: str | None) -> None:
    assert seen("", sender(slug)).state.check("KM703") is None


def test_nothing_to_paste_comes_from_a_hostile_record() -> None:
    hostile = Zone('acme.example TXT "v=spf1 \\027[2J -all"').over(zone())
    assert hostile("acme.example", "TXT").records == ("v=spf1 \x1b[2J -all",)
    assert check("KM703", 'acme.example TXT "v=spf1 \\027[2J -all"', sender("gmail")).suggestion == ""
    quoting = check("KM703", 'acme.example TXT "v=spf1 a:x\\"y.test -all"', sender("gmail")).suggestion
    assert '\\"' in quoting
