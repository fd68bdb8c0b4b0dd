"""DMARC: records read, found by walking up the tree, and judged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmconfig.dns.dmarc_policy import effective_policy, walk_up
from kmconfig.dns.dmarc_record import dmarc_texts, nearly_dmarc, parse_dmarc
from tests.dns.senders import check, results, seen, sender
from tests.dns.zone import Zone, txt

REPORTS = "rua=mailto:dmarc-reports@acme.example"
WANTED = "acme.example._report._dmarc.reports.example"
NONE = "; _dmarc.acme.example: none"


def dmarc(text: str, *more: str) -> str:
    return "\n".join((f'_dmarc.acme.example TXT "{text}"', *more))


@pytest.mark.parametrize(
    ("text", "is_one", "is_near"),
    [
        ("v=DMARC1", True, False),
        ("v=DMARC1; p=none", True, False),
        ("v = DMARC1 ; p=none", True, False),
        ("v=DMARC1;p=none;", True, False),
        ("v=dmarc1; p=none", False, True),
        (" v=DMARC1; p=none", False, True),
        ("v=DMARC1 p=none", False, True),
        ("v=DMARC2; p=none", False, True),
        ("'v=DMARC1; p=none'", False, True),
        ("p=none; v=DMARC1", False, False),
        ("v=spf1 -all", False, False),
    ],
)
def test_which_records_are_dmarc(text: str, *, is_one: bool, is_near: bool) -> None:
    assert bool(dmarc_texts([text])) == is_one
    assert bool(nearly_dmarc([text])) == is_near


def test_a_whole_record() -> None:
    text = "v=DMARC1; p=Reject; sp=quarantine; np=reject; adkim=s; aspf=S; fo=1:d; t=n; psd=n; " + REPORTS
    record = parse_dmarc(text + ", mailto:x@reports.example!10m")
    assert (record.policy, record.subdomains, record.missing) == ("reject", "quarantine", "reject")
    assert (record.strict_dkim, record.strict_spf, record.testing, record.suffix) == (True, True, False, "n")
    assert record.report_to == ("acme.example", "reports.example")
    assert record.faults == record.oddities == ()


def test_what_is_not_written() -> None:
    record = parse_dmarc("v=DMARC1; p=quarantine")
    assert (record.policy, record.subdomains, record.missing) == ("quarantine", "quarantine", "quarantine")
    assert (record.strict_dkim, record.strict_spf, record.testing, record.suffix) == (False, False, False, "u")


@pytest.mark.parametrize(
    "tag",
    [
        *("p=", "p=rejct", "p=reject p=none", "sp=all", "np=1", "nonsense", "p=none; p=reject"),
    ],
)
def test_tags_that_receivers_cannot_read(tag: str) -> None:
    assert parse_dmarc(f"v=DMARC1; {tag}").faults != ()


@pytest.mark.parametrize(
    "tag",
    [
        *("adkim=x", "aspf=relaxed", "t=1", "psd=maybe", "fo=q", "fo=1:"),
        *("rua=dmarc@acme.example", "rua=mailto:", "rua=mailto:nobody", "rua=https://acme.example", "rua="),
        *("rua=mailto:a@b@c.example", "ruf=mailto:a b@acme.example"),
    ],
)
def test_tags_that_receivers_ignore_leave_the_policy_in_force(tag: str) -> None:
    record = parse_dmarc(f"v=DMARC1; p=reject; {tag}")
    assert (record.policy, record.faults, len(record.oddities)) == ("reject", (), 1)
    examined = seen(dmarc(f"v=DMARC1; p=reject; {tag}; {REPORTS if not tag.startswith('rua') else ''}"))
    assert results(examined)["KM712"] == "warn"
    assert "KM709" not in results(examined)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("v=dmarc1; p=reject; rua=mailto:a@acme.example", "v=DMARC1; p=reject; rua=mailto:a@acme.example"),
        (" V=DMARC1; p=reject", "v=DMARC1; p=reject"),
        ("v=DMARC1 p=quarantine", "v=DMARC1; p=quarantine"),
        ("v=DMARC2; p=reject", "v=DMARC1; p=none; rua=mailto:dmarc-reports@acme.example"),
        ("v=dmarc1; p=rejct", "v=DMARC1; p=none; rua=mailto:dmarc-reports@acme.example"),
    ],
)
def test_the_record_to_paste_keeps_what_was_meant(text: str, wanted: str) -> None:
    found = check("KM712", dmarc(text))
    assert (found.result, found.suggestion) == ("fail", f'_dmarc.acme.example. IN TXT "{wanted}"')


def test_reports_of_single_messages_need_a_permission_too() -> None:
    text = dmarc(f"v=DMARC1; p=reject; {REPORTS}; ruf=mailto:x@reports.example", "reports.example A 192.0.2.1")
    found = check("KM716", text)
    assert found.result == "warn"
    assert found.suggestion == f'{WANTED}. IN TXT "v=DMARC1"'
    assert check("KM716", f"{text}\n{WANTED} TXT v=DMARC1").result == "pass"


@given(st.text() | st.text(alphabet="v=DMARC1;psrunatdkimfo:@,!.%\t x"))
def test_no_text_crashes(text: str) -> None:
    for record in (text, f"v=DMARC1; {text}", f"v=DMARC1; rua={text}"):
        parsed = parse_dmarc(record)
        assert parsed.policy in ("none", "quarantine", "reject")
        assert effective_policy(parsed, inherited=True) in ("none", "quarantine", "reject")
        assert len(dmarc_texts([record])) + len(nearly_dmarc([record])) <= 1


# The tree


def test_the_walk_goes_up_to_one_label() -> None:
    zone = Zone('_dmarc.acme.test TXT "v=DMARC1; p=none"')
    walk = walk_up("a.b.acme.test", zone)
    names = ("a.b.acme.test", "b.acme.test", "acme.test", "test")
    assert zone.asked == [(f"_dmarc.{name}", "TXT") for name in names]
    assert walk.organisation == "acme.test"


def test_a_deep_name_is_not_walked_label_by_label() -> None:
    zone = Zone('_dmarc.acme.test TXT "v=DMARC1; p=none"')
    walk_up("a.b.c.d.e.f.g.h.i.j.acme.test", zone)
    names = [name for name, _ in zone.asked]
    assert names[:2] == ["_dmarc.a.b.c.d.e.f.g.h.i.j.acme.test", "_dmarc.f.g.h.i.j.acme.test"]
    assert len(names) == 8


@pytest.mark.parametrize(
    ("records", "organisation"),
    [
        ("_dmarc.a.b.acme.test TXT v=DMARC1;p=none", "a.b.acme.test"),
        ("_dmarc.b.acme.test TXT v=DMARC1;p=none\n_dmarc.acme.test TXT v=DMARC1;p=none", "acme.test"),
        ("_dmarc.b.acme.test TXT v=DMARC1;psd=n\n_dmarc.acme.test TXT v=DMARC1;p=none", "b.acme.test"),
        ("_dmarc.test TXT v=DMARC1;psd=y\n_dmarc.a.b.acme.test TXT v=DMARC1;p=none", "acme.test"),
        ("_dmarc.test TXT v=DMARC1;psd=y", "acme.test"),
        ("_dmarc.acme.test TXT v=DMARC1;psd=y", "b.acme.test"),
        ("_dmarc.acme.test TXT v=DMARC1;p=none\n_dmarc.acme.test TXT v=DMARC1;p=reject", "a.b.acme.test"),
        ("x.test A 192.0.2.1", "a.b.acme.test"),
    ],
)
def test_the_organisation_s_domain(records: str, organisation: str) -> None:
    assert walk_up("a.b.acme.test", Zone(records.replace(";", "\\;"))).organisation == organisation


@pytest.mark.parametrize(
    ("text", "inherited", "policy"),
    [
        ("p=reject", False, "reject"),
        ("p=reject; sp=none", False, "reject"),
        ("p=reject; sp=none", True, "none"),
        ("p=none; sp=reject", True, "reject"),
        ("p=reject; t=y", False, "quarantine"),
        ("p=quarantine; t=y", False, "none"),
        ("p=reject; sp=quarantine; t=y", True, "none"),
    ],
)
def test_what_receivers_are_asked_to_do(text: str, policy: str, *, inherited: bool) -> None:
    assert effective_policy(parse_dmarc(f"v=DMARC1; {text}"), inherited=inherited) == policy


# The checks


def test_a_subdomain_inherits() -> None:
    who = sender(domain="mail.acme.example", mail_domain="mail.acme.example")
    text = dmarc(f"v=DMARC1; p=reject; sp=none; {REPORTS}")
    assert "that of `acme.example`" in check("KM708", text, who).detail
    found = check("KM709", text, who)
    assert found.result == "note"
    assert "`sp=none`" in found.detail


def test_a_public_suffix_has_the_last_word() -> None:
    text = f'{NONE}\n_dmarc.example TXT "v=DMARC1; psd=y; p=reject; rua=mailto:x@acme.example"'
    assert "that of `example`" in check("KM708", text).detail


def test_no_policy() -> None:
    assert results(seen(NONE)) == {"KM708": "fail"}
    found = check("KM708", NONE)
    assert found.suggestion == '_dmarc.acme.example. IN TXT "v=DMARC1; p=none; rua=mailto:dmarc-reports@acme.example"'


def test_a_record_in_the_wrong_place() -> None:
    text = f'{NONE}\nacme.example TXT "v=DMARC1; p=none"\nacme.example TXT "v=spf1 include:_spf.acme.example -all"'
    assert "belongs below `_dmarc`" in check("KM708", text).detail


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("v=DMARC1; p=rejct; " + REPORTS, "fail"),
        ("v=DMARC1; p=none; p=reject; " + REPORTS, "fail"),
        ("v=dmarc1; p=none", "fail"),
        ("v=DMARC1; " + REPORTS, "warn"),
        ("v=DMARC1; p=reject; pct=50; " + REPORTS, "warn"),
        ("v=DMARC1; p=reject; pct=100; unknown=x; " + REPORTS, "pass"),
    ],
)
def test_the_form_of_a_record(text: str, result: str) -> None:
    assert check("KM712", dmarc(text)).result == result


def test_several_records() -> None:
    examined = seen(dmarc("v=DMARC1; p=none", '_dmarc.acme.example TXT "v=DMARC1; p=reject"'))
    assert results(examined) == {"KM712": "fail"}


@pytest.mark.parametrize("name", ["_dmarc.acme.example", "_dmarc.example"])
def test_nobody_answers(name: str) -> None:
    examined = seen(f"{NONE}\n; {name}: timeout" if name != "_dmarc.acme.example" else f"; {name}: servfail")
    assert results(examined)["KM708"] == "unknown"
    assert examined.exit_code == 5


# Alignment


@pytest.mark.parametrize(
    ("text", "mail_domain", "result"),
    [
        ("p=reject", "acme.example", "pass"),
        ("p=reject", "mg.acme.example", "pass"),
        ("p=reject; adkim=s", "acme.example", "pass"),
        ("p=reject; adkim=s", "mg.acme.example", "warn"),
        ("p=reject; aspf=s", "acme.example", "note"),
        ("p=reject", "mg.partner.example", "fail"),
    ],
)
def test_the_domain_that_signs_and_the_one_in_from(text: str, mail_domain: str, result: str) -> None:
    who = sender("mailgun", mail_domain=mail_domain)
    assert check("KM715", dmarc(f"v=DMARC1; {text}; {REPORTS}"), who).result == result


def test_a_mailbox_of_the_domain_itself_aligns_strictly() -> None:
    assert check("KM715", dmarc(f"v=DMARC1; p=reject; aspf=s; adkim=s; {REPORTS}"), sender("gmail")).result == "pass"


def test_alignment_that_nobody_can_tell() -> None:
    who = sender("mailgun", mail_domain="mg.partner.example")
    assert check("KM715", "; _dmarc.mg.partner.example: timeout", who).result == "unknown"


# Reports


@pytest.mark.parametrize(
    ("to", "more", "result"),
    [
        ("dmarc@acme.example", "", "pass"),
        ("dmarc@mail.acme.example", "", "pass"),
        ("x@reports.example", "", "warn"),
        ("x@reports.example", f'{WANTED} TXT "v=DMARC1"', "pass"),
        (
            "x@reports.example",
            f'{WANTED} TXT "v=DMARC1; rua=mailto:y@z.example"',
            "pass",
        ),
        ("x@reports.example", '*._report._dmarc.reports.example TXT "v=DMARC1"', "pass"),
        ("x@reports.example", f'{WANTED} TXT "other"', "warn"),
        ("x@reports.example", f"; {WANTED}: servfail", "unknown"),
    ],
)
def test_where_reports_go(to: str, more: str, result: str) -> None:
    found = check("KM716", dmarc(f"v=DMARC1; p=reject; rua=mailto:{to}", more))
    assert found.result == result
    assert result != "warn" or found.suggestion == 'acme.example._report._dmarc.reports.example. IN TXT "v=DMARC1"'


def test_reports_that_go_nowhere() -> None:
    assert check("KM716", dmarc("v=DMARC1; p=reject")).result == "note"


def test_many_receivers_are_not_all_asked() -> None:
    to = ",".join(f"mailto:x@r{number}.example" for number in range(40))
    found = check("KM716", f"_dmarc.acme.example TXT {txt(f'v=DMARC1; p=reject; rua={to}')}")
    assert found.result == "warn"
    assert "and 1 more" in found.detail
