"""AWS Systems Manager Parameter Store. Source: https://docs.aws.amazon.com/systems-manager/latest/APIReference/"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kmconfig.secrets.aws.content import Content, Read, answer
from kmconfig.secrets.aws.faults import Fault
from kmconfig.secrets.aws.parameter_versions import ParameterVersions, no_version
from kmconfig.secrets.aws.told import Told, entries, metadata

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kmconfig.environment.reference import SecretRef
    from kmconfig.secrets.aws.session import Session
    from kmconfig.secrets.store import Answer, Metadata

_BATCH = 10
"""AWS's limit of one GetParameters."""


class Parameter(NamedTuple):
    """Full name of a parameter, and the number or label of the version that is pinned."""

    name: str
    version: str | None = None

    @classmethod
    def by(cls, ref: SecretRef) -> Parameter:
        return cls(ref.name, None if ref.version is None else str(ref.version))

    @property
    def selector(self) -> str:
        """As AWS takes it: ``name``, ``name:version`` or ``name:label``."""
        return self.name if self.version is None else f"{self.name}:{self.version}"


class ParameterStore:
    """Reads each version of a parameter once, decrypted."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._versions = ParameterVersions(session)
        self._read: dict[Parameter, Read] = {}
        self._told: dict[Parameter, Told | Fault] = {}

    def resolve(self, refs: Sequence[SecretRef]) -> Mapping[SecretRef, Answer]:
        wanted = {ref: Parameter.by(ref) for ref in refs}
        missing = [one for one in dict.fromkeys(wanted.values()) if one not in self._read]
        for batch in _batches(missing):
            self._read_together(batch)
        for one in missing:
            if one not in self._read:
                self._read[one] = self._read_alone(one)
        return {ref: answer(ref, self._read[one]) for ref, one in wanted.items()}

    def describe(self, refs: Sequence[SecretRef]) -> Mapping[SecretRef, Metadata]:
        wanted = {ref: Parameter.by(ref) for ref in refs}
        missing = [one for one in dict.fromkeys(wanted.values()) if one not in self._told]
        current = self._versions.current([one.name for one in missing if one.version is None])
        for one in missing:
            told = self._versions.pinned(one.name, one.version) if one.version is not None else current[one.name]
            self._told[one] = told
        return {ref: metadata(ref, self._told[one]) for ref, one in wanted.items()}

    def _read_together(self, batch: Mapping[str, Parameter]) -> None:
        """Take what a batch gives; one name that is refused spoils it, and is found by reading each alone."""
        if len(batch) < 2:
            return
        reply = self._session.call(
            "ssm", "get_parameters", Names=[one.selector for one in batch.values()], WithDecryption=True
        )
        if isinstance(reply, Fault):
            return
        for entry in entries(reply.get("Parameters")):
            one = batch.get(str(entry.get("Name")))
            if one is not None:
                self._read[one] = _content(entry)

    def _read_alone(self, one: Parameter) -> Read:
        reply = self._session.call("ssm", "get_parameter", Name=one.selector, WithDecryption=True)
        if isinstance(reply, Fault):
            return reply if one.version is None or reply.kind != "missing" else no_version(one.version)
        entry = reply.get("Parameter")
        return _content(entry if isinstance(entry, dict) else {})


def _batches(wanted: Iterable[Parameter]) -> list[dict[str, Parameter]]:
    """Batches in which no name comes twice, so that the name alone tells which version an answer is of."""
    batches: list[dict[str, Parameter]] = []
    for one in wanted:
        room = next((batch for batch in batches if len(batch) < _BATCH and one.name not in batch), None)
        if room is None:
            room = {}
            batches.append(room)
        room[one.name] = one
    return batches


def _content(entry: Mapping[str, Any]) -> Read:
    text = entry.get("Value")
    if entry.get("Type") == "StringList":
        return Fault(kind="invalid", says="is a StringList", help="store it as SecureString")
    if not isinstance(text, str):
        return Fault(kind="missing", says="holds no value", help="put a value into it")
    return Content(text)
