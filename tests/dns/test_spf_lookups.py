"""SPF: what following a record costs."""

from __future__ import annotations

import pytest

from kmconfig.dns.spf_tree import grow_tree
from tests.dns.senders import check, results, seen
from tests.dns.spf import OPEN, spf
from tests.dns.zone import zone


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
