"""Plain data as YAML text that this package's own parser, and YAML 1.1 and 1.2, read back as the same data."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

#: What may stand without quotes: words, paths, addresses and host names, and secret paths with their `#key`.
_BARE: Final = re.compile(r"(?:[^\W\d_]|/|\.\.?/|-[a-z])(?:[\w@/.+#-]|(?<=\w)'(?=\w)| (?=[\w(@/+]))*")
_DURATION: Final = re.compile(r"[1-9][0-9]{0,6}[smhd]")
_ADDRESS: Final = re.compile(r"https?://[A-Za-z0-9._~/?=&%:-]*[A-Za-z0-9/]")
_WORDS: Final = frozenset(("true", "false", "yes", "no", "on", "off", "y", "n", "null"))
_ESCAPED: Final = re.compile(
    "[\\x00-\\x1f\\x7f-\\x9f\\u00a0\\u00ad\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000"
    '\\ufeff\\ufff9-\\uffff\\ud800-\\udfff\\U000e0000-\\U000e007f"\\\\]'
)


def yaml_lines(data: Mapping[str, Any], *, indent: int = 0) -> Iterator[str]:
    """The lines of a mapping: mappings below it as blocks, those that hold scalars only on one line if wished.

    Lists stand on one line, and so does a mapping that is a :class:`Flow`. Keys are written like texts.
    """
    blank = "  " * indent
    for key, value in data.items():
        if isinstance(value, dict) and value and not isinstance(value, Flow):
            yield f"{blank}{yaml_scalar(key)}:"
            yield from yaml_lines(value, indent=indent + 1)
        else:
            yield f"{blank}{yaml_scalar(key)}: {yaml_flow(value)}"


def schema_comment(path: str, *, schema: str = "kmconfig") -> str:
    """The line that tells editors the schema of the file at ``path``, which is relative to the root."""
    return f"# yaml-language-server: $schema={'../' * path.count('/')}schema/{schema}.v1.schema.json"


class Flow(dict[str, Any]):
    """A mapping that stands on one line, such as a secret reference."""


def yaml_flow(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{yaml_scalar(key)}: {yaml_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return _sequence(value)
    return yaml_scalar(value)


def yaml_scalar(value: str | float | bool | None) -> str:  # noqa: FBT001 - a scalar may be one
    """A scalar; text in double quotes wherever it could be taken for something else."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return str(value)
    return value if _is_bare(value) else f'"{_ESCAPED.sub(_escape, value)}"'


def _sequence(items: Sequence[Any]) -> str:
    return f"[{', '.join(yaml_flow(item) for item in items)}]"


def _is_bare(text: str) -> bool:
    if text.lower() in _WORDS or _ESCAPED.search(text):
        return False
    return any(pattern.fullmatch(text) for pattern in (_BARE, _DURATION, _ADDRESS))


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    if character in '"\\':
        return f"\\{character}"
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
