"""AWS Secrets Manager. Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmconfig.secrets.aws.content import Content, Read, answer
from kmconfig.secrets.aws.faults import Fault
from kmconfig.secrets.aws.secret_versions import SecretVersions
from kmconfig.secrets.aws.told import Told, entries, metadata
from kmconfig.secrets.aws.wanted import Wanted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kmconfig.environment.reference import SecretRef
    from kmconfig.secrets.aws.session import Session
    from kmconfig.secrets.store import Answer, Metadata

_BATCH = 20
"""AWS's limit of one BatchGetSecretValue."""


class SecretsManager:
    """Reads each version of a secret once, however many of its keys are asked for."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._versions = SecretVersions(session)
        self._read: dict[Wanted, Read] = {}
        self._told: dict[Wanted, Told | Fault] = {}
        self._batches = True

    def resolve(self, refs: Sequence[SecretRef]) -> Mapping[SecretRef, Answer]:
        wanted = {ref: Wanted.by(ref) for ref in refs}
        missing = [one for one in dict.fromkeys(wanted.values()) if one not in self._read]
        self._read_together([one for one in missing if not one.pinned])
        for one in missing:
            if one not in self._read:
                self._read[one] = self._read_alone(one)
        return {ref: answer(ref, self._read[one]) for ref, one in wanted.items()}

    def describe(self, refs: Sequence[SecretRef]) -> Mapping[SecretRef, Metadata]:
        wanted = {ref: Wanted.by(ref) for ref in refs}
        for one in wanted.values():
            if one not in self._told:
                self._told[one] = self._versions.tell(one)
        return {ref: metadata(ref, self._told[one]) for ref, one in wanted.items()}

    def _read_together(self, wanted: Sequence[Wanted]) -> None:
        """Take what batches give; whatever they leave out is read alone, which also tells why."""
        for start in range(0, len(wanted), _BATCH):
            batch = wanted[start : start + _BATCH]
            if len(batch) < 2 or not self._batches:
                return
            reply = self._session.call(
                "secretsmanager", "batch_get_secret_value", SecretIdList=[one.name for one in batch]
            )
            if isinstance(reply, Fault):
                self._batches = reply.kind != "denied"
                continue
            found = entries(reply.get("SecretValues"))
            for one in batch:
                entry = next((entry for entry in found if one.name in (entry.get("Name"), entry.get("ARN"))), None)
                if entry is not None:
                    self._read[one] = _content(entry)

    def _read_alone(self, one: Wanted) -> Read:
        reply = self._session.call("secretsmanager", "get_secret_value", SecretId=one.name, **one.selector)
        return self._versions.explain(one, reply) if isinstance(reply, Fault) else _content(reply)


def _content(entry: Mapping[str, Any]) -> Read:
    text = entry.get("SecretString")
    if isinstance(text, str):
        return Content(text)
    if entry.get("SecretBinary") is not None:
        return Fault(kind="invalid", says="is binary", help="store it as text, with SecretString")
    return Fault(kind="missing", says="holds no value", help="put a value into it")
