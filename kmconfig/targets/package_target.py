"""Targets of installed packages: their modules, and what these need that is not theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmconfig.environment.packages import import_part, plain
from kmconfig.environment.stores import stores_of
from kmconfig.environment.words import known
from kmconfig.errors import ConfigurationError, CouldNotCheck
from kmconfig.secrets.stores import Place

if TYPE_CHECKING:
    from types import ModuleType

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.reference import SecretRef
    from kmconfig.secrets.secret import Secret
    from kmconfig.targets.access import Access
    from kmconfig.targets.interface import Reader

FUNCTIONS = ("open_reader", "open_writer", "open_keeper", "render")
"""What the module of a target has to have."""

_MEMBERS = ("identity", "shown", "capabilities", "folder", "live", "compare", "live_secrets", "earlier_secrets")


def module_of(word: str) -> ModuleType:
    """The module of a kind of target. Raises ConfigurationError where the package has none that could be one."""
    kind = known().targets[word]
    return import_part(kind.module, known().entries[kind.module], FUNCTIONS)


def require_reader(word: str, reader: Any) -> Reader:
    """Make sure that a package has opened what reads its own kind of target. Raises ConfigurationError."""
    lacking = [name for name in _MEMBERS if not hasattr(reader, name)]
    if lacking:
        fault = f"what `open_reader` gives is no reader but `{plain(type(reader).__name__)}`"
        raise unusable(word, fault, help=f"give it `{lacking[0]}`")
    if getattr(reader, "kind", None) != word:
        raise unusable(word, "the reader is of another kind", help=f"set its `kind` to `{word}`")
    found: Reader = reader
    return found


def unusable(word: str, fault: str, *, help: str) -> ConfigurationError:  # noqa: A002 - as everywhere
    """What to raise where a package cannot be used, with its name."""
    return ConfigurationError(f"plugin {known().entries[known().targets[word].module]}: {fault}", help=help)


def secret_for(reference: SecretRef, environment: Environment, access: Access, *, setting: str) -> Secret:
    """The secret that a target is opened with; ``setting`` names it for people. Raises CouldNotCheck."""
    resolved = access.stores.resolve((reference,), place=Place(environment.tier, stores_of(environment)))
    for problem in resolved.problems:
        raise CouldNotCheck(f"`{setting}`: {problem.message}", help=problem.help)
    return resolved.secrets[reference]
