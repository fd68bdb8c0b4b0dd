"""Writes the pages of docs/ that can drift from the code: `python docs/build.py`.

With `--check` it writes nothing and fails where a page is not current, is missing, or is left over from a rule that
does not exist any more.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from kmconfig.cli.app import COMMANDS, app
from kmconfig.environment.schemas import load_schema
from kmconfig.lint.manual import examples
from kmconfig.lint.rules.all import RULES
from kmconfig.providers.registry import PROVIDERS

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from kmconfig.lint.rule import Rule

HERE = Path(__file__).parent
_RULE_PAGES = "rules"
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


def pages() -> dict[str, str]:
    """The text of every page by its path below docs/."""
    seen = {rule.code: look_at_examples(rule) for rule in RULES}
    made = {
        "rules.md": rules_page(seen),
        "settings.md": settings_page(),
        "commands.md": commands_page(),
        **{f"{_RULE_PAGES}/{rule.code}.md": rule_page(rule, seen[rule.code]) for rule in RULES},
    }
    return {path: "\n".join(lines) + "\n" for path, lines in made.items()}


def look_at_examples(rule: Rule) -> Seen:
    """Lint the examples of a rule's manual, as the tests do. Rules that ask servers offer no fixes."""
    from tests.lint.clean import TODAY, run_lint, write_example  # noqa: PLC0415 - below the root, see main

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
        link = f"[{rule.code}]({_RULE_PAGES}/{rule.code}.md)"
        yield _row(link, rule.name, *_severities(rule), seen[rule.code].fix, _looks(rule))


def rule_page(rule: Rule, seen: Seen) -> Iterator[str]:
    """One rule's manual, and what to do where it is wrong."""
    yield f"# {rule.code} {rule.name}"
    yield ""
    yield "| Production | Staging | Development | Fix | Looks |"
    yield "|---|---|---|---|---|"
    yield _row(*_severities(rule), seen.fix, _looks(rule))
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


def settings_page() -> Iterator[str]:
    """Every setting of an environment file, from the published schema."""
    schema = load_schema("environment")
    yield "# Settings"
    yield ""
    yield "Made from `schema/kmconfig.v1.schema.json`, which editors use too. `kmconfig schema` prints it."
    yield ""
    yield "| Setting | Meaning | Default |"
    yield "|---|---|---|"
    yield from _rows(schema, schema, ())


def commands_page() -> Iterator[str]:
    """Every command with its arguments and options."""
    yield "# Commands"
    yield ""
    yield "Made from the commands themselves; `kmconfig COMMAND --help` shows the same."
    context = click.Context(app, info_name="kmconfig")
    common = {parameter.name for parameter in app.params}
    yield from ("", "Every command also knows:", "", *_options(app))
    for name in COMMANDS:
        command = app.get_command(context, name)
        if command is None:
            raise ValueError(f"the command `{name}` is listed and cannot be loaded")
        own = [parameter for parameter in command.params if parameter.name not in common]
        arguments = [part.make_metavar(context) for part in own if isinstance(part, click.Argument)]
        yield from ("", f"## kmconfig {' '.join((name, *arguments))}", "")
        yield from (line.strip() for line in (command.help or "").strip().splitlines())
        yield from ("", *_options(command, without=common))


def _options(command: click.Command, without: Container[str | None] = ()) -> Iterator[str]:
    yield "| Option | Meaning |"
    yield "|---|---|"
    for option in command.params:
        if isinstance(option, click.Option) and option.name not in without:
            yield f"| `{_cell(', '.join(option.opts) + _value_of(option))}` | {_cell(option.help or '')} |"


def _value_of(option: click.Option) -> str:
    if option.is_flag or option.count:
        return ""
    choices = option.type.choices if isinstance(option.type, click.Choice) else ()
    return f" {option.metavar or '|'.join(str(choice) for choice in choices)}"


def _plain_fence(line: str) -> str:
    """Examples say in words which is which; the options are for the tests."""
    if line.startswith("```yaml bad"):
        return "Wrong:\n\n```yaml"
    if line.startswith("```yaml observed"):
        return "What is seen:\n\n```yaml"
    if line == "```dns":
        return "With these records:\n\n```dns"
    return "Right:\n\n```yaml" if line.startswith("```yaml good") else line


def _rows(schema: dict[str, Any], node: dict[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    for key, raw in node.get("properties", {}).items():
        child = _resolved(schema, raw)
        here = (*path, key)
        meaning = raw.get("description") or child.get("description") or child.get("title", "")
        default = raw.get("default", child.get("default"))
        shown = f"`{default}`" if default is not None else ""
        yield f"| `{'.'.join(here)}` | {_cell(meaning)} | {_cell(shown)} |"
        if child.get("title") != "Secret reference":
            yield from _rows(schema, child, here)


def _resolved(schema: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        target: Any = schema
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def _row(*cells: str) -> str:
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _cell(text: str) -> str:
    """Text in a table: outside code, what Markdown would take for markup stays what it is, but for links."""
    parts = re.split(r"(`[^`]*`)", " ".join(text.split()).replace("|", "\\|"))
    return "".join(part if part.startswith("`") else re.sub(r"[<*]", r"\\\g<0>", part) for part in parts)


def faults(folder: Path, made: dict[str, str]) -> dict[str, str]:
    """What is wrong with the pages of a folder, by their paths: missing, not current or left over."""
    found = {}
    for path, text in made.items():
        file = folder / path
        if not file.exists():
            found[path] = "missing"
        elif file.read_text(encoding="utf-8") != text:
            found[path] = "not current"
    present = (file.relative_to(folder).as_posix() for file in (folder / _RULE_PAGES).glob("**/*") if file.is_file())
    return found | dict.fromkeys(sorted(set(present) - made.keys()), "left over")


def correct(folder: Path, made: dict[str, str], paths: Iterable[str]) -> None:
    """Write pages, and remove those that are left over."""
    for path in paths:
        file = folder / path
        if path in made:
            file.parent.mkdir(exist_ok=True)
            file.write_text(made[path], encoding="utf-8")
        else:
            file.unlink()


def main() -> int:
    """Write the pages, or check that they are current."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a page is not current")
    check = parser.parse_args().check
    sys.path.insert(0, str(HERE.parent))
    made = pages()
    found = faults(HERE, made)
    if not check:
        correct(HERE, made, found)
        return 0
    for path, fault in found.items():
        sys.stderr.write(f"docs/{path}: {fault}\n")
    if found:
        sys.stderr.write("run `python docs/build.py`\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
