"""The words that a shell offers for an argument or option: environments, rules, providers, guards, runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from kmconfig.errors import KmconfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    #: Gives words with a line about each, from what stands on the command line already.
    Source = Callable[[click.Context], Iterable[tuple[str, str]]]


def offer_words(command: click.Command) -> None:
    """Let a command's parameters know the words that may stand for them. For a shell that completes, not for a run."""
    for parameter in command.params:
        name = parameter.name or ""
        if name in _SOURCES:
            parameter.type = _Word(_SOURCES[name])
        elif name in _FILES:
            parameter.type = click.Path()


class _Word(click.types.StringParamType):
    """A text for which words are known."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The words that begin as what was typed, without those that stand on the command line already."""
        given = ctx.params.get(param.name or "")
        there = given if isinstance(given, tuple) else ()
        try:
            words = list(self._source(ctx))
        except (KmconfigError, OSError):  # nobody asked for a message: the command itself says what is wrong
            words = []
        return [
            CompletionItem(word, help=text) for word, text in words if word.startswith(incomplete) and word not in there
        ]


def _environments(_: click.Context) -> Iterable[tuple[str, str]]:
    from kmconfig.cli.loading import open_project  # noqa: PLC0415

    return ((name, "") for name in open_project().names())


def _rules(_: click.Context) -> Iterable[tuple[str, str]]:
    from kmconfig.cli.loading import open_project  # noqa: PLC0415
    from kmconfig.lint.catalogue import rules  # noqa: PLC0415

    open_project()
    found = list(rules())
    return [*((rule.code, rule.name) for rule in found), *((rule.name, rule.code) for rule in found)]


def _providers(_: click.Context) -> Iterable[tuple[str, str]]:
    from kmconfig.cli.loading import open_project  # noqa: PLC0415
    from kmconfig.providers.registry import providers  # noqa: PLC0415

    open_project()
    return ((provider.slug, provider.title) for provider in providers())


def _guards(_: click.Context) -> Iterable[tuple[str, str]]:
    from kmconfig.deploy.guards import GUARDS  # noqa: PLC0415

    return GUARDS.items()


def _runs(context: click.Context) -> Iterable[tuple[str, str]]:
    from kmconfig.cli.loading import open_project  # noqa: PLC0415
    from kmconfig.deploy.prepare import receipts_of  # noqa: PLC0415

    # An option at the end that has no value yet keeps click from looking at arguments: they are left over.
    environment: str | None = context.params.get("environment") or next(iter(context.args), None)
    if environment is None:
        return ()
    receipts = receipts_of(open_project(), environment)
    return ((receipt.run, receipt.text("result") or "") for receipt in receipts.newest_first())


#: Parameters that name files, and say themselves what is wrong with one.
_FILES = frozenset(("paths", "file", "plan_file", "stdin_filename"))

#: Where the words of a parameter come from, by its name, which all commands use alike.
_SOURCES: dict[str, Source] = {
    "environments": _environments,
    "environment": _environments,
    "from_target": _environments,
    "rule": _rules,
    "select": _rules,
    "ignore": _rules,
    "provider": _providers,
    "approve": _guards,
    "to_run": _runs,
}
