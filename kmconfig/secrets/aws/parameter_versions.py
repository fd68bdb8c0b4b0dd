"""Which versions a parameter has and since when; values are neither decrypted nor kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmconfig.secrets.aws.faults import Fault, absent
from kmconfig.secrets.aws.told import Told, entries, moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kmconfig.secrets.aws.session import Session

_BATCH = 50
"""AWS's limit of names in one DescribeParameters."""

_PAGES = 50
"""More than AWS keeps: a server that always promises another page is not followed for ever."""

_ELSEWHERE = "/aws/reference/secretsmanager/"


class ParameterVersions:
    """Asks for metadata: `ssm:DescribeParameters` for what is current, `ssm:GetParameterHistory` for what is pinned."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def current(self, names: Sequence[str]) -> Mapping[str, Told | Fault]:
        """Tell of the current version of each, with as few questions as AWS allows."""
        told: dict[str, Told | Fault] = {name: _elsewhere() for name in names if name.startswith(_ELSEWHERE)}
        asked = [name for name in names if name not in told]
        for start in range(0, len(asked), _BATCH):
            batch = asked[start : start + _BATCH]
            found = self._described(batch)
            for name in batch:
                told[name] = (
                    self._by_history(name, found) if isinstance(found, Fault) else found.get(name, self._missing())
                )
        return told

    def pinned(self, name: str, version: str) -> Told | Fault:
        """Tell of the version with this number or label."""
        history = self._history(name)
        if isinstance(history, Fault):
            return history
        for entry in history:
            labels = entry.get("Labels")
            if version == str(entry.get("Version")) or (isinstance(labels, list) and version in labels):
                return _told(entry)
        return no_version(version)

    def _by_history(self, name: str, fault: Fault) -> Told | Fault:
        """Ask for one parameter, where asking for a list of them was refused."""
        if fault.reach != "secret":
            return fault
        history = self._history(name)
        if isinstance(history, Fault):
            return fault if history.kind == "denied" else history
        return _told(max(history, key=_number)) if history else self._missing()

    def _described(self, names: Sequence[str]) -> dict[str, Told] | Fault:
        filters = [{"Key": "Name", "Option": "Equals", "Values": list(names)}]
        found: dict[str, Told] = {}
        for reply in self._pages("describe_parameters", ParameterFilters=filters):
            if isinstance(reply, Fault):
                return reply
            found.update({str(entry.get("Name")): _told(entry) for entry in entries(reply.get("Parameters"))})
        return found

    def _history(self, name: str) -> list[dict[str, object]] | Fault:
        history: list[dict[str, object]] = []
        for reply in self._pages("get_parameter_history", Name=name, WithDecryption=False):
            if isinstance(reply, Fault):
                return reply
            # Without the value: that of a plain String is part of the answer.
            history.extend(
                {key: value for key, value in entry.items() if key != "Value"}
                for entry in entries(reply.get("Parameters"))
            )
        return history

    def _missing(self) -> Fault:
        return absent(self._session.region)

    def _pages(self, operation: str, **parameters: Any) -> Iterator[Mapping[str, Any] | Fault]:
        for _ in range(_PAGES):
            reply = self._session.call("ssm", operation, MaxResults=_BATCH, **parameters)
            yield reply
            if isinstance(reply, Fault) or not reply.get("NextToken"):
                return
            parameters["NextToken"] = reply["NextToken"]


def no_version(version: str) -> Fault:
    return Fault(
        kind="missing",
        says=f"is not there, or has no version or label {version}",
        help="`aws ssm get-parameter-history` lists them",
    )


def _told(entry: Mapping[str, object]) -> Told:
    version = entry.get("Version")
    detail = "a plain String, not encrypted" if entry.get("Type") == "String" else ""
    return Told(None if version is None else str(version), moment(entry.get("LastModifiedDate")), detail)


def _number(entry: Mapping[str, object]) -> int:
    version = entry.get("Version")
    return version if isinstance(version, int) else 0


def _elsewhere() -> Told:
    return Told(detail="lies in Secrets Manager: refer to it with `aws_secret`")
