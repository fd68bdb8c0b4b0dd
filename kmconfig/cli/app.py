"""The command `kmconfig`: its global options and its commands, each loaded when it is called."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import click

from kmconfig import __version__
from kmconfig.cli.front_page import write_commands, write_rest
from kmconfig.cli.globals import global_options
from kmconfig.errors import UsageError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

#: Command to its module and the line in the list of commands.
COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("init", "Begin a repository: environments, pipeline, pre-commit hook."),
    "import": ("import_", "Make an environment of the mail settings in a `.env`."),
    "lint": ("lint", "Check files against the schema and the rules."),
    "rules": ("rules", "List all rules."),
    "explain": ("explain", "Show one rule's manual."),
    "show": ("show", "Show an environment's effective settings."),
    "schema": ("schema", "Print a published JSON Schema."),
    "diff": ("diff", "Say what a change means, per environment."),
    "secrets": ("secrets", "Say which secrets are there, and how old they are."),
    "dns": ("dns", "Check SPF, DKIM, DMARC and MX of the sender domain."),
    "test": ("test", "Send a test message with the settings in the files."),
    "render": ("render", "Print what an environment would write to its target."),
    "plan": ("plan", "Compare the files with the live target."),
    "apply": ("apply", "Write the settings, activate them, and prove them."),
    "drift": ("drift", "Say whether live targets still hold what was applied."),
    "rollback": ("rollback", "Bring back what the target held before a run."),
    "history": ("history", "List the runs of an environment."),
    "report": ("report", "Write a page to look at: environments side by side, findings, what was seen."),
    "completion": ("completion", "Print the script that lets a shell complete."),
    "demo": ("demo", "Show the whole story on a mail server of its own."),
}


class LazyGroup(click.Group):
    """Imports a command's module only when the command is called or its help is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The commands in the order people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command. Raises UsageError for one that is unknown."""
        if cmd_name in COMMANDS:
            command: click.Command = import_module(f"kmconfig.cli.{COMMANDS[cmd_name][0]}").command
            if ctx.resilient_parsing:
                from kmconfig.cli.completion_words import offer_words  # noqa: PLC0415 - only for a shell that completes

                offer_words(command)
            return command
        if ctx.resilient_parsing:
            return None
        raise _unknown(cmd_name)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Offer commands without importing them, and options."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - only for a shell that completes

        words = [CompletionItem(name, help=text) for name, (_, text) in COMMANDS.items() if name.startswith(incomplete)]
        return [*words, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing them."""
        write_commands({name: text for name, (_, text) in COMMANDS.items()}, formatter)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Add an example, the exit codes, and where to read on."""
        write_rest(formatter)


def _unknown(name: str) -> UsageError:
    from difflib import get_close_matches  # noqa: PLC0415 - only misspelt commands pay for it

    close = get_close_matches(name, COMMANDS, 1)
    remedy = f"did you mean `{close[0]}`?" if close else "`kmconfig --help` lists the commands"
    return UsageError(f"there is no command `{name}`", help=remedy)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="%(prog)s %(version)s")
@global_options
def app() -> None:
    """Keep the email settings of a KeyManager installation as reviewed YAML: lint, plan, apply, prove."""


def call(arguments: list[str]) -> int:
    """Run a command line and return its exit code.

    Raises:
        UsageError: the command line is wrong.
        KeyboardInterrupt: somebody ended it.
    """
    try:
        result = app.main(args=arguments, prog_name="kmconfig", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort:
        raise KeyboardInterrupt from None
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        command = context.command_path if context is not None else "kmconfig"
        raise UsageError(error.format_message(), help=f"`{command} --help` shows how to call it") from None
    return result if isinstance(result, int) else 0
