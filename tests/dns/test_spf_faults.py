"""SPF: what is wrong with a record."""

from __future__ import annotations

import pytest

from tests.dns.senders import check, results, seen, sender
from tests.dns.spf import OPEN, spf


@pytest.mark.parametrize(
    ("text", "more", "words"),
    [
        ("v=spf1 include:acme.example -all", (), "leads back to itself"),
        ("v=spf1 include:b.acme.example -all", ('b.acme.example TXT "v=spf1 include:acme.example"',), "back to itself"),
        ("v=spf1 redirect=acme.example", (), "leads back to itself"),
        ("v=spf1 include:mail.acme.example -all", (), "leads to no SPF record"),
        ("v=spf1 redirect=gone.acme.example", (), "leads to no SPF record"),
        (
            "v=spf1 include:b.acme.example -all",
            (f'b.acme.example TXT "{OPEN}"',) * 1 + ('b.acme.example TXT "v=spf1"',),
            "several",
        ),
        (
            "v=spf1 include:b.acme.example -all",
            ('b.acme.example TXT "v=spf1 nonsense"',),
            "the record of `b.acme.example`",
        ),
        (
            "v=spf1 mx -all",
            tuple(f"acme.example MX {number} h{number}.acme.example" for number in range(11)),
            "10 hosts",
        ),
    ],
)
def test_records_that_receivers_discard(text: str, more: tuple[str, ...], words: str) -> None:
    found = check("KM714", spf(text, *more))
    assert found.result == "fail"
    assert words in found.detail


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("v=spf1 mx", "neither `all` nor `redirect=`"),
        ("v=spf1 mx ?all", "`?all`"),
        ("v=spf1 -all mx", "nobody reads `mx`"),
        ("v=spf1 -all redirect=_spf.acme.example", "nobody reads `redirect=_spf.acme.example`, since the record has"),
        ("v=spf1 ptr -all", "`ptr` is slow"),
    ],
)
def test_what_nobody_should_write(text: str, words: str) -> None:
    found = check("KM714", spf(text))
    assert found.result == "warn"
    assert words in found.detail


@pytest.mark.parametrize(
    "text",
    [
        *("v=spf1 +all", "v=spf1 all", "v=spf1 redirect=o.test", "v=spf1 include:o.test -all"),
        *("v=spf1 ip4:0.0.0.0/0 -all", "v=spf1 ip4:0.0.0.0/1 ip4:128.0.0.0/1 -all", "v=spf1 ip6:::/0 -all"),
    ],
)
def test_everybody_may_send(text: str) -> None:
    assert check("KM705", spf(text, 'o.test TXT "v=spf1 +all"')).result == "fail"


@pytest.mark.parametrize(
    "text",
    [
        *("v=spf1 -include:o.test -all", "v=spf1 -all include:o.test", "v=spf1 ?include:o.test ~all"),
        *("v=spf1 -ip4:0.0.0.0/0 -all", "v=spf1 ip4:0.0.0.0/1 -all", "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all"),
    ],
)
def test_what_lets_nobody_pass_by_itself(text: str) -> None:
    assert check("KM705", spf(text, 'o.test TXT "v=spf1 +all"')).result == "pass"


def test_no_record() -> None:
    found = check("KM701", "acme.example TXT other", sender("gmail"))
    assert found.result == "fail"
    assert found.suggestion == 'acme.example. IN TXT "v=spf1 include:_spf.google.com ~all"'
    assert results(seen("acme.example TXT other")) == {"KM701": "fail"}


def test_a_record_that_only_looks_like_one_is_named() -> None:
    assert "`spf1 mx -all` does not begin with" in check("KM701", spf("spf1 mx -all")).detail


def test_several_records_are_joined() -> None:
    found = check("KM702", spf(OPEN, 'acme.example TXT "v=spf1 mx include:x.example ~all"'))
    assert found.result == "fail"
    assert found.suggestion == 'acme.example. IN TXT "v=spf1 ip4:192.0.2.0/24 mx include:x.example -all"'


def test_a_redirect_is_joined_as_an_include() -> None:
    found = check("KM702", spf("v=spf1 redirect=x.example", 'acme.example TXT "v=spf1 mx ~all"'))
    assert found.suggestion == 'acme.example. IN TXT "v=spf1 include:x.example mx ~all"'
