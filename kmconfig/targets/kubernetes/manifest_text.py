"""Manifests as YAML that every reader understands alike."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from kmconfig.targets.kubernetes.wanted import Manifest

_HEADER = "# Written by kmconfig. A change by hand is drift: change the environment file, and apply it.\n"

#: What no version of YAML takes for anything but text, except for some words.
_PLAIN = re.compile(r"(?!(?i:y|n|yes|no|on|off|true|false|null|none)\Z)[A-Za-z][A-Za-z0-9_./-]*")
#: What nobody sees in a review: marks of direction, separators, what has no width.
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - nothing is written as an alias
        return True

    def text(self, text: str) -> yaml.ScalarNode:
        """Plain words stay bare, everything else is quoted."""
        style = None if _PLAIN.fullmatch(text) else '"'
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _Dumper.text)


def manifest_bytes(manifest: Manifest) -> bytes:
    """One document, for a file of its own."""
    return f"{_HEADER}{manifest_text(manifest)}".encode()


def manifest_text(manifest: Manifest) -> str:
    """One document without a mark at its start. What nobody would see stands as an escape in its quotes."""
    text = yaml.dump(manifest, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1_000_000)
    return _INVISIBLE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
