"""The top of the page: the counts, and how every environment stands."""

from __future__ import annotations

from itertools import compress
from operator import not_
from typing import TYPE_CHECKING, NamedTuple

from kmconfig.environment.environment import TIERS
from kmconfig.lint.finding import SEVERITIES
from kmconfig.report.lint_text import plural
from kmconfig.report.page.elements import element
from kmconfig.report.page.states import (
    dns_state,
    drift_state,
    last_run,
    moment,
    plan_state,
    run_state,
    secrets_state,
    started,
)
from kmconfig.report.page.tables import badge, faint, fold, link_to, section, severity_badge, table, tone_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kmconfig.report.page.elements import Element, Node
    from kmconfig.report.page.model import Document, EnvironmentView, Report
    from kmconfig.report.page.states import State

#: Of more environments, those that need no look are folded.
_MOST_AT_A_GLANCE = 20


class _Kind(NamedTuple):
    """A kind of evidence: what people call it, the command that prints it, and how it says that things stand."""

    title: str
    command: str
    judge: Callable[[Document], State]

    def of(self, view: EnvironmentView) -> State | None:
        """How an environment stands; None where nothing was given."""
        found = view.seen.get(self.command)
        return self.judge(found) if found is not None else None


_KINDS = (
    _Kind("Secrets", "secrets", secrets_state),
    _Kind("DNS", "dns", dns_state),
    _Kind("Drift", "drift", drift_state),
    _Kind("Plan", "plan", plan_state),
)


def overview(report: Report) -> Element:
    """The section with the counts and the table of environments."""
    return section("overview", "Overview", element("ul", _tiles(report), class_="tiles"), _glance(report))


def way_out(view: EnvironmentView) -> str:
    """The driver and, where mail leaves through a server of its own, which."""
    driver = view.value("email.driver")
    place = {
        "smtp": view.value("email.smtp.host"),
        "mailgun": view.value("email.mailgun.domain"),
        "ses": view.value("email.ses.region"),
    }.get(driver, "")
    return f"{driver} · {place}" if place else driver or "not known"


def findings_badges(view: EnvironmentView) -> list[Node]:
    """How many findings of each severity an environment has."""
    found = [
        severity_badge(severity, plural(view.count(severity), severity))
        for severity in SEVERITIES
        if view.count(severity)
    ]
    return [*found] if found else [badge("no findings", "good")]


def _tiles(report: Report) -> Iterator[Element]:
    for severity in SEVERITIES:
        count = report.count(severity)
        yield _tile(f"{count:,}", _noun(count, severity), tone_of(severity) if count else "good")
    tiers = [view.tier for view in report.environments]
    told = ", ".join(f"{tiers.count(tier)} {tier}" for tier in TIERS if tier in tiers)
    count = len(tiers)
    yield _tile(f"{count:,}", _noun(count, "environment"), "plain", told)
    for kind in _KINDS:
        known = [state for view in report.environments if (state := kind.of(view)) is not None]
        if known:
            yield _evidence_tile(kind.title, known)
    yield _last_apply(report)


def _evidence_tile(title: str, states: list[State]) -> Element:
    wrong = [state for state in states if state.tone != "good"]
    tones = ("bad", "warning", "unknown", "note")
    tone = min((state.tone for state in wrong), key=tones.index, default="good")
    if not wrong:
        return _tile("all well", title, tone, f"in {plural(len(states), 'environment')}")
    return _tile(f"{len(wrong):,} of {len(states):,}", title, tone, "environments to look at")


def _last_apply(report: Report) -> Element:
    receipt = last_run(report.environments)
    if receipt is None:
        return _tile("–", "Last apply", "plain", "no receipts were given")
    state = run_state(receipt)
    when = moment(started(receipt)) or receipt["run"]
    return _tile(state.text, "Last apply", state.tone, f"{receipt['environment']}, {when}")


def _noun(count: int, noun: str) -> str:
    return noun.capitalize() if count == 1 else f"{noun.capitalize()}s"


def _tile(figure: str, label: str, tone: str, remark: str = "") -> Element:
    return element(
        "li",
        element("span", figure, class_="figure"),
        element("span", " ", label, class_="label"),
        element("span", " ", remark, class_="faint") if remark else None,
        class_=f"tile {tone}",
    )


def _glance(report: Report) -> list[Element]:
    views = report.environments
    kinds = [kind for kind in _KINDS if any(kind.command in view.seen for view in views)]
    runs = any(view.receipts for view in views)
    headings = ["Environment", "Tier", "Mail goes through", "Findings", *(kind.title for kind in kinds)]
    rows = [_glance_row(view, kinds, runs=runs) for view in views]
    headings += ["Last run"] if runs else []
    if len(views) <= _MOST_AT_A_GLANCE:
        return [table("Environments at a glance", headings, rows)]
    wanting = [needs_a_look(view) for view in views]
    listed = table("Environments to look at", headings, compress(rows, wanting))
    others = table("Other environments", headings, compress(rows, map(not_, wanting)))
    folded = fold(plural(len(views) - sum(wanting), "other environment"), others)
    return [listed, folded] if any(wanting) else [folded]


def needs_a_look(view: EnvironmentView) -> bool:
    """Whether there is more to say of an environment than notes."""
    seen = [state for kind in _KINDS if (state := kind.of(view)) is not None]
    seen += [run_state(receipt) for receipt in view.receipts[:1]]
    wrong = any(state.tone not in ("good", "note") for state in seen)
    return wrong or not view.complete or view.count("error") + view.count("warning") > 0


def _glance_row(view: EnvironmentView, kinds: Sequence[_Kind], *, runs: bool) -> list[Node | list[Node]]:
    cells: list[Node | list[Node]] = [link_to(view.name), view.tier, way_out(view), findings_badges(view)]
    for kind in kinds:
        state = kind.of(view)
        cells.append(badge(*state) if state is not None else faint("not given"))
    if runs:
        cells.append(_run_cell(view))
    return cells


def _run_cell(view: EnvironmentView) -> Node | list[Node]:
    if not view.receipts:
        return faint("none")
    receipt = view.receipts[0]
    return [badge(*run_state(receipt)), " ", element("span", moment(started(receipt)), class_="faint when")]
