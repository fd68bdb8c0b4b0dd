"""What is asked of a rule that comes from an installed package, before it counts and while it runs."""

from __future__ import annotations

import re
import sys
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec

from kmconfig.lint.finding import SEVERITIES, Finding, Label
from kmconfig.lint.rule import TIERS, Rule
from kmconfig.source.problem import Fix

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Requirement = tuple[Callable[[Rule], bool], str]

_Given = ParamSpec("_Given")

_CODE = re.compile(r"KM9[0-9]{2}")
#: A name must not read like a code, which is known in any case.
_NAME = re.compile(r"(?!km[0-9])[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST_NAME = 60


def unmet_requirement(rule: Rule) -> str | None:
    """What a rule lacks, as a sentence with the remedy; None where it can be used. It may have been made by hand."""
    for is_met, remedy in _REQUIREMENTS:
        if not is_met(rule):
            called = f"the rule `{rule.code}`" if isinstance(rule.code, str) else "a rule"
            return f"{called} {remedy}"
    return None


def guarded(rule: Rule) -> Rule:
    """The rule with checks that can only yield findings or fail: what else it does is a failure of the rule."""
    checks: dict[str, Any] = {name: _guarded(check) for name, check in _checks(rule).items()}
    return rule._replace(**checks)


def _checks(rule: Rule) -> dict[str, Callable[..., Iterator[Finding]]]:
    """The functions that look for the faults, by the fields they stand in."""
    named = ((name, getattr(rule, name)) for name in Rule._fields if name.startswith("check"))
    return {name: check for name, check in named if check is not None}


def _guarded(check: Callable[_Given, Iterator[Finding]]) -> Callable[_Given, Iterator[Finding]]:
    @wraps(check)
    def run(*args: _Given.args, **kwargs: _Given.kwargs) -> Iterator[Finding]:
        try:
            for finding in check(*args, **kwargs):
                _require_finding(finding)
                yield finding
        except SystemExit:  # taken at its word, the gate would be over with whatever code the rule likes
            raise RuntimeError("a rule tried to end the program") from None

    return run


def _require_finding(finding: Any) -> None:
    """Raise TypeError or ValueError for what no report could show."""
    if not isinstance(finding, Finding):
        raise TypeError("a rule yields findings")
    texts = (finding.message, finding.help, *finding.concerns)
    labels = (finding.primary, *finding.related)
    if not all(isinstance(text, str) for text in texts) or not all(isinstance(label, Label) for label in labels):
        raise TypeError("a finding consists of text and labels")
    if not isinstance(finding.fix, Fix | None) or not all(isinstance(label.text, str) for label in labels):
        raise TypeError("a fix is a Fix, and a label has text")
    if finding.severity not in (None, *SEVERITIES):
        raise ValueError("a severity is error, warning or note")


def _has_code(rule: Rule) -> bool:
    return isinstance(rule.code, str) and _CODE.fullmatch(rule.code) is not None


def _has_name(rule: Rule) -> bool:
    name = rule.name
    return isinstance(name, str) and len(name) <= _LONGEST_NAME and _NAME.fullmatch(name) is not None


def _has_severities(rule: Rule) -> bool:
    found = rule.severities
    if not isinstance(found, dict) or set(found) != set(TIERS):
        return False
    return all(severity in (None, *SEVERITIES) for severity in found.values()) and any(found.values())


def _has_check(rule: Rule) -> bool:
    checks = _checks(rule)
    return bool(checks) and all(callable(check) for check in checks.values()) and not rule.online


def _has_manual(rule: Rule) -> bool:
    module = sys.modules.get(rule.module) if isinstance(rule.module, str) else None
    text = getattr(module, "__doc__", None)
    return isinstance(text, str) and bool(text.strip())


_REQUIREMENTS: tuple[Requirement, ...] = (
    (_has_code, "needs a code from KM900 to KM999"),
    (_has_name, "needs a name in lower case such as `internal-relay-only`, which does not read like a code"),
    (_has_severities, "needs a severity for each tier, such as E/W/n, and must not be silent in all of them"),
    (_has_check, "needs a check that asks no servers; make it with @rule, @file_rule, @policy_rule or @project_rule"),
    (_has_manual, "has no manual; explain it in the docstring of its module"),
)
