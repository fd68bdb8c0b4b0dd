"""The catalogue of rules and one rule's manual."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmconfig.report.escape import for_terminal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kmconfig.lint.rule import Rule
    from kmconfig.report.style import Style

_TIERS = ("production", "staging", "development")


def rules_document(rules: Iterable[Rule]) -> dict[str, Any]:
    """All rules for machines."""
    return {"version": 1, "rules": [rule_entry(rule) for rule in rules]}


def rule_entry(rule: Rule) -> dict[str, Any]:
    """One rule for machines: code, name, severity by tier, and whether it can be switched off."""
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": {tier: rule.severity(tier) or "off" for tier in _TIERS},
        "mandatory": rule.mandatory,
        "summary": _first_sentence(rule.manual),
    }


def rules_text(rules: Iterable[Rule], *, style: Style) -> Iterator[str]:
    """All rules as a table."""
    rows = list(rules)
    width = max(len(rule.name) for rule in rows)
    yield style("bold", f"{'code':6} {'rule'.ljust(width)}  {'production':10} {'staging':10} {'development':11}")
    for rule in rows:
        cells = [_cell(rule.severity(tier), width, style) for tier, width in zip(_TIERS, (10, 10, 11), strict=True)]
        yield f"{rule.code:6} {rule.name.ljust(width)}  {' '.join(cells)}".rstrip()


def explain_text(rule: Rule, *, style: Style) -> Iterator[str]:
    """One rule's manual."""
    yield style("bold", f"{rule.code} {rule.name}")
    yield ", ".join(f"{tier}: {rule.severity(tier) or 'off'}" for tier in _TIERS)
    if rule.mandatory:
        yield "can be neither suppressed nor switched off"
    yield ""
    for line in rule.manual.splitlines():
        yield _heading(for_terminal(line), style)


def _heading(line: str, style: Style) -> str:
    if line.startswith("```yaml bad"):
        return style("bad", "wrong:")
    if line.startswith("```yaml good"):
        return style("good", "right:")
    if line.startswith("```yaml observed"):
        return style("faint", "what is seen:")
    if line == "```dns":
        return style("faint", "with these records:")
    return "" if line == "```" else line


def _cell(severity: str | None, width: int, style: Style) -> str:
    text = (severity or "off").ljust(width)
    return style(severity, text) if severity else style("faint", text)


def _first_sentence(manual: str) -> str:
    text = " ".join(manual.split("\n\n", maxsplit=1)[0].split())
    return text.split(". ", 1)[0].rstrip(".") + "."
