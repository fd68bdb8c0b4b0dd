"""A secret of KV version 2 as the target needs it: with all it holds, its version, and its owner.

https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from kmconfig.secrets.secret import Secret
from kmconfig.secrets.vault.faults import Fault
from kmconfig.secrets.vault.reading import moment
from kmconfig.secrets.vault.replies import unexpected
from kmconfig.targets.variables.texts import Variables

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmconfig.secrets.vault.wire import Reply

OWNER = "kmconfig-environment"
"""Under which name of its custom metadata a secret says who was applied last."""

Data: TypeAlias = "Mapping[str, Any]"
"""What a secret holds: JSON values, and secrets where they are not written yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A version of a secret; version 0 is none at all, and ``gone`` one that was deleted or ``destroyed``.

    ``custom`` is the custom metadata, None where the server keeps none. ``age`` is in seconds, by the server's clock.
    """

    version: int = 0
    created: str = ""
    gone: bool = False
    destroyed: bool = False
    data: Data = field(default_factory=dict, repr=False)
    custom: Mapping[str, str] | None = field(default_factory=dict)
    age: float | None = None

    @property
    def base(self) -> str:
        """The token of this state: the number of the version and when it was made, never its content."""
        if not self.version:
            return "absent"
        return f"{self.version}@{self.created}{',deleted' if self.gone else ''}"

    @property
    def owner(self) -> str | None:
        """The environment that was applied here last."""
        return (self.custom or {}).get(OWNER)

    def variables(self) -> Variables:
        """What it holds, as texts: what is not text looks as in JSON."""
        return Variables({name: _text(value) for name, value in self.data.items()})


def document_of(reply: Reply) -> Document | None:
    """Read an answer; None for a 404 that tells of no version. Raises Fault for an answer of another form."""
    metadata = reply.part("data", "metadata")
    version = metadata.get("version")
    if reply.status == 404 and not isinstance(version, int):
        return None
    data = reply.part("data").get("data")
    gone = reply.status == 404
    if not isinstance(version, int) or isinstance(version, bool) or not (gone or isinstance(data, dict)):
        raise Fault(unexpected("secret of KV version 2"))
    created = metadata.get("created_time")
    return Document(
        version=version,
        created=created if isinstance(created, str) and moment(created) is not None else "",
        gone=gone,
        destroyed=metadata.get("destroyed") is True,
        data=data if isinstance(data, dict) else {},
        custom=_custom(metadata),
        age=_age(created, reply.date),
    )


def same(one: Data, other: Data) -> bool:
    """Whether two documents hold the same."""
    return one.keys() == other.keys() and all(_equal(value, other[name]) for name, value in one.items())


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, Secret) and isinstance(other, str):
        return one == Secret(other, reference=one.reference)
    return type(one) is type(other) and bool(one == other)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _custom(metadata: Mapping[str, Any]) -> Mapping[str, str] | None:
    """Servers before Vault 1.9 know nothing of it and leave it out."""
    if "custom_metadata" not in metadata:
        return None
    custom = metadata["custom_metadata"]
    return {str(name): str(value) for name, value in custom.items()} if isinstance(custom, dict) else {}


def _age(created: object, date: str | None) -> float | None:
    since = moment(created)
    if since is None or date is None:
        return None
    try:
        now = parsedate_to_datetime(date)
    except ValueError:
        return None
    return (now - since).total_seconds() if now.tzinfo is not None else None
