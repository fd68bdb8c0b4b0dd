"""What the key-value engines, version 1 and 2, answer, as values.

https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from kmconfig.secrets.secret import Secret
from kmconfig.secrets.store import accept
from kmconfig.secrets.vault.faults import Fault, Trouble
from kmconfig.secrets.vault.replies import unexpected

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmconfig.environment.reference import SecretRef
    from kmconfig.secrets.store import Answer
    from kmconfig.secrets.vault.wire import Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A secret as it was read: its texts, and what other values are instead of text."""

    texts: Mapping[str, Secret] = field(repr=False)
    others: Mapping[str, str]
    version: str | None = None
    created: datetime | None = None

    def value(self, ref: SecretRef) -> Answer:
        """The text under the key of ``ref``. Raises Fault when there is none."""
        key = ref.key or ""
        if key in self.texts:
            return accept(ref, self.texts[key].reveal())
        if key in self.others:
            remedy = "store the value as a JSON string: secrets are never converted from other types"
            raise Fault(Trouble("invalid", f"the value is {self.others[key]}, not text", remedy))
        raise Fault(Trouble("missing", f"the secret has no key `{key}`", self._near(key)))

    def _near(self, key: str) -> str:
        names = sorted(name for name in (*self.texts, *self.others) if len(name) <= 64 and name.isprintable())
        close = get_close_matches(key, names, n=1)
        if close:
            return f"did you mean `{close[0]}`?"
        shown = ", ".join(f"`{name}`" for name in names[:8])
        return f"it has {shown}{' and more' if len(names) > 8 else ''}" if shown else "it has no keys"


def reading_v1(reply: Reply) -> Reading:
    """A secret of KV version 1. Raises Fault for an answer of another form."""
    data = (reply.body or {}).get("data")
    if not isinstance(data, dict):
        raise Fault(unexpected("secret"))
    return _reading(data)


def reading_v2(reply: Reply) -> Reading:
    """A secret of KV version 2 with its version and when that was made. Raises Fault for an answer of another form."""
    data = reply.part("data").get("data")
    metadata = reply.part("data", "metadata")
    if not isinstance(data, dict) or not _is_version(metadata.get("version")):
        raise Fault(unexpected("secret of KV version 2"))
    return _reading(data, version=str(metadata["version"]), created=moment(metadata.get("created_time")))


def _reading(data: Mapping[str, Any], *, version: str | None = None, created: datetime | None = None) -> Reading:
    return Reading(
        texts={key: Secret(value, reference=f"vault:#{key}") for key, value in data.items() if isinstance(value, str)},
        others={key: _kind(value) for key, value in data.items() if not isinstance(value, str)},
        version=version,
        created=created,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a secret, from its metadata."""

    name: str
    created: datetime | None
    ends: datetime | None


def version_of(reply: Reply, pinned: int | None, *, now: datetime) -> Version:
    """The version that counts, of a KV version 2 metadata answer. Raises Fault when it is gone or never was."""
    current = reply.part("data").get("current_version")
    versions = reply.part("data", "versions")
    if not _is_version(current):
        raise Fault(unexpected("metadata of KV version 2"))
    if current == 0:
        raise Fault(Trouble("missing", "there is no version of it yet", "write the secret"))
    name = str(pinned or current)
    version = versions.get(name)
    if not isinstance(version, dict):
        raise Fault(Trouble("missing", f"there is no version {name}{_span(versions)}", "correct or drop `version`"))
    ends = moment(version.get("deletion_time"))
    if version.get("destroyed") is True:
        raise Fault(destroyed(name))
    if ends is not None and ends <= now:
        raise Fault(deleted(name, ends))
    return Version(name=name, created=moment(version.get("created_time")), ends=ends)


def _span(versions: Mapping[str, Any]) -> str:
    known = sorted(int(number) for number in versions if number.isascii() and number.isdecimal() and len(number) < 10)
    if not known:
        return ""
    return f": the oldest is {known[0]}, the newest {known[-1]}" if len(known) > 1 else f": there is only {known[0]}"


def gone(reply: Reply) -> Trouble | None:
    """Why a version that a 404 tells of can no longer be read; None when it tells of none."""
    metadata = reply.part("data", "metadata")
    version = metadata.get("version")
    if not _is_version(version):
        return None
    if metadata.get("destroyed") is True:
        return destroyed(str(version))
    return deleted(str(version), moment(metadata.get("deletion_time")))


def hints_at_v2(reply: Reply) -> bool:
    """Whether a 404 says that the path lacks what KV version 2 puts into paths."""
    warnings = (reply.body or {}).get("warnings")
    return isinstance(warnings, list) and any("versioned k/v" in str(warning).lower() for warning in warnings)


def deleted(version: str, when: datetime | None) -> Trouble:
    """A version that can be brought back."""
    since = f" on {when:%Y-%m-%d at %H:%M} UTC" if when is not None else ""
    return Trouble("missing", f"version {version} was deleted{since}", "undelete it, write a new one, or pin another")


def destroyed(version: str) -> Trouble:
    """A version that is lost."""
    return Trouble("missing", f"version {version} was destroyed", "write a new one, or pin another")


def moment(text: object) -> datetime | None:
    """A time as Vault writes it (RFC 3339 with up to nine digits behind the second), in UTC; None for no time."""
    if not isinstance(text, str) or not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo is not None and found.year > 1 else None


def _is_version(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


_KINDS = ((bool, "a boolean"), (int, "a number"), (float, "a number"), (dict, "an object"), (list, "a list"))


def _kind(value: object) -> str:
    return next((name for kind, name in _KINDS if isinstance(value, kind)), "null")
