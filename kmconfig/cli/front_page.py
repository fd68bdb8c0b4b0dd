"""What `kmconfig --help` shows beside the options: commands by group, an example, exit codes, where to read on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import click

#: Sections of the list of commands, in the order in which people meet them.
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Start", ("init", "import", "demo")),
    ("Check", ("lint", "diff", "secrets", "dns", "test", "rules", "explain")),
    ("Deploy", ("render", "plan", "apply", "drift", "rollback", "history")),
    ("Look", ("show", "report", "schema", "completion")),
)

EXAMPLE = (
    ("kmconfig lint", "is everything right in the files?"),
    ("kmconfig plan production", "what would change in the application?"),
    ("kmconfig apply production", "change it, prove it by a test message, or put everything back"),
)

#: Exit codes of every command.
EXIT_CODES: dict[int, str] = {
    0: "done, or nothing to do",
    1: "the check failed: findings, a refused message, a missing secret",
    2: "changes pending (`plan` and `diff` with --detailed-exitcode), or drift",
    3: "refused: a guard, a stale plan, a missing promotion; nothing was changed",
    4: "locked: another run works on the target",
    5: "could not check or reach; nothing was changed",
    6: "rolled back, and proved: everything is as it was before",
    7: "partial or unknown: a person is needed",
    64: "wrong call",
    65: "configuration cannot be read",
    70: "a fault of kmconfig",
    130: "interrupted; what was begun was put back or is finished by the next run",
}


def write_commands(commands: Mapping[str, str], formatter: click.HelpFormatter) -> None:
    """List the commands, group by group, without importing them."""
    width = max(map(len, commands))
    formatter.write_paragraph()
    formatter.write("Commands:\n")
    with formatter.indentation():
        for title, names in GROUPS:
            with formatter.section(title):
                formatter.write_dl([(name.ljust(width), commands[name]) for name in names])


def write_rest(formatter: click.HelpFormatter) -> None:
    """Write what stands below the commands."""
    with formatter.section("Example"):
        formatter.write_dl(EXAMPLE)
    with formatter.section("Exit codes"):
        formatter.write_dl([(str(code), meaning) for code, meaning in EXIT_CODES.items()])
    with formatter.section("More"):
        formatter.write_dl(
            [
                ("kmconfig COMMAND --help", "one command"),
                ("kmconfig explain RULE", "one rule, such as KM201"),
                ("kmconfig demo", "the whole story, on a mail server of its own"),
                ("docs/tutorial.md", "ten minutes from an empty folder to an applied change"),
            ]
        )
