"""What an import made of a `.env`, for people and for machines. Texts of the file are only ever data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kmconfig.report.escape import for_terminal
from kmconfig.report.initial_secrets import Pasting, store_command, storing_text
from kmconfig.report.lint_json import lint_document
from kmconfig.report.lint_text import lint_text
from kmconfig.source.writing import yaml_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.importing.item import Item, Status
    from kmconfig.importing.pending import Outlook
    from kmconfig.importing.result import Imported
    from kmconfig.report.style import Style

_MARKS: Final = {"add": ("good", "+"), "change": ("changed", "~"), "remove": ("bad", "-")}
_SECTIONS: Final[tuple[tuple[Status, str, str], ...]] = (
    ("left", "bad", "not carried over"),
    ("missing", "warning", "not in the file"),
    ("unused", "faint", "not used for mail, and left alone"),
    ("unset", "faint", "empty"),
)


def imported_document(imported: Imported, *, written: bool) -> dict[str, Any]:
    """What `kmconfig import --format json` prints (schema/import.v1.schema.json)."""
    return {
        "version": 1,
        "environment": imported.aim.environment,
        "source": imported.aim.source,
        "path": imported.aim.path,
        "written": written,
        "text": imported.text,
        "tier": imported.aim.tier,
        "laravel": None
        if imported.laravel is None
        else {"version": imported.laravel.number, "by": imported.laravel.by, "certain": imported.laravel.certain},
        "items": [_item_object(item) for item in imported.items],
        "secrets": [
            {"setting": setting, "reference": reference, "command": command}
            for setting, reference, command in _secrets(imported)
        ],
        "plan": None if imported.outlook is None else _outlook_object(imported.outlook),
        "findings": lint_document(imported.outcome)["findings"],
    }


def imported_text(imported: Imported, *, written: bool, style: Style) -> Iterator[str]:
    """The account, section by section."""
    yield from _head(imported, written=written, style=style)
    yield from _carried(imported, style)
    yield from storing_text(_pastings(imported), style=style)
    for status, role, title in _SECTIONS:
        yield from _section(imported, status, style(role, title))
    yield from _plan(imported, style)
    if imported.outcome.findings:
        yield ""
        yield f"{style('bold', 'lint')} says of these settings:"
        yield ""
        yield from lint_text(imported.outcome, style=style)
    yield from _next(imported, written=written, style=style)


def trouble_text(imported: Imported, *, style: Style) -> Iterator[str]:
    """Only what could not be carried over, for those who want to hear no more."""
    yield from _section(imported, "left", style("bad", "not carried over"))


def _item_object(item: Item) -> dict[str, Any]:
    return {
        "key": item.key,
        "line": item.line,
        "status": item.status,
        "setting": item.setting,
        "reason": item.reason or None,
        "help": item.help or None,
    }


def _outlook_object(outlook: Outlook) -> dict[str, Any]:
    return {
        "operations": [
            {"key": operation.key, "action": operation.action, "reason": operation.reason}
            for operation in outlook.operations
        ],
        "impossible": outlook.impossible,
    }


def _secrets(imported: Imported) -> Iterator[tuple[str, str, str | None]]:
    """Setting, reference and the command that stores it; None for one that is stored already under its reference."""
    known: set[str] = set()
    paths: set[str] = set()
    for setting, ref in imported.secrets.items():
        command = None
        if str(ref) not in known and ref not in imported.stored:
            command = store_command(ref, first=ref.name not in paths, several_lines=ref in imported.several_lines)
        known.add(str(ref))
        paths.add(ref.name)
        yield setting, str(ref), command


def _head(imported: Imported, *, written: bool, style: Style) -> Iterator[str]:
    done = "imported" if written else "would import"
    yield f"{style('bold', f'{done} {for_terminal(imported.aim.source)}')} → {for_terminal(imported.aim.path)}"
    facts = [f"tier {imported.aim.tier}, by {imported.aim.tier_by}"]
    if imported.laravel is not None:
        facts.append(f"read as Laravel {imported.laravel.number}, by {imported.laravel.by}")
    yield f"  {style('faint', for_terminal('; '.join(facts)))}"
    if imported.laravel is not None and not imported.laravel.certain:
        yield f"  {style('help', 'help')}: say --laravel 8 to 13 if the application has another version"


def _carried(imported: Imported, style: Style) -> Iterator[str]:
    found = [item for item in imported.items if item.status in ("carried", "secret")]
    if not found:
        return
    yield ""
    yield style("good", "carried over")
    width = max(len(item.key) for item in found)
    for item in found:
        to = item.setting or ""
        if item.status == "secret":
            to += f" = {imported.secrets[to]}"
        remark = f"  {style('faint', for_terminal(item.reason))}" if item.reason else ""
        yield f"  {_line(item)} {for_terminal(item.key).ljust(width)}  {for_terminal(to)}{remark}"


def _pastings(imported: Imported) -> Iterator[Pasting]:
    for setting, _, command in _secrets(imported):
        if command is not None:
            keys = [item for item in imported.items if item.setting == setting and item.status == "secret"]
            what = ", ".join(_pasted(item) for item in keys) or setting
            yield Pasting(what, command, several_lines=imported.secrets[setting] in imported.several_lines)


def _pasted(item: Item) -> str:
    part = "the login in " if item.key == "MAIL_URL" else ""
    where = f", line {item.line}" if item.line is not None else ""
    encoded = ", its %XX resolved" if item.key == "MAIL_URL" else ""
    return f"{part}{item.key}{where}{encoded}"


def _section(imported: Imported, status: Status, title: str) -> Iterator[str]:
    found = [item for item in imported.items if item.status == status]
    if not found:
        return
    yield ""
    yield title
    if status == "unset":
        yield f"  {for_terminal(', '.join(f'{item.key} (line {item.line})' for item in found))}"
        return
    for reason, items in _by_reason(found).items():
        keys = ", ".join(f"{item.key} (line {item.line})" if item.line is not None else item.key for item in items)
        yield f"  {for_terminal(keys)}: {for_terminal(reason)}"
        if items[0].help:
            yield f"    help: {for_terminal(items[0].help)}"


def _by_reason(items: list[Item]) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = {}
    for item in items:
        found.setdefault(item.reason, []).append(item)
    return found


def _plan(imported: Imported, style: Style) -> Iterator[str]:
    outlook = imported.outlook
    if outlook is None:
        return
    yield ""
    if outlook.impossible is not None:
        yield f"{style('warning', 'plan')} is not possible yet: {for_terminal(outlook.impossible)}"
    elif not outlook.operations:
        yield f"{style('good', 'plan')} against the same file will show no changes"
    else:
        yield f"{style('bold', 'plan')} against the same file will show"
        for operation in outlook.operations:
            role, mark = _MARKS[operation.action]
            yield f"  {style(role, mark)} {for_terminal(operation.key)}: {for_terminal(operation.reason)}"


def _next(imported: Imported, *, written: bool, style: Style) -> Iterator[str]:
    if not written:
        return
    name = for_terminal(imported.aim.environment)
    yield ""
    yield style("bold", "next")
    if not imported.has_target:
        yield from _target(imported)
    yield f"  kmconfig lint {for_terminal(imported.aim.path)}"
    yield f"  kmconfig plan {name}"


def _target(imported: Imported) -> Iterator[str]:
    where = f"  say under `target` in {for_terminal(imported.aim.path)} where apply is to put the settings"
    if not imported.possible_target:
        yield where
        return
    yield f"{where}; if that is {for_terminal(imported.aim.source)} itself:"
    for line in yaml_lines(imported.possible_target):
        yield f"    {for_terminal(line)}"


def _line(item: Item) -> str:
    return f"line {item.line}:".ljust(10) if item.line is not None else " " * 10
