"""Which statements of the manifests would change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.targets.interface import Action, Kept, Operation
from kmconfig.targets.kubernetes.wanted import CHECKSUM_ANNOTATION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kmconfig.targets.kubernetes.fields import Field

_SETTING = "target.kubernetes"
_MANIFEST = "a manifest with these keys"
CHECKSUM_KEY = f"ConfigMap.metadata.annotations.{CHECKSUM_ANNOTATION}"


def operations(live: Mapping[str, Field], wanted: Mapping[str, Field]) -> tuple[Operation, ...]:
    """The operations that make the files say what is wanted.

    Of a file that comes or goes as a whole only the keys of the application are named, and the file. The checksum
    follows from the rest; alone it is an operation only where somebody has changed it.
    """
    found = [*_files(live, wanted), *_changes(live, wanted)]
    others = [operation for operation in found if operation.key != CHECKSUM_KEY]
    return tuple(others or found)


def kept(wanted: Mapping[str, Field]) -> dict[str, Kept]:
    """What the files will say, and which files there will be."""
    files = {name: Kept(_SETTING, _MANIFEST) for name in sorted(_names(wanted))}
    return files | {key: Kept(field.setting, field.text) for key, field in wanted.items()}


def _changes(live: Mapping[str, Field], wanted: Mapping[str, Field]) -> Iterator[Operation]:
    staying = _names(live) & _names(wanted)
    for key in (*wanted, *(key for key in live if key not in wanted)):
        old, new = live.get(key), wanted.get(key)
        known = new or old
        if known is None or (old is not None and new is not None and old.text == new.text):
            continue
        if known.own or known.file in staying:
            yield _operation(known, old=old, new=new)


def _operation(known: Field, *, old: Field | None, new: Field | None) -> Operation:
    action: Action = "add" if old is None else "remove" if new is None else "change"
    # Of what somebody has added nobody knows what it is.
    hidden = old is not None and (old.hidden or (new is None and not old.own))
    return Operation(
        setting=known.setting,
        key=known.key,
        action=action,
        before=None if old is None else "(set)" if hidden else old.text,
        after=None if new is None else new.text,
        secret=hidden,
    )


def _files(live: Mapping[str, Field], wanted: Mapping[str, Field]) -> Iterator[Operation]:
    before, after = _names(live), _names(wanted)
    for name in sorted(before ^ after):
        action: Action = "add" if name in after else "remove"
        listing = wanted.get(name) or live.get(name)
        told = listing.text if listing is not None else _MANIFEST
        yield Operation(
            setting=_SETTING,
            key=name,
            action=action,
            before=told if action == "remove" else None,
            after=told if action == "add" else None,
        )


def _names(found: Mapping[str, Field]) -> set[str]:
    return {field.file for field in found.values()}
