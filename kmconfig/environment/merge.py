"""Layers laid over each other: the winner stands, and remembers what it overrides (contract, section 1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmconfig.environment.words import known_secrets
from kmconfig.source.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    from kmconfig.source.parser import Document
    from kmconfig.source.value import Path

#: Settings of the published schema whose value may be a reference to a secret.
SECRET_SETTINGS: frozenset[Path] = frozenset(
    {
        ("email", "smtp", "username"),
        ("email", "smtp", "password"),
        ("email", "mailgun", "api_key"),
        ("email", "ses", "access_key_id"),
        ("email", "ses", "secret_access_key"),
        ("email", "test", "confirm", "username"),
        ("email", "test", "confirm", "password"),
        ("target", "settings_api", "api_key"),
        ("stores", "fingerprint_key"),
    }
)

#: Mappings that a later layer replaces as a whole.
_REPLACED_WHOLE = SECRET_SETTINGS | {("target",), ("stores", "vault", "auth"), ("stores", "aws", "auth")}


def is_secret_setting(path: Path) -> bool:
    """Whether the value of a setting may be a reference to a secret, be it ours or in the block of a package."""
    return path in SECRET_SETTINGS or path in known_secrets()


def _is_replaced_whole(path: Path) -> bool:
    return path in _REPLACED_WHOLE or path in known_secrets()


#: Keys that belong to a file and not to the settings.
_OF_THE_FILE = frozenset(("version", "extends", "tier"))


class Merged:
    """The settings of all layers together.

    What a layer has wrong is left out of ``root``, and its path is in ``broken``: what is absent at or below
    such a path is not known to be absent. Only lists keep their refused entries.
    """

    __slots__ = ("broken", "root")

    def __init__(self) -> None:
        self.root: Value[dict[str, Any]] = Value({}, ())
        self.broken: set[Path] = set()

    def unknown(self, path: Path) -> bool:
        """Whether a setting that is absent may have been meant to be there."""
        return bool(self.broken) and any(path[:length] in self.broken for length in range(len(path) + 1))


def merge(documents: Iterable[Document]) -> Merged:
    """Lay documents over each other, the last one winning."""
    merged = Merged()
    for document in documents:
        root = document.root
        if root is None or not isinstance(root.data, dict):
            continue
        merged.broken = {path for path in merged.broken if not _replaces(root, path)} | document.broken
        refused = document.refused if document.broken else document.broken
        if () not in refused:
            merged.root = _merge_mapping(merged.root, root, refused)
    return merged


def lookup(root: Value[Any], path: Path) -> Value[Any] | None:
    """The value at a path, or None where there is none."""
    node = root
    for key in path:
        data = node.data
        if type(data) is dict:
            found = data.get(key)
        else:
            in_list = type(data) is list and isinstance(key, int) and 0 <= key < len(data)
            found = data[key] if in_list else None
        if found is None:
            return None
        node = found
    return node


def _merge_mapping(below: Value[Any], above: Value[Any], refused: AbstractSet[Path]) -> Value[dict[str, Any]]:
    data: dict[str, Any] = dict(below.data) if isinstance(below.data, dict) else {}
    at_the_top = not above.path
    for key, value in above.data.items():
        if at_the_top and key in _OF_THE_FILE:
            continue
        if value.data is None or (refused and value.path in refused):
            data.pop(key, None)
            continue
        lower = data.get(key)
        if type(value.data) is dict and not _is_replaced_whole(value.path):
            data[key] = _merge_mapping(lower or Value({}, value.path), value, refused)
        elif lower is None and not refused:
            data[key] = value
        else:
            data[key] = _override(value, lower, refused)
    return Value(data, above.path, above.span, above.key_span, _chain(below))


def _override(above: Value[Any], below: Value[Any] | None, refused: AbstractSet[Path]) -> Value[Any]:
    data = above.data
    if refused and isinstance(data, dict):
        data = {key: _override(value, None, refused) for key, value in data.items() if value.path not in refused}
    elif below is None:
        return above
    return Value(data, above.path, above.span, above.key_span, () if below is None else _chain(below))


def _chain(below: Value[Any]) -> tuple[Value[Any], ...]:
    return (below, *below.overrides) if below.written else below.overrides


def _replaces(root: Value[Any], path: Path) -> bool:
    """Whether this layer says anew what an earlier one left unknown."""
    node: Value[Any] = root
    for key in path:
        if not isinstance(node.data, dict) or key not in node.data:
            return False
        node = node.data[key]
        if not isinstance(node.data, dict) or _is_replaced_whole(node.path):
            return True
    return False
