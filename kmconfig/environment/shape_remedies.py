"""What to do about a fault of shape: words for help texts, and edits where the meaning is plain."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from kmconfig.environment.reference import OWN_SOURCES
from kmconfig.environment.shape_names import REFERENCE_TITLE, schemas_at, yaml_line
from kmconfig.environment.words import FROM_PACKAGES
from kmconfig.source.problem import Edit, Fix
from kmconfig.source.value import setting_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kmconfig.source.value import Path, Value

_LONGEST_QUOTE: Final = 60
_TYPE_WORDS: Final = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
}
DATA_WORDS: Final[dict[type, str]] = {
    str: "text",
    int: "a number",
    float: "a number with a fraction",
    bool: "true or false",
    list: "a list",
    dict: "a mapping",
    type(None): "empty",
}
_YES_OR_NO: Final = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}
_CONTROLS: Final = frozenset(
    chr(code)
    for first, last in ((0, 31), (127, 159), (0x61C, 0x61C), (0x200E, 0x200F), (0x2028, 0x202E), (0x2066, 0x2069))
    for code in range(first, last + 1)
)


def is_control(letter: str) -> bool:
    """Whether a character is a C0 or C1 control, a separator that counts as one, or a bidi control."""
    return letter in _CONTROLS


def clean(text: str) -> str:
    """Foreign text for a message: controls written out, cut where it gets long."""
    cut = text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…"
    return "".join(f"\\u{ord(letter):04x}" if is_control(letter) else letter for letter in cut)


def shown(data: Any) -> str:
    """A scalar for a message, as YAML writes it."""
    return clean(data if isinstance(data, str) else yaml_line(data))


def either(words: Sequence[str]) -> str:
    """``a, b or c``."""
    return " or ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)


def wanted_words(root: dict[str, Any], path: Path) -> list[str]:
    """What kinds of data a schema allows at a path, in words."""
    words: list[str] = []
    for schema in schemas_at(root, path)[0]:
        names = schema.get("type", [])
        if "enum" in schema:
            words += [f"`{yaml_line(item)}`" for item in schema["enum"] if item is not None]
        elif schema.get("title") == REFERENCE_TITLE:
            words.append("a secret reference")
        else:
            names = [names] if isinstance(names, str) else names
            words += [_TYPE_WORDS[name] for name in names if name != "null"]
    return list(dict.fromkeys(words))


def holds_login(data: Any) -> bool:
    """Whether a value looks like an address with user name and password in it."""
    return isinstance(data, str) and "@" in data.partition("://")[2]


def type_remedy(root: dict[str, Any], value: Value[Any], wanted: Sequence[str]) -> tuple[str, Fix | None]:
    """What to do about data of the wrong type, where that is plain."""
    data = value.data
    if data is None:
        return "write a value, or leave the setting out", None
    if isinstance(data, str):
        return _text_instead(value, wanted)
    if isinstance(data, float) and data.is_integer() and "a whole number" in wanted:
        return f"write `{int(data)}`", None
    if not isinstance(data, (list, dict)) and "text" in wanted and _good_text(root, value):
        return "put it in quotes", None
    return "", None


def _good_text(root: dict[str, Any], value: Value[Any]) -> bool:
    """Whether a number would be right as text; a duration, for one, would not."""
    text = value.span.text if value.span else str(value.data)
    patterns = [schema["pattern"] for schema in schemas_at(root, value.path)[0] if "pattern" in schema]
    return all(re.search(pattern, text) for pattern in patterns)


def _text_instead(value: Value[Any], wanted: Sequence[str]) -> tuple[str, Fix | None]:
    digits = value.data.isascii() and value.data.isdigit()
    if digits and ("a whole number" in wanted or f"`{value.data}`" in wanted):
        return "remove the quotes", unquoted(value)
    if "true or false" in wanted and (word := _YES_OR_NO.get(value.data.lower())):
        return f"`{clean(value.data)}` is text in YAML 1.2; write `{word}`", None
    if "a list" in wanted:
        return "write a list, in brackets or with a hyphen before each entry", None
    return "", None


def unquoted(value: Value[Any]) -> Fix | None:
    """Take the quotes off a number."""
    if value.span is None or value.data.startswith("0"):
        return None
    return Fix("remove the quotes", Edit(value.span, value.data), safe=True)


def replaced(value: Value[Any], word: str) -> Fix | None:
    """Put a word in the place of another; safe if they differ in case only."""
    if value.span is None:
        return None
    text, quote = value.span.text, ""
    if text[:1] in ("'", '"'):
        quote = text[0]
    if text != f"{quote}{value.data}{quote}":
        return None
    edit = Edit(value.span, f"{quote}{word}{quote}")
    return Fix(f"write `{word}`", edit, safe=value.data.lower() == word)


def text_remedy(text: str) -> str:
    """What to do about text of the wrong form, where its form tells."""
    if text != text.strip():
        return "remove the blanks around it"
    if text.startswith(("smtp://", "smtps://", "ssl://", "tls://")):
        return "leave the scheme out; encryption and port have settings of their own"
    host, colon, port = text.rpartition(":")
    if colon and port.isdigit() and host.count(":") == 0 and "/" not in host:
        return "leave the port out; it has a setting of its own"
    if text.endswith(">") and "<" in text:
        return "leave the name and the angle brackets out"
    return ""


def key_remedy(
    mapping: Value[Any], child: Value[Any], *, meant: str | None, home: Path | None, names: Sequence[str]
) -> tuple[str, Fix | None]:
    """What to do about a key that is not known here."""
    if meant is not None and meant in mapping.data:
        return f"remove it; `{meant}` is set already", None
    if meant is not None:
        fix = Fix(f"rename to `{meant}`", Edit(child.key_span, meant), safe=False) if child.key_span else None
        return f"did you mean `{meant}`?", fix
    if home is not None:
        above = setting_name(home[:-1])
        return f"`{home[-1]}` belongs {f'under `{above}`' if above else 'at the top of the file'}", None
    more = f"; others {FROM_PACKAGES}" if _packages_may_add(mapping.path, names) else ""
    return f"known here: {', '.join(names)}{more}" if names else "", None


def word_remedy(path: Path) -> str:
    """What to do about a word that is none of those allowed, where nothing like it is."""
    return f"others {FROM_PACKAGES}" if path[:2] == ("policy", "secret_sources") else ""


def _packages_may_add(path: Path, names: Sequence[str]) -> bool:
    """Whether packages may bring further keys: kinds of stores and targets, and the sources of references."""
    return path in (("stores",), ("target",)) or set(OWN_SOURCES) <= set(names)
