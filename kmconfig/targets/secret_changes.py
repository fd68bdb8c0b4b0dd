"""How secrets change, told by versions and fingerprints, never by values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from kmconfig.lint.rules.references import references
from kmconfig.targets.goal import Earlier

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from kmconfig.environment.reference import SecretRef
    from kmconfig.secrets.fingerprint import FingerprintKey
    from kmconfig.secrets.secret import Secret
    from kmconfig.secrets.store import Description
    from kmconfig.targets.goal import Candidate, Goal

Verdict: TypeAlias = Literal["same", "other", "unknown"]
"""Whether a target holds what a reference points to; unknown where the value could not be read to see."""


class Written(NamedTuple):
    """What a receipt says of one secret that a run wrote. Versions are text, whatever they look like."""

    reference: str
    version: str | None
    fingerprint: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretChange:
    """What tells a secret that is going to be written from the one that the target holds.

    ``before`` is the version that the last run wrote, None where that is not known or is no longer there; ``after``
    is the store's version now, made at ``created``. ``held`` says whether the target holds any value. ``compared``
    is False where nobody can tell whether the two differ, since the value may not be read.
    """

    before: str | None = None
    after: str | None = None
    created: datetime | None = None
    fingerprint_before: str | None = None
    fingerprint_after: str | None = None
    held: bool = True
    compared: bool = True

    def age_days(self, *, now: datetime) -> int | None:
        """Full days since the version was made, None where the store does not tell."""
        return None if self.created is None else max(0, (now - self.created).days)

    def versions(self, *, now: datetime) -> dict[str, Any]:
        """The versions for machines."""
        return {
            "before": self.before,
            "after": self.after,
            "created": None if self.created is None else self.created.isoformat(timespec="seconds"),
            "age_days": self.age_days(now=now),
        }

    def fingerprints(self) -> dict[str, Any] | None:
        """The fingerprints for machines, None without a key for them."""
        if self.fingerprint_before is None and self.fingerprint_after is None:
            return None
        return {"before": self.fingerprint_before, "after": self.fingerprint_after}


class SecretChanges:
    """What is known of the secrets of a goal and of those that the last run wrote to the same target.

    Of what a target held earlier nothing is known but the values.
    """

    def __init__(self, goal: Goal, written: Mapping[str, Written]) -> None:
        self._written = written
        if isinstance(goal, Earlier):
            self._refs: Mapping[str, SecretRef] = {}
            self._unread: frozenset[SecretRef] = frozenset()
            self._descriptions: Mapping[SecretRef, Description] = {}
            self._secrets: Mapping[SecretRef, Secret] = {}
            self._key: FingerprintKey | None = None
        else:
            self._refs = secret_settings(goal)
            self._unread = goal.unread
            self._descriptions = goal.descriptions
            self._secrets = goal.secrets
            self._key = goal.key

    def unread(self, setting: str) -> bool:
        """Whether a setting refers to a secret whose value may not be read here."""
        return self._refs.get(setting) in self._unread

    def verdict(self, setting: str, live: Secret) -> Verdict:
        """Judge what the target holds without the value: by the version that was written, and its fingerprint."""
        ref = self._refs[setting]
        written = self._written_from(setting, ref)
        version = self._version(ref)
        if written is None or written.version is None or version is None:
            return "unknown"
        if written.version != version:
            return "other"
        held = self._fingerprint(setting, ref, live)
        if held is None or written.fingerprint is None:
            return "unknown"
        return "same" if held == written.fingerprint else "other"

    def change(self, setting: str, live: Secret | None, *, held: bool) -> SecretChange | None:
        """Describe a secret that will be written in place of ``live``; None where the setting is no reference."""
        ref = self._refs.get(setting)
        if ref is None:
            return None
        described = self._descriptions.get(ref)
        unread = ref in self._unread
        return SecretChange(
            before=self._before(setting, ref, live),
            after=self._version(ref),
            created=None if described is None else described.created,
            fingerprint_before=self._fingerprint(setting, ref, live),
            fingerprint_after=None if unread else self._fingerprint(setting, ref, self._secrets[ref]),
            held=held,
            compared=not unread or live is None or self.verdict(setting, live) != "unknown",
        )

    def _before(self, setting: str, ref: SecretRef, live: Secret | None) -> str | None:
        """The version that was written, as long as nothing speaks against its being there still."""
        written = self._written_from(setting, ref)
        if written is None or live is None:
            return None
        held = self._fingerprint(setting, ref, live)
        if None not in (held, written.fingerprint) and held != written.fingerprint:
            return None
        # A version never changes: where the value is another one all the same, somebody has changed the target.
        if ref not in self._unread and written.version == self._version(ref):
            return None
        return written.version

    def _written_from(self, setting: str, ref: SecretRef) -> Written | None:
        """What was written for a setting from the same reference: versions of two secrets say nothing of each other."""
        written = self._written.get(setting)
        return written if written is not None and written.reference == str(ref) else None

    def _version(self, ref: SecretRef) -> str | None:
        described = self._descriptions.get(ref)
        return None if described is None else described.version

    def _fingerprint(self, setting: str, ref: SecretRef, secret: Secret | None) -> str | None:
        key = self._key
        return None if key is None or secret is None else key.of(secret, setting=setting, reference=str(ref))


def secret_settings(candidate: Candidate) -> dict[str, SecretRef]:
    """The settings of a candidate's driver that refer to a secret, with the reference."""
    known = candidate.secrets.keys() | candidate.unread
    block = ("email", candidate.environment.email.driver.data)
    found = (reference for reference in references(candidate.environment) if reference.path[:2] == block)
    return {reference.setting: reference.data for reference in found if reference.data in known}
