"""SPF: records read, followed and judged."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmconfig.dns.answer import Answer
from kmconfig.dns.spf_record import parse_spf, spf_texts
from kmconfig.dns.spf_tree import grow_tree
from tests.dns.senders import check, results, seen, sender
from tests.dns.zone import Zone, zone

OPEN = "v=spf1 ip4:192.0.2.0/24 -all"


def spf(text: str, *more: str) -> str:
    return "\n".join((f'acme.example TXT "{text}"', *more))


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


# What it costs


@pytest.mark.parametrize(
    ("text", "lookups"),
    [
        (OPEN, 0),
        ("v=spf1 a mx include:_spf.acme.example -all", 3),
        ("v=spf1 a:mail.acme.example mx ptr exists:acme.example -all", 4),
        ("v=spf1 redirect=_spf.acme.example", 1),
        ("v=spf1 -all redirect=_spf.acme.example", 0),
        ("v=spf1 -all include:_spf.acme.example", 0),
        ("v=spf1 include:%{d}.acme.example exists:%{i}.acme.example -all", 2),
        ("v=spf1 include:_spf.acme.example include:_spf.acme.example -all", 2),
    ],
)
def test_what_counts_as_a_lookup(text: str, lookups: int) -> None:
    examined = seen(spf(text))
    assert examined.spf is not None
    assert examined.spf.lookups == lookups


def chain(length: int) -> str:
    links = [f'n{number}.acme.example TXT "v=spf1 include:n{number + 1}.acme.example -all"' for number in range(length)]
    return spf("v=spf1 include:n0.acme.example -all", *links, f'n{length}.acme.example TXT "{OPEN}"')


@pytest.mark.parametrize(
    ("length", "result"), [(0, "pass"), (7, "pass"), (8, "warn"), (9, "warn"), (10, "fail"), (200, "fail")]
)
def test_the_limit_counts_what_includes_cost(length: int, result: str) -> None:
    found = check("KM704", chain(length))
    assert found.result == result
    assert (f"{length + 1} of 10" in found.detail) == (length < 200)


def test_a_record_that_explodes_is_not_followed_to_its_end() -> None:
    doubling = [
        f'n{number}.acme.example TXT "v=spf1 include:n{number + 1}.acme.example include:n{number + 1}.acme.example"'
        for number in range(40)
    ]
    records = zone(spf("v=spf1 include:n0.acme.example -all", *doubling))
    tree = grow_tree("acme.example", "v=spf1 include:n0.acme.example -all", records)
    assert tree.cut
    assert len(records.asked) <= 40


def test_the_tree_shows_where_the_lookups_go() -> None:
    more = (
        '_spf.acme.example TXT "v=spf1 a:mail.acme.example include:b.acme.example ~all"',
        f'b.acme.example TXT "{OPEN}"',
    )
    examined = seen(spf("v=spf1 include:_spf.acme.example mx -all", *more))
    assert examined.spf is not None
    root = examined.spf.root
    assert root is not None
    assert [(child.cause, child.lookups) for child in root.children] == [("include:_spf.acme.example", 3), ("mx", 1)]
    assert [child.cause for child in root.children[0].children] == ["a:mail.acme.example", "include:b.acme.example"]
    assert root.lookups == 4


@pytest.mark.parametrize(
    ("text", "void"),
    [
        ("v=spf1 a:gone.acme.example -all", 1),
        ("v=spf1 mx:gone.acme.example mx:mail.acme.example -all", 2),
        ("v=spf1 exists:gone.acme.example a:acme.example -all", 1),
        ("v=spf1 exists:%{i}.gone.acme.example a:acme.example -all", 0),
        ("v=spf1 a:six.acme.example -all", 0),
    ],
)
def test_lookups_that_lead_to_nothing(text: str, void: int) -> None:
    examined = seen(spf(text, "six.acme.example AAAA 2001:db8::1"))
    assert examined.spf is not None
    assert examined.spf.void == void
    assert results(examined) == ({"KM714": "note"} if void else {})


def test_more_than_two_of_them_are_too_many() -> None:
    found = check("KM714", spf("v=spf1 a:x1.acme.example a:x2.acme.example a:x3.acme.example -all"))
    assert (found.result, found.detail) == ("fail", "3 lookups lead to nothing, and 2 may")


# What is wrong


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


# The provider


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


# Nobody answers


def test_what_gave_no_answer_could_not_be_checked() -> None:
    examined = seen("; acme.example: servfail")
    assert {results(examined)[code] for code in ("KM701", "KM702", "KM704", "KM705", "KM711", "KM714")} == {"unknown"}
    assert examined.exit_code == 5


@pytest.mark.parametrize("kind", ["servfail", "timeout", "refused"])
def test_an_include_that_gave_no_answer(kind: str) -> None:
    examined = seen(spf("v=spf1 include:down.test -all", f"; down.test: {kind}"))
    assert results(examined) == dict.fromkeys(("KM704", "KM705", "KM714"), "unknown")
    assert examined.exit_code == 5


def test_a_fault_that_was_seen_counts_though_others_gave_no_answer() -> None:
    examined = seen(spf("v=spf1 include:down.test +all", "; down.test: timeout"))
    assert results(examined)["KM705"] == "fail"
    assert examined.exit_code == 1


def test_includes_are_waited_for_side_by_side() -> None:
    together, lock, asked = threading.Barrier(5, timeout=10), threading.Lock(), set[str]()

    def ask(name: str, _kind: str) -> Answer:
        with lock:
            known = name in asked
            asked.add(name)
        if not known:
            together.wait()
        return Answer("timeout", detail=name)

    tree = grow_tree("acme.example", "v=spf1 a:a.test mx:b.test include:c.test include:d.test redirect=e.test", ask)
    assert (tree.lookups, len(tree.unknown), len(asked)) == (5, 5, 5)
