"""``kmconfig completion``"""

from __future__ import annotations

import click

from kmconfig.cli.globals import global_options
from kmconfig.cli.output import write_text

SHELLS = ("bash", "zsh", "fish")


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
@click.option("--output", type=click.Path(dir_okay=False), metavar="FILE", help="Write the script to FILE.")
@global_options
def command(*, shell: str, output: str | None) -> None:
    """Print the script that teaches a shell to complete commands, options, environments and rules.

    \b
    bash:  kmconfig completion bash > ~/.local/share/bash-completion/completions/kmconfig
    zsh:   kmconfig completion zsh > ~/.zfunc/_kmconfig    # a folder of $fpath
    fish:  kmconfig completion fish > ~/.config/fish/completions/kmconfig.fish

    A new shell knows it. bash needs version 4.4 or newer.
    """
    write_text(_script(shell), output)


def _script(shell: str) -> str:
    from click.shell_completion import get_completion_class  # noqa: PLC0415

    from kmconfig.cli.app import app  # noqa: PLC0415 - which lists this command

    known = get_completion_class(shell)
    if known is None:
        raise ValueError(f"click knows no completion for {shell}")
    completion = known(app, {}, "kmconfig", "_KMCONFIG_COMPLETE")
    return completion.source_template % completion.source_vars() + "\n"
