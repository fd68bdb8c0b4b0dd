"""What was found of a test message in its mailbox: for people and for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmconfig.report.escape import for_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.mail.confirm.authentication_results import MethodResult
    from kmconfig.mail.confirm.confirmation import Confirmation
    from kmconfig.mail.confirm.evidence import Evidence
    from kmconfig.report.style import Style

_LABEL = 9
_GOOD = "pass"
_SOURCES = {"return-path": "Return-Path", "dkim": "DKIM signature"}


def confirmation_object(confirmation: Confirmation) -> dict[str, Any]:
    """A confirmation in the JSON of `kmconfig test` (schema/test.v1.schema.json)."""
    evidence = confirmation.evidence
    return {
        "result": confirmation.result,
        "seconds": round(confirmation.seconds, 2),
        "folder": confirmation.folder,
        "spam": evidence.spam_folder is not None if evidence is not None else None,
        **_evidence_object(evidence),
        "problems": [{"problem": each.text, "remedies": list(each.remedies)} for each in confirmation.problems],
        "unknown": confirmation.unknown,
        "notes": list(confirmation.notes),
    }


def _evidence_object(evidence: Evidence | None) -> dict[str, Any]:
    if evidence is None:
        nothing = dict.fromkeys(("sender", "return_path", "reported_by", "spf", "dmarc"))
        return {**nothing, "via": [], "dkim": [], "signatures": []}
    sender, reported = evidence.sender, evidence.reported
    return {
        "sender": {"name": sender.name, "address": sender.address} if sender is not None else None,
        "return_path": evidence.return_path,
        "via": [{"domain": via.domain, "source": via.source} for via in evidence.via()],
        "reported_by": reported.server,
        "spf": _method(reported.spf),
        "dkim": [_method(result) for result in reported.dkim],
        "dmarc": _method(reported.dmarc),
        "signatures": [
            {"domain": each.domain, "selector": each.selector, "result": each.result, "detail": each.detail}
            for each in evidence.signatures
        ],
    }


def _method(result: MethodResult | None) -> dict[str, str] | None:
    return {"result": result.result, "domain": result.domain} if result is not None else None


def confirmation_lines(confirmation: Confirmation, *, style: Style, indent: str = "  ") -> Iterator[str]:
    """What was found, what is wrong with it, and what to do."""
    if confirmation.evidence is not None:
        for label, text in _facts(confirmation.evidence, style):
            yield f"{indent}  {label.ljust(_LABEL)} {text}"
    for problem in confirmation.problems:
        yield f"{indent}{style('bad', 'problem')}: {for_terminal(problem.text)}"
        for remedy in problem.remedies:
            yield f"{indent}{style('help', 'help')}:    {for_terminal(remedy)}"
    if confirmation.unknown is not None:
        yield f"{indent}{style('warning', 'could not check')}: {for_terminal(confirmation.unknown)}"
        if confirmation.unknown_help is not None:
            yield f"{indent}{style('help', 'help')}:    {for_terminal(confirmation.unknown_help)}"
    for note in confirmation.notes:
        yield f"{indent}{style('faint', 'note')}:    {for_terminal(note)}"
    if confirmation.result == "confirmed" and confirmation.folder is not None:
        where = f"{for_terminal(confirmation.folder)} after {confirmation.seconds:.1f} s"
        yield f"{indent}{style('good', 'confirmed')}: it arrived in {where}, and is authenticated"
    elif confirmation.result == "failed":
        yield f"{indent}{style('bad', 'not confirmed')}"


def _facts(evidence: Evidence, style: Style) -> Iterator[tuple[str, str]]:
    if evidence.sender is not None:
        sender = evidence.sender
        shown = f"{sender.name} <{sender.address}>" if sender.name else sender.address
        yield "shown as", for_terminal(shown)
    vias = [f"{via.domain} ({_SOURCES[via.source]})" for via in evidence.via()]
    if vias:
        yield "via", for_terminal(", ".join(vias))
    reported = evidence.reported
    by = f", says {reported.server or 'the receiving server'}" if reported.server is not None else ""
    for name, results in (("SPF", (reported.spf,)), ("DKIM", reported.dkim or (None,)), ("DMARC", (reported.dmarc,))):
        for result in results:
            yield name, _reported(result, by, style)
    for each in evidence.signatures:
        found = style("good" if each.result == _GOOD else "bad" if each.result == "fail" else "warning", each.result)
        yield "DKIM here", f"{found}  {for_terminal(f'{each.domain}, {each.detail}')}"
    if not evidence.signatures:
        yield "DKIM here", "not signed"


def _reported(result: MethodResult | None, by: str, style: Style) -> str:
    if result is None:
        return style("faint", "not reported by the receiving server")
    words = style("good" if result.result == _GOOD else "bad", result.result)
    return f"{words}  {for_terminal(f'{result.domain}{by}'.removeprefix(', '))}"
