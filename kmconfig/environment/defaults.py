"""Settings that hold when nobody writes them. The published schema says the same; a test compares the two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmconfig.environment.merge import lookup
from kmconfig.source.value import Value

if TYPE_CHECKING:
    from kmconfig.environment.merge import Merged
    from kmconfig.source.value import Path

_ALWAYS: dict[Path, Any] = {
    ("application", "name"): "KeyManager",
    ("application", "runtime"): "host",
    ("email", "driver"): "smtp",
}

_BY_DRIVER: dict[str, dict[Path, Any]] = {
    "smtp": {
        ("email", "smtp", "host"): "localhost",
        ("email", "smtp", "port"): 587,
        ("email", "smtp", "encryption"): "tls",
        ("email", "smtp", "timeout"): "30s",
    },
    "sendmail": {
        ("email", "sendmail", "path"): "/usr/sbin/sendmail",
        ("email", "sendmail", "arguments"): ["-bs", "-i"],
    },
    "mailgun": {("email", "mailgun", "region"): "us"},
    "ses": {},
}

_SENDER_NAME: Path = ("email", "sender", "name")


def add_defaults(merged: Merged) -> None:
    """Fill in what nobody wrote, as values without a place; not where a refused value may have said it."""
    for path, data in _ALWAYS.items():
        _set_default(merged, path, data)
    driver = lookup(merged.root, ("email", "driver"))
    if driver is not None:
        for path, data in _BY_DRIVER.get(driver.data, {}).items():
            _set_default(merged, path, data)
    name = lookup(merged.root, ("application", "name"))
    if name is not None:
        _set_default(merged, _SENDER_NAME, name.data)
    elif lookup(merged.root, _SENDER_NAME) is None:
        merged.broken.add(_SENDER_NAME)


def default_of(path: Path) -> Any:
    """The default of a setting as plain data, or None."""
    for table in (_ALWAYS, *_BY_DRIVER.values()):
        if path in table:
            return table[path]
    return None


def _set_default(merged: Merged, path: Path, data: Any) -> None:
    if lookup(merged.root, path) is not None or merged.unknown(path):
        return
    node: Value[Any] = merged.root
    for index, key in enumerate(path[:-1]):
        node = node.data.setdefault(key, Value({}, path[: index + 1]))
    node.data[path[-1]] = _as_value(data, path)


def _as_value(data: Any, path: Path) -> Value[Any]:
    if isinstance(data, list):
        return Value([Value(item, (*path, index)) for index, item in enumerate(data)], path)
    return Value(data, path)
