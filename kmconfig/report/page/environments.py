"""One folded section for each environment: its settings with their origins, and all that was seen of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.report.lint_text import plural
from kmconfig.report.page.comparing import SIDE_BY_SIDE, origin_of, value_of
from kmconfig.report.page.comparison import compare
from kmconfig.report.page.elements import element
from kmconfig.report.page.findings import rule_anchor
from kmconfig.report.page.overview import findings_badges, way_out
from kmconfig.report.page.seen import dns_seen, drift_seen, plan_seen, runs_seen, secrets_seen
from kmconfig.report.page.tables import (
    anchor_of,
    badge,
    code,
    faint,
    fold,
    prose,
    section,
    setting_name,
    severity_badge,
    table,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kmconfig.report.page.elements import Element, Node
    from kmconfig.report.page.model import Document, EnvironmentView, Finding, Setting

_MOST_FINDINGS = 20
#: What tells of each kind of evidence, in the order of the page.
_TOLD: dict[str, Callable[[Document], Iterator[Element]]] = {
    "secrets": secrets_seen,
    "dns": dns_seen,
    "drift": drift_seen,
    "plan": plan_seen,
}


def environments(views: Sequence[EnvironmentView]) -> Element:
    """The section with all environments. Of many, each shows only what is not the same everywhere."""
    common = _common(views) if len(views) > SIDE_BY_SIDE else frozenset()
    return section("environments", "Environments", [_environment(view, common) for view in views])


def _common(views: Sequence[EnvironmentView]) -> frozenset[str]:
    """Settings of which all environments have the same value from the same place."""
    return frozenset(row.name for row in compare(views) if not row.differs and len(row.places) == 1)


def _environment(view: EnvironmentView, common: frozenset[str]) -> Element:
    title = [
        element("span", view.name, class_="name"),
        " ",
        element("span", view.tier, class_="chip"),
        " ",
        faint(way_out(view)),
        " ",
        *findings_badges(view),
    ]
    body = element("div", _body(view, common), id=anchor_of(view.name), class_="body")
    return fold(title, body, class_="environment")


def _body(view: EnvironmentView, common: frozenset[str]) -> Iterator[Element]:
    if not view.complete:
        told = "Files of this environment have faults, so settings may be missing here; the findings say which."
        yield element("p", badge("incomplete", "bad"), " ", told)
    yield from _settings(view, common)
    if view.findings:
        yield element("h3", "Findings")
        yield element("ul", [_finding(found) for found in view.findings[:_MOST_FINDINGS]])
        if len(view.findings) > _MOST_FINDINGS:
            yield element("p", faint(f"… and {plural(len(view.findings) - _MOST_FINDINGS, 'more finding')}"))
    yield from _seen(view)


def _seen(view: EnvironmentView) -> Iterator[Element]:
    for kind, tell in _TOLD.items():
        if kind in view.seen:
            yield from tell(view.seen[kind])
    if view.receipts:
        yield from runs_seen(view.receipts)


def _settings(view: EnvironmentView, common: frozenset[str]) -> Iterator[Element]:
    shown = [setting for setting in view.settings.values() if setting.name not in common]
    yield table(f"Settings of {view.name}", ["Setting", "Value", "Set at"], map(_setting, shown))
    if common:
        told = f"{plural(len(view.settings) - len(shown), 'more setting')} as in all environments: "
        yield element("p", faint(told), element("a", "settings side by side", href="#settings"))


def _setting(setting: Setting) -> list[Node | list[Node]]:
    return [setting_name(setting.name), value_of(setting), [*origin_of(setting)]]


def _finding(finding: Finding) -> Element:
    link = element("a", finding.code, href=f"#{rule_anchor(finding)}")
    severity = severity_badge(finding.severity, finding.severity)
    return element("li", severity, " ", link, " ", prose(finding.message), " ", faint("at "), code(finding.place))
