"""SPF: records read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmconfig.dns.spf_record import parse_spf, spf_texts
from kmconfig.dns.spf_tree import grow_tree
from tests.dns.zone import zone


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("v=spf1", True),
        ("v=spf1 -all", True),
        ("V=SPF1 -ALL", True),
        ("v=spf10 -all", False),
        (" v=spf1 -all", False),
        ("v=spf1;-all", False),
        ("spf1 -all", False),
        ("v=DMARC1; p=none", False),
        ("", False),
    ],
)
def test_which_records_are_spf(text: str, *, is_one: bool) -> None:
    assert spf_texts([text]) == ((text,) if is_one else ())


@pytest.mark.parametrize(
    "text",
    [
        "v=spf1",
        "v=spf1 -all",
        "v=spf1   a    mx  ~all ",
        "v=spf1 +a -mx ?ptr ~all",
        "v=spf1 a:mail.acme.example a/24 a//64 a/24//64 a:mail.acme.example/24//64 mx:acme.example/30 -all",
        "v=spf1 ip4:192.0.2.1 ip4:192.0.2.0/24 ip6:2001:db8::1 ip6:2001:db8::/32 ip6:::ffff:192.0.2.1 -all",
        "v=spf1 include:_spf.acme.example. exists:%{i}._spf.acme.example -all",
        "v=spf1 include:%{ir}.%{v}.%{d}.spf.has.acme.example -all",
        "v=spf1 exists:%{l1r-}.%{d2}.acme.example ?all",
        "v=spf1 exists:acme.%{d} -all",
        "v=spf1 redirect=_spf.acme.example",
        "v=spf1 exp=explain.%{d} unknown=anything%% -all",
        "v=spf1 exists:%{D02R}.acme.example text=%{c} -all",
        "v=spf1 Include:_spf.acme.example A MX IP4:192.0.2.1 -ALL",
    ],
)
def test_sound_records(text: str) -> None:
    assert parse_spf(text).problems == ()


@pytest.mark.parametrize(
    "text",
    [
        "v=spf1 ipv4:192.0.2.1 -all",
        "v=spf1 include -all",
        "v=spf1 include: -all",
        "v=spf1 include:localhost -all",
        "v=spf1 include:acme.123 -all",
        "v=spf1 include:a,b -all all:x",
        "v=spf1 include=_spf.acme.example all.",
        "v=spf1 ip4 -all",
        "v=spf1 ip4:192.0.2.256 -all",
        "v=spf1 ip4:192.0.2.1/33 -all",
        "v=spf1 ip4:192.0.2.0/024 -all",
        "v=spf1 a/024 -all",
        "v=spf1 exists:%{c}.acme.example -all",
        "v=spf1 redirect=%{R}.acme.example",
        "v=spf1 exists:%{d0}.acme.example -all",
        "v=spf1 ip4:192.0.2.0/255.255.255.0 -all",
        "v=spf1 ip4:2001:db8::1 -all",
        "v=spf1 ip6:192.0.2.1 -all",
        "v=spf1 ip6:2001:db8::/129 -all",
        "v=spf1 ip6:fe80::1%eth0 -all",
        "v=spf1 a/33 -all",
        "v=spf1 a//129 -all",
        "v=spf1 mx/x -all",
        "v=spf1 all:acme.example",
        "v=spf1 exists -all",
        "v=spf1 exists:%{x}.acme.example -all",
        "v=spf1 exists:%{i.acme.example -all",
        "v=spf1 exists:100%.acme.example -all",
        "v=spf1 redirect=a.example redirect=b.example",
        "v=spf1 redirect=",
        "v=spf1 -all, mx",
        "v=spf1 ++all",
        "v=spf1 ptr/24 -all",
        "v=spf1 a\t-all",
        "v=spf1 ä -all",
        "v=spf1 \x1b[2J -all",
    ],
)
def test_broken_records(text: str) -> None:
    assert parse_spf(text).problems != ()


def test_what_stands_behind_all_is_idle() -> None:
    record = parse_spf("v=spf1 a -all mx include:x.example")
    assert [term.name for term in record.terms] == ["a", "all"]
    assert [term.name for term in record.idle] == ["mx", "include"]


@given(st.text() | st.text(alphabet="v=spf1 +-~?:/%{}.imxaeclud0123456789i4p6\x00ä", max_size=200))
def test_no_text_crashes(text: str) -> None:
    for record in (text, f"v=spf1 {text}"):
        parsed = parse_spf(record)
        assert parsed.text == record
        tree = grow_tree("acme.example", record, zone())
        assert tree.root is not None
        assert tree.lookups <= 50
