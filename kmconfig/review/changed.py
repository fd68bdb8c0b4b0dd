"""Which files and environments differ between two states, before anybody asks what that means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmconfig.review.renames import renamed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from kmconfig.environment.environment import Environment
    from kmconfig.review.state import State

#: Of more files only those findings are looked for that concern a file that changed.
MANY = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What is to be compared.

    ``environments`` maps the names of environments that may differ to their former names; ``renames`` are those of
    them that are not the same. ``concerned`` are the files that findings have to concern, None for all.
    """

    environments: Mapping[str, str]
    renames: Mapping[str, str]
    concerned: frozenset[str] | None


def changed_between(base: State, head: State) -> Changed | None:
    """What may differ between two states; None where every file that counts is the same."""
    files = {path for path in base.texts.keys() | head.texts.keys() if base.texts.get(path) != head.texts.get(path)}
    policy = base.project_text != head.project_text or base.baseline != head.baseline
    if not files and not policy:
        return None
    before, after = (dict(_affected(state, files)) for state in (base, head))
    gone = [base.environments[name] for name in before if name not in head.environments and name not in head.unreadable]
    came = [head.environments[name] for name in after if name not in base.environments and name not in base.unreadable]
    renames = renamed(gone, came)
    former = set(renames.values())
    names = [*after, *(name for name in before if name not in after and name not in former)]
    return Changed(
        environments={name: renames.get(name, name) for name in names},
        renames=renames,
        concerned=None
        if _is_everything_judged(base, head, policy=policy)
        else frozenset(files).union(
            (environment.file.path for environment in (*before.values(), *after.values())),
        ),
    )


def _is_everything_judged(base: State, head: State, *, policy: bool) -> bool:
    return policy or max(len(base.texts), len(head.texts)) <= MANY


def _affected(state: State, files: AbstractSet[str]) -> Iterator[tuple[str, Environment]]:
    """The environments that are made of a file that differs, by name."""
    for name, environment in state.environments.items():
        if any(layer.document.file.path in files for layer in environment.layers):
            yield name, environment
