"""Findings as SARIF 2.1.0, within what GitHub code scanning reads of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmconfig import __version__
from kmconfig.lint.catalogue import rules as all_rules
from kmconfig.lint.finding import SEVERITIES
from kmconfig.lint.manual import prose
from kmconfig.report.escape import for_sarif, for_terminal, for_uri
from kmconfig.report.rules import explain_text, rule_entry
from kmconfig.report.spot import spot
from kmconfig.report.style import Style

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kmconfig.lint.engine import Outcome
    from kmconfig.lint.finding import Located
    from kmconfig.lint.rule import Rule
    from kmconfig.report.spot import Spot

#: What makes a rule a security rule on GitHub: a score as CVSS has it, by the rule's name.
SECURITY_SEVERITY = {
    "plaintext-secret": "9.1",
    "leaked-secret": "9.1",
    "credentials-in-clear": "8.1",
    "misspelt-host": "7.4",
    "no-encryption": "6.5",
}

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LONGEST = 1024
#: More results than this and GitHub refuses the whole file.
_MOST = 25_000
_PROBLEM = {"error": "error", "warning": "warning", "note": "recommendation"}
#: How sure the findings of an area are, by the code's first digit; the sender's are about taste.
_PRECISION = {"0": "very-high", "1": "very-high", "4": "medium"}
_ROOT = "%SRCROOT%"
_HEADINGS = {"bad": "Wrong:", "good": "Right:", "observed": "What is seen:"}


def sarif_document(
    outcome: Outcome, *, folder: str, category: str, rules: Sequence[Rule] | None = None
) -> dict[str, Any]:
    """The log of one run, with all ``rules`` whether they found something or not; by default every rule there is.

    ``folder`` is the root relative to the repository. ``category`` tells runs over different files of one commit
    apart, such as ``kmconfig/production/``. No text of the files is in it, so no secret either.
    """
    rules = all_rules() if rules is None else rules
    index = {rule.code: number for number, rule in enumerate(rules)}
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "kmconfig",
                        "semanticVersion": __version__,
                        "rules": [_rule(rule) for rule in rules],
                    }
                },
                "automationDetails": {"id": for_terminal(category)},
                "invocations": [_invocation(outcome)],
                "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
                "columnKind": "unicodeCodePoints",
                "results": [_result(finding, index, folder) for finding in _worst_first(outcome.findings)],
            }
        ],
    }


def _worst_first(findings: list[Located]) -> list[Located]:
    """All findings in their order, or the worst where there are too many."""
    if len(findings) <= _MOST:
        return findings
    return sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))[:_MOST]


def _rule(rule: Rule) -> dict[str, Any]:
    level = next(severity for severity in SEVERITIES if severity in rule.severities.values())
    properties: dict[str, Any] = {
        "precision": _PRECISION.get(rule.code[2], "high"),
        "problem.severity": _PROBLEM[level],
        "tags": ["email", "configuration"],
    }
    if rule.name in SECURITY_SEVERITY:
        properties["security-severity"] = SECURITY_SEVERITY[rule.name]
        properties["tags"].append("security")
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": _cut(rule_entry(rule)["summary"])},
        "fullDescription": {"text": _cut(prose(rule.manual))},
        "help": {"text": "\n".join(explain_text(rule, style=Style(enabled=False))), "markdown": _markdown(rule)},
        "defaultConfiguration": {"level": level},
        "properties": properties,
    }


def _cut(text: str) -> str:
    text = for_sarif(" ".join(text.split()))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rsplit(' ', 1)[0]}…"


def _markdown(rule: Rule) -> str:
    """The manual, with a heading over each example."""
    return "\n".join((f"# {rule.code} {rule.name}", "", *_manual(rule.manual), "", f"`kmconfig explain {rule.code}`"))


def _manual(manual: str) -> Iterator[str]:
    for line in manual.splitlines():
        if line.startswith("```yaml "):
            yield _HEADINGS[line.split()[1]]
            yield ""
            yield "```yaml"
        else:
            yield line


def _invocation(outcome: Outcome) -> dict[str, Any]:
    """Whether all rules ran: one that failed, or could not look, is not one that found nothing."""
    return {
        "executionSuccessful": not outcome.crashes,
        "toolExecutionNotifications": [
            *(
                _notification("error", crash.code, f"rule {crash.code} failed on {crash.environment}: {crash.detail}")
                for crash in outcome.crashes
            ),
            *(
                _notification("warning", code, f"not checked: {reason}")
                for reason, codes in outcome.unchecked().items()
                for code in codes
            ),
        ],
    }


def _notification(level: str, code: str, text: str) -> dict[str, Any]:
    return {"level": level, "message": {"text": for_sarif(text)}, "associatedRule": {"id": code}}


def _result(finding: Located, index: dict[str, int], folder: str) -> dict[str, Any]:
    related = [spot(place, folder) for place in finding.related]
    result: dict[str, Any] = {
        "ruleId": finding.rule.code,
        "level": finding.severity,
        "message": {"text": _message(finding, related)},
        "locations": [{"physicalLocation": _location(spot(finding.place, folder))}],
        "partialFingerprints": {"kmconfig/v1": finding.fingerprint},
        "properties": {"environments": [for_terminal(name) for name in finding.environments]},
    }
    if finding.setting:
        result["properties"]["setting"] = for_terminal(finding.setting)
    if finding.rule.code in index:
        result["ruleIndex"] = index[finding.rule.code]
    if related:
        result["relatedLocations"] = [
            {
                "id": number,
                "physicalLocation": _location(place),
                "message": {"text": for_sarif(place.text) or "related"},
            }
            for number, place in enumerate(related, 1)
        ]
    return result


def _message(finding: Located, related: list[Spot]) -> str:
    """The fact as a first sentence, the remedy, and a link to each related location."""
    fact = for_sarif(finding.message) or finding.rule.name
    lines = [fact if fact.endswith((".", "!", "?")) else f"{fact}."]
    if finding.help:
        lines.append(f"Help: {for_sarif(finding.help)}")
    if related:
        links = (f"[{_link_text(place)}]({number})" for number, place in enumerate(related, 1))
        lines.append(f"See {', '.join(links)}.")
    return "\n".join(lines)


def _link_text(place: Spot) -> str:
    text = for_terminal(place.text or f"{place.path}:{place.line}")
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def _location(place: Spot) -> dict[str, Any]:
    return {
        "artifactLocation": {"uri": for_uri(place.path), "uriBaseId": _ROOT},
        "region": {
            "startLine": place.line,
            "startColumn": place.column,
            "endLine": place.line,
            "endColumn": place.end_column,
        },
    }
