"""Writes the pages of docs/ that can drift from the code: `python docs/build.py`.

With `--check` it writes nothing and fails where a page is not current.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kmconfig.cli.app import COMMANDS, app
from kmconfig.environment.schemas import load_schema
from kmconfig.lint.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator

HERE = Path(__file__).parent
_TIERS = ("production", "staging", "development")
_AREAS = {
    "0": "The engine",
    "1": "Syntax, schema, layers",
    "2": "Transport",
    "3": "Credentials",
    "4": "Sender and test",
    "5": "Driver and platform",
    "6": "Environments and policy",
}


def rules_page() -> Iterator[str]:
    """Every rule's manual, by area."""
    yield "# Rules"
    yield ""
    yield "Made from the rules' own docstrings, whose examples are tests. `kmconfig explain RULE` prints one."
    area = ""
    for rule in RULES:
        if rule.code[2] != area:
            area = rule.code[2]
            yield from ("", f"## {_AREAS[area]}")
        severities = ", ".join(f"{tier} {rule.severity(tier) or 'off'}" for tier in _TIERS)
        yield from ("", f"### {rule.code} {rule.name}", "", f"*{severities}*", "")
        yield from (_plain_fence(line) for line in rule.manual.splitlines())


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


PAGES: dict[str, Callable[[], Iterator[str]]] = {
    "rules.md": rules_page,
    "settings.md": settings_page,
    "commands.md": commands_page,
}


def _plain_fence(line: str) -> str:
    """Examples say in words which is which; the options are for the tests."""
    if line.startswith("```yaml bad"):
        return "Wrong:\n\n```yaml"
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


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main() -> int:
    """Write the pages, or check that they are current."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a page is not current")
    check = parser.parse_args().check
    stale = []
    for name, page in PAGES.items():
        text = "\n".join(page()) + "\n"
        path = HERE / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not check:
            path.write_text(text, encoding="utf-8")
    if check and stale:
        sys.stderr.write(f"not current: {', '.join(stale)}; run `python docs/build.py`\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
