"""``kmconfig render``"""

from __future__ import annotations

import click

from kmconfig.cli.globals import global_options, result_options
from kmconfig.cli.loading import open_project, readable_environment
from kmconfig.cli.output import require_writable, write_document, write_lines
from kmconfig.targets.rendering import KINDS, render


class _Kind(click.Choice[str]):
    """One of our kinds of targets, or a word that a package may know: only the project says whether it does."""

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The kind, or what may be one."""
        return value if value.isidentifier() and value.islower() else super().convert(value, param, ctx)


@click.command("render")
@click.argument("environment", metavar="ENV")
@click.option(
    "--target",
    "kind",
    type=_Kind(KINDS),
    help="What a target of this kind would hold (default: the environment's own target).",
)
@result_options
@global_options
def command(*, environment: str, kind: str | None, form: str, output: str | None) -> None:
    """Print what ENV would write to its target, without writing it.

    Secrets stand as references: no store is asked, and nothing leaves this machine. For `kubernetes` the text is a
    stream of manifests that Argo CD takes from a plugin, or `kubectl apply -f -`.
    """
    from kmconfig.report.render import render_document, render_lines  # noqa: PLC0415

    project = open_project()
    found = readable_environment(environment, project)
    require_writable(output)
    rendered = render(found, kind, root=project.root)
    if form == "json":
        write_document(render_document(found.name, rendered), output)
    else:
        write_lines(render_lines(rendered), output)
