"""``kmconfig init``"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kmconfig.cli.globals import global_options, result_options
from kmconfig.cli.loading import open_project
from kmconfig.cli.options import current
from kmconfig.cli.output import require_writable, write_document, write_lines
from kmconfig.errors import CheckFailed
from kmconfig.report.stream import say

if TYPE_CHECKING:
    from kmconfig.cli.init_answers import Answering
    from kmconfig.scaffold.scaffold import Scaffold

_TIERS = ("development", "staging", "production")


@click.command("init")
@click.option("--provider", metavar="NAME", help="Mail provider, such as sendgrid, ses or self-hosted.")
@click.option("--driver", type=click.Choice(("smtp", "mailgun", "ses", "sendmail")), help="How mail leaves.")
@click.option("--sends", type=click.Choice(("customers", "internal")), help="For advice: who gets the mail.")
@click.option("--monthly", type=click.IntRange(0), metavar="NUMBER", help="For advice: messages a month.")
@click.option("--hosting", type=click.Choice(("host", "container", "aws", "cloud")), help="Where the application runs.")
@click.option("--tier", "tiers", type=click.Choice(_TIERS), multiple=True, help="A tier to write; all if not given.")
@click.option("--secrets", type=click.Choice(("env", "vault", "aws", "file")), help="Where secrets lie.")
@click.option(
    "--target",
    type=click.Choice(("laravel_env", "settings_api", "kubernetes", "aws", "vault", "file")),
    help="Where apply puts the settings.",
)
@click.option("--target-path", metavar="PATH", help="The target's path or prefix; {tier} stands for the tier.")
@click.option("--laravel", type=click.IntRange(8, 13), metavar="8-13", help="The application's Laravel version.")
@click.option("--application-name", metavar="TEXT", help="Name of the application (default: KeyManager).")
@click.option("--url", metavar="URL", help="Web address of the application.")
@click.option("--sender", metavar="ADDRESS", help="Address that mail is sent from.")
@click.option("--reply-to", metavar="ADDRESS", help="Address that gets replies, if not the sender.")
@click.option("--recipient", "recipients", metavar="ADDRESS", multiple=True, help="Mailbox for the test message.")
@click.option("--domain", metavar="DOMAIN", help="Sending domain at Mailgun (default: mg. and the sender's).")
@click.option("--host", metavar="HOST", help="Mail server, with the provider self-hosted.")
@click.option("--region", metavar="REGION", help="Region of the provider, such as eu-west-1 or eu.")
@click.option("--username", metavar="TEXT", help="User name, where the provider does not decide it.")
@click.option("--vault-address", metavar="URL", help="Address of Vault (default: the variable VAULT_ADDR).")
@click.option("--aws-region", metavar="REGION", help="Region of AWS, where the settings or secrets go there.")
@click.option("--ci", type=click.Choice(("github", "gitlab", "none")), help="Which pipeline lints (default: github).")
@click.option("--yes", is_flag=True, help="Ask nothing: take defaults for what no flag says.")
@result_options
@global_options
def command(*, yes: bool, form: str, output: str | None, **given: Any) -> None:
    """Begin a repository: environments, project file, pipeline, pre-commit hook.

    On a terminal it asks, with advice on the driver, for what no flag says; in scripts the flags decide. Files that
    exist are kept as they are. Below a folder with kmconfig.yaml, environments/ or .git it is that one's repository
    that is begun. Without --driver and --provider the advice decides: by --sends, --monthly and
    --hosting.
    """
    from kmconfig.cli.init_questions import Given, Questions  # noqa: PLC0415
    from kmconfig.scaffold.scaffold import scaffold  # noqa: PLC0415

    require_writable(output)
    root = open_project().root
    attended = not yes and sys.stdin.isatty() and sys.stderr.isatty()
    answers = Questions(Given(**given), _answering(attended=attended)).answers()
    made = scaffold(root, answers, today=datetime.now(UTC).date())
    _require_sound(made)
    elsewhere = None if root.resolve() == Path.cwd() else str(root)
    if attended and made.files:
        _agree(made, elsewhere=elsewhere)
    _write(root, made)
    _show(made, elsewhere=elsewhere, form=form, output=output)


def _answering(*, attended: bool) -> Answering:
    from kmconfig.cli.init_answers import Terminal, Unattended  # noqa: PLC0415

    return Terminal(sys.stderr) if attended else Unattended()


def _require_sound(made: Scaffold) -> None:
    """Refuse answers whose files would not pass lint. Raises CheckFailed."""
    from kmconfig.report.lint_text import lint_text  # noqa: PLC0415

    new = [
        found for found in made.outcome.findings if found.severity == "error" and found.place.span.path in made.files
    ]
    if new:
        made.outcome.findings[:] = new
        say(sys.stderr, "".join(f"{line}\n" for line in lint_text(made.outcome, style=current().style(sys.stderr))))
        raise CheckFailed("these answers make files with errors, so nothing was written", help="change the answers")


def _agree(made: Scaffold, *, elsewhere: str | None) -> None:
    """Ask before anything is written; a no ends the command."""
    from kmconfig.report.scaffold import planned_text  # noqa: PLC0415

    style = current().style(sys.stderr)
    say(sys.stderr, "".join(f"{line}\n" for line in planned_text(made, elsewhere=elsewhere, style=style)))
    click.confirm("Write these files?", default=True, abort=True, err=True)


def _write(root: Path, made: Scaffold) -> None:
    from kmconfig.cli.new_files import create_files  # noqa: PLC0415

    create_files(root, {path: text.encode() for path, text in made.files.items()})


def _show(made: Scaffold, *, elsewhere: str | None, form: str, output: str | None) -> None:
    from kmconfig.report.scaffold import scaffold_document, scaffold_text  # noqa: PLC0415

    if form == "json":
        write_document(scaffold_document(made, elsewhere=elsewhere), output)
    elif current().verbosity >= 0 or output is not None:
        write_lines(scaffold_text(made, elsewhere=elsewhere, style=current().style()), output)
