"""What was seen of sender domains, for people and for machines. Records are text from servers, and only ever data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kmconfig.lint.catalogue import find_rule
from kmconfig.report.escape import for_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.dns.examine import Examined
    from kmconfig.dns.spf_tree import Node, SpfTree
    from kmconfig.lint.sender_domain import DomainCheck
    from kmconfig.report.style import Style

_MARKS: Final = {
    "pass": ("good", "✓"),
    "note": ("note", "i"),
    "warn": ("warning", "!"),
    "fail": ("bad", "✗"),
    "unknown": ("error", "?"),
}
_WORDS: Final = {"pass": "passed", "note": "notes", "warn": "warnings", "fail": "failed", "unknown": "not checked"}
_TITLES: Final = {
    "KM701": "SPF record",
    "KM702": "SPF, one only",
    "KM703": "SPF, provider",
    "KM704": "SPF, lookups",
    "KM705": "SPF, others",
    "KM706": "DKIM key",
    "KM707": "DKIM, strength",
    "KM708": "DMARC policy",
    "KM709": "DMARC, strictness",
    "KM710": "MX",
    "KM711": "domain",
    "KM712": "DMARC, form",
    "KM713": "blocklists",
    "KM714": "SPF, form",
    "KM715": "DMARC, alignment",
    "KM716": "DMARC, reports",
    "KM717": "MTA-STS",
    "KM718": "TLS-RPT",
}
_WIDTH: Final = max(map(len, _TITLES.values()))
_LONGEST: Final = 100
_MOST_RECORDS: Final = 20
_LONGEST_RECORD: Final = 4096


def dns_object(environment: str, examined: Examined | None) -> dict[str, Any]:
    """One result of `kmconfig dns --format json` (schema/dns.v1.schema.json)."""
    if examined is None:
        return {"environment": environment, "domain": "", "checks": [], "spf": None}
    return {
        "environment": environment,
        "domain": examined.state.domain,
        "checks": [_check_object(check) for check in examined.state.checks],
        "spf": None if examined.spf is None else _tree_object(examined.spf),
    }


def dns_text(environment: str, examined: Examined, *, style: Style, server: str) -> Iterator[str]:
    """The checks of a domain, what to do about those that did not pass, and the tree of its SPF record."""
    provider = examined.sender.provider
    through = f", sent through {provider.title}" if provider is not None else ""
    yield f"{style('bold', for_terminal(environment))}  {for_terminal(examined.state.domain)}{through}"
    for check in examined.state.checks:
        yield from _check_lines(check, style=style)
    if examined.spf is not None and examined.spf.root is not None:
        yield from _tree_lines(examined.spf, examined.spf.root, style=style)
    yield f"  {style('faint', for_terminal(f'{_counts(examined)}; asked {server}'))}"


def _check_object(check: DomainCheck) -> dict[str, Any]:
    rule = find_rule(check.code)
    return {
        "code": check.code,
        "name": rule.name if rule is not None else check.code,
        "result": check.result,
        "records": [record[:_LONGEST_RECORD] for record in check.records[:_MOST_RECORDS]],
        "detail": check.detail,
        "help": check.help or None,
        "suggestion": check.suggestion or check.help or None,
    }


def _tree_object(tree: SpfTree) -> dict[str, Any]:
    return {
        "lookups": tree.lookups,
        "void_lookups": tree.void,
        "complete": not (tree.cut or tree.unknown or tree.macros),
        "steps": [] if tree.root is None else list(_steps(tree.root, 0)),
    }


def _steps(node: Node, depth: int) -> Iterator[dict[str, Any]]:
    yield {
        "depth": depth,
        "cause": node.cause[:_LONGEST_RECORD],
        "domain": node.domain[:_LONGEST_RECORD],
        "record": None if node.record is None else node.record[:_LONGEST_RECORD],
        "lookups": node.lookups,
        "problem": node.problem or None,
    }
    for child in node.children:
        yield from _steps(child, depth + 1)


def _check_lines(check: DomainCheck, *, style: Style) -> Iterator[str]:
    role, mark = _MARKS[check.result]
    title = _TITLES.get(check.code, check.code).ljust(_WIDTH)
    detail = for_terminal(check.detail)
    shown = f"could not check: {detail}" if check.result == "unknown" else detail
    yield f"  {style(role, mark)} {style('faint', check.code)}  {title}  {shown}"
    if check.result == "pass":
        return
    if check.help:
        yield f"      {style('help', 'help')}: {for_terminal(check.help)}"
    if check.suggestion:
        yield f"      {style('help', 'record')}: {for_terminal(check.suggestion)}"


def _tree_lines(tree: SpfTree, root: Node, *, style: Style) -> Iterator[str]:
    more = " or more" if tree.cut else ""
    yield f"  SPF: {tree.lookups}{more} of 10 lookups, {tree.void} of 2 that lead to nothing"
    yield from _node_lines(root, "    ", style=style)


def _node_lines(node: Node, indent: str, *, style: Style) -> Iterator[str]:
    cost = style("faint", f" [{node.lookups}]") if node.cause else ""
    yield f"{indent}{for_terminal(_short(node.cause or node.domain))}{cost}{_remark(node, style=style)}"
    for child in node.children:
        yield from _node_lines(child, f"{indent}  ", style=style)


def _remark(node: Node, *, style: Style) -> str:
    if node.problem:
        return f"  {style('bad', for_terminal(_short(node.problem)))}"
    return f"  {style('faint', for_terminal(_short(node.record)))}" if node.record is not None else ""


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _counts(examined: Examined) -> str:
    results = [check.result for check in examined.state.checks]
    return ", ".join(f"{results.count(result)} {word}" for result, word in _WORDS.items() if result in results)
