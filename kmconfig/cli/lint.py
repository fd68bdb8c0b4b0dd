"""``kmconfig lint``"""

from __future__ import annotations

import click

from kmconfig.cli.globals import global_options
from kmconfig.cli.lint_call import lint_paths
from kmconfig.cli.lint_run import Changes


@click.command("lint")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option(
    "--format",
    "formats",
    multiple=True,
    metavar="FORMAT[=FILE]",
    help="text (default), json, sarif, github, gitlab, junit or markdown; may be repeated.",
)
@click.option("--output", type=click.Path(dir_okay=False), metavar="FILE", help="Write the report to FILE.")
@click.option("--select", multiple=True, metavar="RULES", help="Only these rules: codes or names, separated by commas.")
@click.option("--ignore", multiple=True, metavar="RULES", help="Not these rules.")
@click.option(
    "--fail-on",
    type=click.Choice(("error", "warning", "note", "never")),
    help="Fail from this severity on (default: the project file's `lint.fail_on`, or error).",
)
@click.option("--fix", is_flag=True, help="Apply the fixes that cannot change what was meant, and report what is left.")
@click.option("--unsafe-fixes", is_flag=True, help="Apply also those that somebody has to look at; implies --fix.")
@click.option(
    "--diff",
    is_flag=True,
    help="Write nothing, and show what the fixes would change; exit code 1 says that they would change something.",
)
@click.option(
    "--baseline",
    metavar="FILE",
    help="Leave out the findings accepted in FILE (default: the project file's `lint.baseline`).",
)
@click.option(
    "--write-baseline", is_flag=True, help="Accept all findings there are now, except those that nobody may accept."
)
@click.option("--statistics", is_flag=True, help="Add a table to the text: how often each rule found something.")
@click.option("--no-suppressions", is_flag=True, help="Show suppressed findings too.")
@click.option(
    "--online",
    is_flag=True,
    help="Ask stores, servers and the DNS too: are secrets there, how old, of the right form; the sender's domain.",
)
@click.option("--no-cache", is_flag=True, help="Check every file anew, where results of many files are kept.")
@click.option("--stdin-filename", metavar="FILE", help="The file that the text on standard input stands for.")
@global_options
def command(
    *,
    paths: tuple[str, ...],
    formats: tuple[str, ...],
    output: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: str | None,
    fix: bool,
    unsafe_fixes: bool,
    diff: bool,
    baseline: str | None,
    write_baseline: bool,
    statistics: bool,
    no_suppressions: bool,
    online: bool,
    no_cache: bool,
    stdin_filename: str | None,
) -> int:
    """Check files against the schema and the rules.

    PATH is a file or a folder; by default the whole environments folder is checked. `-` reads standard input, which
    stands for the file of --stdin-filename; with --fix its text is printed as it is with the fixes, and the report
    goes to stderr. Exit code 1 says that there are findings at the fail level, or that a file could not be fixed;
    5 that something could not be checked.
    """
    return lint_paths(
        paths,
        formats=formats,
        output=output,
        select=select,
        ignore=ignore,
        fail_on=fail_on,
        changes=Changes(fix=fix or unsafe_fixes, unsafe=unsafe_fixes, diff=diff, write_baseline=write_baseline),
        baseline=baseline,
        statistics=statistics,
        suppress=not no_suppressions,
        stdin_filename=stdin_filename,
        cache=not no_cache,
        online=online,
    )
