"""The result of an import: the text of the new environment, what lint says of it, and what plan will say."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from kmconfig.environment.layers import SUFFIXES
from kmconfig.environment.project import Project
from kmconfig.errors import UsageError
from kmconfig.importing.document import settle
from kmconfig.importing.pending import Outlook, outlook
from kmconfig.lint.engine import lint

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from kmconfig.environment.reference import SecretRef
    from kmconfig.importing.draft import Draft
    from kmconfig.importing.entries import Entries
    from kmconfig.importing.item import Item
    from kmconfig.importing.version import LaravelVersion
    from kmconfig.lint.engine import Outcome
    from kmconfig.secrets.secret import Secret

_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*(?:/[A-Za-z0-9_][A-Za-z0-9._-]*)*")
#: A file's name has 255 bytes, of which suffixes and temporary names beside it need some.
_LONGEST_NAME: Final = 200


_FOR_EXAMPLE: Final = "for example --environment production, or --environment acme/eu"


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """The environment that is to be made. ``tier_by`` says how the tier is known, ``source`` what is read."""

    project: Project
    environment: str
    tier: str
    tier_by: str
    source: str
    today: date

    @property
    def path(self) -> str:
        """Where the file belongs, relative to the root."""
        return environment_path(self.project, self.environment)

    @property
    def max_age(self) -> str | None:
        """How old secrets may get."""
        return "90d" if self.tier == "production" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """The new environment, and what became of every key.

    ``text`` is that of the new file. ``secrets`` are the references by setting, ``values``
    what the source holds for them; ``sensitive`` is all else in it that may be a secret. ``stored`` are references
    that were in use before, so that nothing has to be stored for them; ``several_lines`` are those whose values no
    terminal takes as one line. ``outlook`` is what plan will say, None where the target is no `.env`; ``outcome`` is
    what lint says of the new file. Where ``text`` has no target, ``possible_target`` is the one that would be the very
    file that was read, if there is one.
    """

    aim: Aim
    text: str
    items: tuple[Item, ...]
    secrets: Mapping[str, SecretRef]
    values: Mapping[SecretRef, Secret] = field(repr=False)
    sensitive: tuple[Secret, ...] = field(repr=False)
    stored: frozenset[SecretRef]
    outcome: Outcome
    several_lines: frozenset[SecretRef] = frozenset()
    possible_target: Mapping[str, Any] = field(default_factory=dict)
    outlook: Outlook | None = None
    laravel: LaravelVersion | None = None
    has_target: bool = False


def environment_path(project: Project, name: str) -> str:
    """Where the file of a new environment belongs, relative to the root. Raises UsageError for a name of no file."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            "an environment's name consists of letters, digits, `.`, `_` and `-`, in parts separated by `/`, each of"
            " which begins with a letter, a digit or `_`",
            help=_FOR_EXAMPLE,
        )
    if len(name) > _LONGEST_NAME:
        raise UsageError(
            f"an environment's name has at most {_LONGEST_NAME} characters, and this one has {len(name)}",
            help=_FOR_EXAMPLE,
        )
    if name.lower().endswith(SUFFIXES):
        raise UsageError(
            "an environment is named like its file without the suffix",
            help=f"write --environment {name.rpartition('.')[0]}",
        )
    return f"{os.path.normpath(project.file.environments)}/{name}.yaml"


def conclude(
    aim: Aim,
    draft: Draft,
    *,
    target: Mapping[str, Any],
    sensitive: tuple[Secret, ...],
    possible_target: Mapping[str, Any] | None = None,
    stored: frozenset[SecretRef] = frozenset(),
    entries: Entries | None = None,
    laravel: LaravelVersion | None = None,
) -> Imported:
    """Put the text together, lint it among the other environments, and look ahead to the plan.

    ``stored`` are references that are in use already.
    """
    draft.give_up_secrets(draft.holds if entries is None else entries.gives_away)
    shown = aim.source if aim.source.isprintable() else "a file"
    comment = f"# Imported from {shown}. Secrets stay out of this file: references say where they are."
    text = settle(draft, aim.path, {"version": 1, "tier": aim.tier}, target, comment=comment)
    overlaid = Project(aim.project.root, overlay={aim.path: text.encode()})
    overlaid.load()
    items = tuple(sorted(draft.items, key=lambda item: (item.line is None, item.line or 0)))
    ahead = None
    if entries is not None and laravel is not None:
        environment = overlaid.environment(aim.environment)
        ahead = outlook(environment, entries, laravel=laravel.number, secrets=draft.values, items=items)
    return Imported(
        aim=aim,
        text=text,
        items=items,
        secrets=draft.secrets,
        values=draft.values,
        sensitive=sensitive,
        stored=stored,
        several_lines=frozenset(draft.several_lines),
        possible_target=possible_target or {},
        outcome=lint(overlaid, today=aim.today, only=aim.environment),
        outlook=ahead,
        laravel=laravel,
        has_target=bool(target),
    )
