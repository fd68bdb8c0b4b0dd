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
    them that are not the same. ``moved`` are the former paths of files, also of layers, by their new ones.
    ``concerned`` are the files that findings have to concern, None for all.
    """

    environments: Mapping[str, str]
    renames: Mapping[str, str]
    moved: Mapping[str, str]
    concerned: frozenset[str] | None


def changed_between(base: State, head: State) -> Changed | None:
    """What may differ between two states; None where every file that counts is the same."""
    files = {path for path in base.texts.keys() | head.texts.keys() if base.texts.get(path) != head.texts.get(path)}
    policy = base.project_text != head.project_text or base.baseline != head.baseline
    if not files and not policy:
        return None
    before, after = (dict(_affected(state, files, (base, head))) for state in (base, head))
    renames = renamed(_vanished(before, head), _vanished(after, base))
    former = set(renames.values())
    names = [*after, *(name for name in before if name not in after and name not in former)]
    names += [name for name in _broken(base, head, files) if name not in names]
    return Changed(
        environments={name: renames.get(name, name) for name in names},
        renames=renames,
        moved={head.environments[new].file.path: base.environments[old].file.path for new, old in renames.items()}
        | renamed(_layers_gone(base, head), _layers_gone(head, base)),
        concerned=None
        if _is_everything_judged(base, head, policy=policy)
        else frozenset(files).union(
            (environment.file.path for environment in (*before.values(), *after.values())),
        ),
    )


def _vanished(environments: Mapping[str, Environment], other: State) -> dict[str, str]:
    """The texts of environments that the other state does not have, by name."""
    return {
        name: environment.file.text
        for name, environment in environments.items()
        if name not in other.environments and name not in other.unreadable
    }


def _layers_gone(state: State, other: State) -> dict[str, str]:
    """The texts of files that are no environments and that the other state does not have, by path."""
    own = {environment.file.path for environment in state.environments.values()}
    return {path: text for path, text in state.texts.items() if path not in other.texts and path not in own}


def _broken(base: State, head: State, files: AbstractSet[str]) -> list[str]:
    """Files that differ, that no state can read, and that no environment is known to be made of."""
    layers = {
        layer.document.file.path
        for state in (base, head)
        for environment in state.environments.values()
        for layer in environment.layers
    }
    unreadable = {**base.unreadable, **head.unreadable}
    return sorted(name for name, path in unreadable.items() if path in files - layers)


def _is_everything_judged(base: State, head: State, *, policy: bool) -> bool:
    return policy or max(len(base.texts), len(head.texts)) <= MANY


def _affected(state: State, files: AbstractSet[str], sides: tuple[State, State]) -> Iterator[tuple[str, Environment]]:
    """The environments that are made of a file that differs, by name; not those that only one side can know."""
    for name, environment in state.environments.items():
        if any(side.is_elsewhere(environment) for side in sides):
            continue
        if any(layer.document.file.path in files for layer in environment.layers):
            yield name, environment
