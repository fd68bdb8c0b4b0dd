"""``kmconfig explain``"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kmconfig.cli.globals import global_options, result_options
from kmconfig.cli.options import current
from kmconfig.cli.output import write_document, write_lines
from kmconfig.errors import UsageError

if TYPE_CHECKING:
    from kmconfig.lint.rule import Rule


@click.command("explain")
@click.argument("rule", metavar="[RULE]", required=False)
@click.option("--provider", metavar="NAME", help="Show what is known of a mail provider, such as sendgrid, instead.")
@result_options
@global_options
def command(*, rule: str | None, provider: str | None, form: str, output: str | None) -> None:
    """Show the manual of RULE, a code such as KM201 or a name such as port-encryption-mismatch."""
    if (rule is None) == (provider is None):
        raise UsageError(
            "name a rule or a provider" if rule is None else "name either a rule or a provider",
            help="kmconfig explain KM201, or kmconfig explain --provider sendgrid",
        )
    if rule is not None:
        _explain_rule(rule, form, output)
    elif provider is not None:
        _explain_provider(provider, form, output)


def _explain_rule(word: str, form: str, output: str | None) -> None:
    from kmconfig.lint.catalogue import find_rule, remedy  # noqa: PLC0415
    from kmconfig.report.rules import explain_text, rule_entry  # noqa: PLC0415

    found = find_rule(word) or _rule_of_plugin(word)
    if found is None:
        raise UsageError(f"there is no rule `{word}`", help=remedy(word))
    if form == "json":
        write_document({"version": 1, **rule_entry(found), "manual": found.manual}, output)
    else:
        write_lines(explain_text(found, style=current().style()), output)


def _rule_of_plugin(word: str) -> Rule | None:
    """Look where the built-in rules do not have it, if the project file allows that."""
    from kmconfig.cli.loading import open_project  # noqa: PLC0415
    from kmconfig.lint.catalogue import enable_plugins, find_rule  # noqa: PLC0415

    enable_plugins(open_project().file)
    return find_rule(word)


def _explain_provider(word: str, form: str, output: str | None) -> None:
    from kmconfig.providers.registry import provider_by_slug, provider_remedy  # noqa: PLC0415
    from kmconfig.report.providers import provider_document, provider_text  # noqa: PLC0415

    found = provider_by_slug(word.lower())
    if found is None:
        from kmconfig.cli.loading import open_project  # noqa: PLC0415

        open_project()  # a package may know it, if the project file allows that
        found = provider_by_slug(word.lower())
    if found is None:
        raise UsageError(f"there is no provider `{word}`", help=provider_remedy(word))
    if form == "json":
        write_document(provider_document(found), output)
    else:
        write_lines(provider_text(found, style=current().style()), output)
