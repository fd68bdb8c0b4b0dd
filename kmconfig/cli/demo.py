"""``kmconfig demo``"""

from __future__ import annotations

import click

from kmconfig.cli.globals import global_options


@click.command("demo")
@global_options
def command() -> None:
    """Show the whole story on an embedded mail server: lint, plan, apply, the mail that arrived, drift healed.

    Needs no account and no server, and leaves nothing behind.
    """
    from kmconfig.cli.demonstration.story import tell_story  # noqa: PLC0415 - loads a mail server

    tell_story()
