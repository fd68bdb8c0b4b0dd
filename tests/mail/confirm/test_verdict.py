"""What is made of the evidence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kmconfig.mail.confirm.authentication_results import MethodResult
from kmconfig.mail.confirm.evidence import Evidence
from kmconfig.mail.confirm.header import ShownSender
from kmconfig.mail.confirm.signatures import Signature
from kmconfig.mail.confirm.trust import Reported
from kmconfig.mail.confirm.verdict import Judgement, judge, not_arrived

OWN, OTHER = "acme.test", "bulkmail.test"


def evidence(
    spf: str | None = None,
    dkim: str | None = None,
    dmarc: str | None = None,
    *,
    envelope: str = OWN,
    signed: str | None = OWN,
    ours: str = "pass",
    spam: str | None = None,
    sender: str = f"licensing@{OWN}",
) -> Evidence:
    """A message from acme.test; ``signed`` for a domain, ``ours`` being our own verdict on that."""
    reported = Reported(
        server="mx.mailhouse.test" if spf or dkim or dmarc else None,
        spf=MethodResult("spf", spf, {"smtp.mailfrom": envelope}) if spf else None,
        dkim=(MethodResult("dkim", dkim, {"header.d": signed or OWN}),) if dkim else (),
        dmarc=MethodResult("dmarc", dmarc, {"header.from": OWN}) if dmarc else None,
        ignored=(),
    )
    verdicts = {"pass": "pass", "fail": "fail", "unverifiable": "unverifiable"}
    signatures = (
        (Signature(domain=signed, selector="s1", result=verdicts[ours], detail="as tested"),)  # type: ignore[arg-type]
        if signed
        else ()
    )
    return Evidence(
        sender=ShownSender("", sender), return_path=envelope, reported=reported, signatures=signatures, spam_folder=spam
    )


def outcome(judgement: Judgement) -> str:
    if judgement.problems:
        return "failed"
    return "unknown" if judgement.unknown else "confirmed"


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (evidence("pass", "pass", "pass"), "confirmed"),
        (evidence("softfail", "pass", "pass"), "confirmed"),
        (evidence("pass", "none", "pass", signed=None), "confirmed"),
        (evidence("pass", "pass", "fail", envelope=OTHER, signed=OTHER), "failed"),
        (evidence("pass", "none", "fail", envelope=OTHER, signed=None), "failed"),
        (evidence("pass", "fail", "pass"), "failed"),
        (evidence("pass", "pass", "none"), "confirmed"),
        (evidence("pass", "pass", "none", envelope=OTHER, signed=OTHER), "failed"),
        (evidence("fail", None, None, signed=None), "failed"),
        (evidence("fail", None, None, ours="unverifiable"), "failed"),
        (evidence("none", "none", "none", signed=None), "failed"),
        (evidence("pass", None, None, envelope=OTHER), "confirmed"),
        (evidence("pass", None, None, envelope=OTHER, ours="unverifiable"), "unknown"),
        (evidence("pass", None, None, envelope=OTHER, ours="fail"), "failed"),
        (evidence("temperror", "temperror", "temperror"), "unknown"),
        (evidence("neutral", "temperror", None), "unknown"),
        (evidence(), "confirmed"),
        (evidence(ours="fail"), "failed"),
        (evidence(ours="unverifiable"), "unknown"),
        (evidence(signed=OTHER), "unknown"),
        (evidence(signed=None), "unknown"),
        (evidence(None, "pass", None, signed=None), "unknown"),
        (evidence("pass", "pass", "pass", sender="nobody"), "failed"),
    ],
)
def test_verdicts(found: Evidence, expected: str) -> None:
    judgement = judge(found)
    assert outcome(judgement) == expected
    assert all(problem.remedies for problem in judgement.problems)


def test_spam_fails_whatever_is_reported() -> None:
    judgement = judge(evidence("pass", "pass", "pass", spam="Junk"))
    assert [problem.text for problem in judgement.problems] == ["the message lies in the spam folder `Junk`"]


def test_remedies_for_what_is_not_aligned() -> None:
    (problem,) = judge(evidence("pass", "pass", "fail", envelope=OTHER, signed=OTHER)).problems
    assert "signed for bulkmail.test" in problem.text
    assert any("DKIM records" in remedy for remedy in problem.remedies)
    assert any("Return-Path" in remedy for remedy in problem.remedies)


@pytest.mark.parametrize(
    ("found", "via"),
    [
        (evidence(), []),
        (evidence(envelope=f"em1.{OWN}", signed=f"mail.{OWN}"), []),
        (evidence(envelope=OTHER), [(OTHER, "return-path")]),
        (evidence(signed=OTHER), [(OTHER, "dkim")]),
        (evidence(envelope=OTHER, signed=OTHER), [(OTHER, "return-path"), (OTHER, "dkim")]),
        (evidence(envelope=OTHER, signed=None), [(OTHER, "return-path")]),
    ],
)
def test_via(found: Evidence, via: list[tuple[str, str]]) -> None:
    assert [(each.domain, each.source) for each in found.via()] == via


def test_notes_on_what_is_no_failure() -> None:
    notes = " / ".join(judge(evidence("softfail", "pass", "pass", signed=None)).notes)
    assert "not signed" in notes
    assert "SPF says softfail" in notes
    assert "carries no signature" in notes
    assert "no DMARC record" in " / ".join(judge(evidence("pass", "pass", "none")).notes)
    assert "our own check" in " / ".join(judge(evidence("pass", "pass", "pass", ours="fail")).notes)


@pytest.mark.parametrize(
    ("configured", "rewritten"),
    [("", False), (f"licensing@{OWN}", False), (f"Licensing@{OWN.upper()}", False), ("portal@zürich.test", True)],
)
def test_a_sender_that_was_rewritten(configured: str, rewritten: bool) -> None:
    judgement = judge(replace(evidence("pass", "pass", "pass"), configured=configured))
    assert any("rewrote it" in note for note in judgement.notes) == rewritten
    assert outcome(judgement) == "confirmed"


def test_what_did_not_arrive_has_remedies() -> None:
    problem = not_arrived(("INBOX", "Junk"), 120.0)
    assert problem.text == "the message has not arrived in `INBOX` and `Junk` after 120 s"
    assert len(problem.remedies) >= 3


def test_a_dmarc_record_that_cannot_be_read() -> None:
    judgement = judge(evidence("pass", "pass", "permerror"))
    assert outcome(judgement) == "failed"
    (problem,) = judgement.problems
    assert "permerror" in problem.text
    assert "`kmconfig dns`" in problem.remedies[0]


@pytest.mark.parametrize(("signed", "expected"), [(OWN, "confirmed"), (OTHER, "failed")])
def test_dmarc_of_another_sender_counts_for_nothing(signed: str, expected: str) -> None:
    found = evidence("pass", "pass", "pass", envelope=OTHER, signed=signed)
    elsewhere = MethodResult("dmarc", "pass", {"header.from": OTHER})
    judgement = judge(replace(found, reported=replace(found.reported, dmarc=elsewhere)))
    assert outcome(judgement) == expected
    assert any(f"judged DMARC for `{OTHER}`" in note for note in judgement.notes)


def test_a_header_that_was_not_read_to_its_end() -> None:
    found = replace(evidence("pass", "pass", "pass"), sender=None, header_cut=True)
    judgement = judge(found)
    assert outcome(judgement) == "unknown"
    assert "too long" in (judgement.unknown or "")
    assert outcome(judge(replace(found, header_cut=False))) == "failed"


def test_the_dns_knows_better_than_names_do() -> None:
    found = evidence("pass", "pass", None, envelope="a.shared.test", signed="a.shared.test", sender="x@b.shared.test")
    assert outcome(judge(found)) == "confirmed"
    apart = replace(found, organisations={"a.shared.test": "a.shared.test", "b.shared.test": "b.shared.test"})
    assert outcome(judge(apart)) == "failed"
    assert [each.domain for each in apart.via()] == ["a.shared.test", "a.shared.test"]


def test_a_domain_that_the_dns_says_nothing_of_belongs_to_the_one_above() -> None:
    found = evidence("pass", "pass", None, envelope="m.a.shared.test", signed=None, sender="x@a.shared.test")
    assert outcome(judge(replace(found, organisations={"a.shared.test": "a.shared.test"}))) == "confirmed"
