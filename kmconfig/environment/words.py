"""Words that files may use beside the published ones: sources of secrets and kinds of targets that packages bring."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from kmconfig.environment.schemas import load_schema

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmconfig.environment.packages import Entry
    from kmconfig.source.value import Path

Schema: TypeAlias = dict[str, Any]

_NO_SETTINGS: Mapping[str, Schema] = MappingProxyType({})

FROM_PACKAGES: Final = "come from packages: install the one that has it, and set `plugins: true` in kmconfig.yaml"
"""What to do about a word that is not known here; it stands behind what there is more of."""

#: Definitions of the published schema that stand for a reference to a secret.
SECRET_FORMS = frozenset(("#/$defs/secret", "#/$defs/optional_secret", "#/$defs/text_or_secret"))


class StoreKind(NamedTuple):
    """A kind of secret store that a package brings: ``{word: name}`` is a reference to a secret in it.

    ``title`` and ``description`` are shown by editors, ``example`` is a name as people write it. ``module`` is the
    dotted name of the module with ``open_store``. ``keyed`` says that ``#key`` behind a name is the field of a secret
    that holds several. A name has to match ``pattern``, if there is one; ``expected`` says so in words behind "must".

    ``settings`` are those of its block under ``stores:``, each with its JSON Schema; without any there is no block.
    ``required`` are those that an environment has to give.
    """

    word: str
    title: str
    description: str
    example: str
    module: str
    keyed: bool = False
    pattern: str | None = None
    expected: str = "be a name in this store"
    settings: Mapping[str, Schema] = _NO_SETTINGS
    required: tuple[str, ...] = ()


class TargetKind(NamedTuple):
    """A kind of target that a package brings: ``target: {word: {…}}``.

    ``title`` and ``description`` are shown by editors. ``module`` is the dotted name of the module with
    ``open_reader``, ``open_writer``, ``open_keeper`` and ``render``. ``settings`` are those of the block, each with its
    JSON Schema; ``required`` those that must be there, and ``place`` those that say where it writes.
    """

    word: str
    title: str
    description: str
    module: str
    settings: Mapping[str, Schema]
    place: tuple[str, ...]
    required: tuple[str, ...] = ()


class Words(NamedTuple):
    """What packages bring, by word. ``entries`` says where each comes from, by its module.

    ``schemas`` are the published schemas that know these words, ``secrets`` the settings of blocks whose value may be a
    reference, and ``all_entries`` the entry points that were looked at.
    """

    stores: Mapping[str, StoreKind] = MappingProxyType({})
    targets: Mapping[str, TargetKind] = MappingProxyType({})
    entries: Mapping[str, Entry] = MappingProxyType({})
    schemas: Mapping[str, Schema] = MappingProxyType({})
    secrets: tuple[tuple[str, str, str], ...] = ()
    all_entries: tuple[Entry, ...] = ()

    def schema(self, name: str) -> Schema:
        """A published schema, with the words of packages."""
        return self.schemas.get(name) or load_schema(name)


NO_WORDS = Words()


class _Known:
    """Words that this process has loaded. They stay known: where they are not allowed, the schema refuses them."""

    words = NO_WORDS
    secrets: frozenset[Path] = frozenset()


def learn(words: Words) -> None:
    """Let these be the words of packages that this process knows."""
    _Known.words, _Known.secrets = words, frozenset(words.secrets)


def known() -> Words:
    """The words of packages that have been loaded so far."""
    return _Known.words


def known_secrets() -> frozenset[Path]:
    """Settings of packages' blocks whose value may be a reference to a secret."""
    return _Known.secrets
