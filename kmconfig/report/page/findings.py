"""What lint found: by severity and rule, each with its places and the remedy."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from kmconfig.lint.finding import SEVERITIES
from kmconfig.report.lint_text import concerned, plural
from kmconfig.report.page.elements import element
from kmconfig.report.page.tables import code, faint, fold, prose, section, severity_badge

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kmconfig.report.page.elements import Element, Node
    from kmconfig.report.page.model import Finding, Report

#: A rule with more findings is folded.
_OPEN = 3
#: More findings of one rule are counted only.
_MOST = 200


def findings(report: Report) -> Element:
    """The section with all findings, the gravest first."""
    told: list[Node] = [_rule(list(found)) for _, found in groupby(_in_order(report), key=lambda found: found.code)]
    if not told:
        clean = "Lint found nothing." if not report.unchecked else "Lint found nothing, but not everything was checked."
        told = [element("p", clean, class_="calm")]
    return section("findings", "Findings", told, _unchecked(report.unchecked))


def rule_anchor(finding: Finding) -> str:
    """The id of what is said about a rule."""
    return f"rule-{finding.code}"


def _in_order(report: Report) -> list[Finding]:
    """The findings of one rule beside each other; rules by the gravest of their findings."""
    worst: dict[str, int] = {}
    for found in report.findings:
        rank = SEVERITIES.index(found.severity)
        worst[found.code] = min(worst.get(found.code, rank), rank)
    return sorted(report.findings, key=lambda found: (worst[found.code], found.code, SEVERITIES.index(found.severity)))


def _rule(found: Sequence[Finding]) -> Element:
    first = found[0]
    heading = element(
        "h3",
        severity_badge(first.severity, first.severity),
        " ",
        first.name,
        " ",
        code(first.code),
        id=rule_anchor(first),
    )
    shown = element("ul", [_item(finding) for finding in found[:_MOST]], class_="found")
    rest = element("p", faint(f"… and {plural(len(found) - _MOST, 'more finding')}")) if len(found) > _MOST else None
    body = [shown] if rest is None else [shown, rest]
    if len(found) > _OPEN:
        body = [
            fold(
                [plural(len(found), "finding"), " such as: ", element("span", prose(first.message), class_="faint")],
                body,
            )
        ]
    return element("article", heading, body, class_=f"rule {first.severity}")


def _item(finding: Finding) -> Element:
    return element("li", element("p", prose(finding.message), class_="message"), element("dl", _facts(finding)))


def _facts(finding: Finding) -> Iterator[Node]:
    if finding.help:
        yield from _fact("Remedy", prose(finding.help))
    if finding.fix:
        yield from _fact("Fix", prose(finding.fix))
    yield from _fact("At", code(finding.place))
    if finding.environments:
        yield from _fact("In", concerned(finding.environments))


def _fact(term: str, told: Node | list[Node]) -> Iterator[Element]:
    yield element("dt", term)
    yield element("dd", told)


def _unchecked(reasons: Sequence[str]) -> Element | None:
    if not reasons:
        return None
    return element(
        "div", element("h3", "Not checked"), element("ul", [element("li", prose(reason)) for reason in reasons])
    )
