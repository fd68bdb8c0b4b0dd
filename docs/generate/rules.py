"""The pages on rules, from the rules themselves: a list, and a manual for each."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from docs.generate.markdown import row
from kmconfig.lint.manual import examples
from kmconfig.lint.rules.all import RULES
from kmconfig.providers.registry import PROVIDERS
from tests.lint.clean import TODAY, run_lint, write_example

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.lint.rule import Rule

FOLDER = "rules"
_TIERS = ("production", "staging", "development")
_AREAS = {
    "0": "The engine",
    "1": "Syntax, schema, layers",
    "2": "Transport",
    "3": "Credentials",
    "4": "Sender and test",
    "5": "Driver and platform",
    "6": "Environments and policy",
    "7": "Sender domain",
    "8": "Secrets and accounts",
}
_FIXES = {
    frozenset[bool](): "–",
    frozenset((True,)): "safe",
    frozenset((False,)): "unsafe",
    frozenset((True, False)): "safe or unsafe",
}


class Seen(NamedTuple):
    """What a rule's own examples show of it: whether its fixes are safe, and which manuals of providers it names."""

    fixes: frozenset[bool]
    manuals: tuple[str, ...]

    @property
    def fix(self) -> str:
        """The fix in a word."""
        return _FIXES[self.fixes]


def look_at_examples(rule: Rule) -> Seen:
    """Lint the examples of a rule's manual, as the tests do. Rules that ask servers offer no fixes."""
    fixes, helps = set(), []
    for example in () if rule.online else examples(rule.manual):
        with TemporaryDirectory() as folder:
            write_example(Path(folder), example)
            findings = run_lint(Path(folder), today=example.today or TODAY).findings
        own = [finding for finding in findings if finding.rule.code == rule.code]
        fixes |= {finding.fix.safe for finding in own if finding.fix is not None}
        helps += [finding.help for finding in own]
    named = [provider for provider in PROVIDERS if any(provider.documentation in text for text in helps)]
    return Seen(frozenset(fixes), tuple(f"[{provider.title}]({provider.documentation})" for provider in named))


def rules_page(seen: dict[str, Seen]) -> Iterator[str]:
    """All rules as a table for each area."""
    yield "# Rules"
    yield ""
    yield "Every rule has a page, made from its docstring, whose examples are tests; `kmconfig explain RULE` prints it."
    yield ""
    yield "`kmconfig lint --fix` applies safe fixes, `--unsafe-fixes` also those that somebody has to look at; in a"
    yield "layer that several environments share, every fix is unsafe. Offline rules look at files only, online rules"
    yield "also ask servers. Codes from KM900 on are for [rules of your own](plugins.md)."
    area = ""
    for rule in RULES:
        if rule.code[2] != area:
            area = rule.code[2]
            yield from ("", f"## {_AREAS[area]}", "")
            yield "| Code | Name | Production | Staging | Development | Fix | Looks |"
            yield "|---|---|---|---|---|---|---|"
        link = f"[{rule.code}]({FOLDER}/{rule.code}.md)"
        yield row(link, rule.name, *_severities(rule), seen[rule.code].fix, _looks(rule))


def rule_page(rule: Rule, seen: Seen) -> Iterator[str]:
    """One rule's manual, and what to do where it is wrong."""
    yield f"# {rule.code} {rule.name}"
    yield ""
    yield "| Production | Staging | Development | Fix | Looks |"
    yield "|---|---|---|---|---|"
    yield row(*_severities(rule), seen.fix, _looks(rule))
    yield ""
    yield from (_plain_fence(line) for line in rule.manual.splitlines())
    if seen.manuals:
        yield from ("", f"The provider's own manual: {', '.join(seen.manuals)}.")
    yield from ("", "## Suppressing it", "")
    yield from _suppression(rule)
    yield from ("", f"[All rules](../rules.md) · `kmconfig explain {rule.code}`")


def _suppression(rule: Rule) -> Iterator[str]:
    if rule.mandatory:
        yield "This rule can be neither suppressed nor switched off: correct the fault itself."
        return
    if rule.code.startswith("KM0"):
        yield "A comment cannot suppress what is said about comments."
    else:
        comment = f"# kmconfig: ignore[{rule.code}] why this is right here until=2027-03-31"
        yield "At the end of a line, or alone on the line above: a reason and, where it is to end, the last day."
        yield from ("", "```yaml", comment, "```")
    yield ""
    yield "For all files, in `kmconfig.yaml`: `off`, or another severity (`error`, `warning`, `note`)."
    yield from ("", "```yaml", "lint:", f"  rules: {{{rule.name}: off}}", "```")


def _severities(rule: Rule) -> Iterator[str]:
    yield from (rule.severity(tier) or "–" for tier in _TIERS)


def _looks(rule: Rule) -> str:
    return "online" if rule.online else "offline"


def _plain_fence(line: str) -> str:
    """Examples say in words which is which; the options are for the tests."""
    if line.startswith("```yaml bad"):
        return "Wrong:\n\n```yaml"
    if line.startswith("```yaml observed"):
        return "What is seen:\n\n```yaml"
    if line == "```dns":
        return "With these records:\n\n```dns"
    return "Right:\n\n```yaml" if line.startswith("```yaml good") else line


def rule_pages() -> dict[str, Iterator[str]]:
    """The list and all manuals, by their paths."""
    seen = {rule.code: look_at_examples(rule) for rule in RULES}
    manuals = {f"{FOLDER}/{rule.code}.md": rule_page(rule, seen[rule.code]) for rule in RULES}
    return {"rules.md": rules_page(seen), **manuals}
