"""Whether a secret that nobody can read back is the one that is wanted: by what runs have written."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from kmconfig.targets.secret_changes import secret_settings
from kmconfig.targets.settings_api.signature import Times

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmconfig.secrets.secret import Secret
    from kmconfig.targets.goal import Candidate
    from kmconfig.targets.secret_changes import Verdict, Written
    from kmconfig.targets.settings_api.reading import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A secret that this process has sent with success.

    ``version`` is what the server called the one before, ``change`` the mark that was sent along.
    """

    secret: Secret
    version: str | None
    change: str

    def stands(self, field_: str, live: Reading) -> bool:
        """Whether nothing speaks against its being there still."""
        version = live.versions.get(field_)
        moved = version is None or version != self.version
        ours = live.mark is None or live.mark.change == self.change
        return field_ in live.held and moved and ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A secret that an earlier run has written and that needs no write. ``version`` is what the server calls it."""

    secret: Secret
    version: str | None

    def stands(self, field_: str, live: Reading) -> bool:
        """Whether nothing speaks against its being there still."""
        untouched = live.mark is None or live.mark.change is not None
        return field_ in live.held and live.versions.get(field_) == self.version and untouched


@dataclass(slots=True)
class Memory:
    """What a reader and its writer tell each other.

    ``sent`` are the secrets that were written, by field, ``standing`` those that the last comparison let stand,
    ``times`` when answers were signed.
    """

    sent: dict[str, Sent] = field(default_factory=dict)
    standing: Mapping[str, Standing] = field(default_factory=lambda: MappingProxyType({}))
    times: Times = field(default_factory=Times)


def by_receipt(candidate: Candidate, setting: str, written: Mapping[str, Written]) -> Verdict:
    """Whether the last run has written what the reference points to now: by version, else by fingerprint."""
    ref = secret_settings(candidate).get(setting)
    last = written.get(setting)
    if ref is None or last is None or last.reference != str(ref):
        return "unknown"
    described = candidate.descriptions.get(ref)
    if described is not None and None not in (described.version, last.version):
        return "same" if described.version == last.version else "other"
    if candidate.key is None or last.fingerprint is None or ref in candidate.unread:
        return "unknown"
    now = candidate.key.of(candidate.secrets[ref], setting=setting, reference=str(ref))
    return "same" if now == last.fingerprint else "other"
