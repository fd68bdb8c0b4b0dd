"""Lease, journal and snapshots as parameters beside the target. They hold no secret.

AWS makes a parameter only where there is none, in one step. For a parameter that is there it has no check-and-set: the
number of the version that came of a write tells afterwards whether somebody wrote in between, and then nobody has won.
A document that was let go of stays as a dash, since a name is free again only some time after it was deleted.
"""

from __future__ import annotations

import base64
import zlib
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from kmconfig.errors import CouldNotCheck
from kmconfig.secrets.aws.faults import Fault
from kmconfig.secrets.aws.told import moment
from kmconfig.targets.aws.history import history
from kmconfig.targets.aws.line import unreadable, unwritable
from kmconfig.targets.aws.writing import TIER
from kmconfig.targets.keeping.records import Conflict, Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmconfig.targets.aws.line import Line

_LET_GO = "-"
_PACKED = "zlib:"
_STANDARD = 4096
"""Bytes of a standard parameter, https://docs.aws.amazon.com/systems-manager/latest/userguide/ says."""


class AwsRecords:
    """The documents below a prefix."""

    def __init__(self, line: Line, prefix: str) -> None:
        self._line = line
        self._prefix = prefix
        self.where = f"ssm:{prefix}"

    def ensure(self) -> None:
        """AWS does not tell what it would allow; the first document shows it."""

    def get(self, name: str) -> Record | None:
        """A document."""
        number, text, age = self._read(name)
        return None if text is None else Record(text=text, token=str(number), age=age)

    def put(self, name: str, text: str, *, expected: str | None) -> str:
        """Write a document where it is still in the expected state."""
        number, held, _ = self._read(name)
        if (str(number) if held is not None else None) != expected:
            raise Conflict
        return str(self._write(name, _packed(text), number))

    def delete(self, name: str, *, expected: str) -> None:
        """Write a dash."""
        number, _, _ = self._read(name)
        if str(number) != expected:
            raise Conflict
        self._write(name, _LET_GO, number)

    def _read(self, name: str) -> tuple[int, str | None, float | None]:
        """Number, text and age; number 0 where there is no parameter, no text where it was let go of."""
        parameter = f"{self._prefix}/{name}"
        reply = self._line.call("ssm", "get_parameter", Name=parameter)
        if isinstance(reply, Fault):
            if reply.code == "ParameterNotFound":
                return 0, None, None
            raise unreadable(f"ssm:{parameter}", reply)
        found: Mapping[str, Any] = reply["Parameter"]
        value = str(found.get("Value"))
        text = None if value == _LET_GO else _unpacked(f"ssm:{parameter}", value)
        return int(found.get("Version", 0)), text, _age(reply)

    def _write(self, name: str, value: str, after: int) -> int:
        parameter = f"{self._prefix}/{name}"
        reply = self._line.call(
            "ssm",
            "put_parameter",
            Name=parameter,
            Value=value,
            Type="String",
            Tier=TIER,
            Overwrite=after > 0,
        )
        if isinstance(reply, Fault) and reply.code != "ParameterAlreadyExists":
            raise unwritable(f"ssm:{parameter}", reply)
        number = 0 if isinstance(reply, Fault) else int(reply["Version"])
        return number if number == after + 1 else self._sent_again(parameter, after, value)

    def _sent_again(self, parameter: str, after: int, value: str) -> int:
        """The number of the newest version, where boto3 has sent the same write more than once. Raises Conflict."""
        newer = {number: version for number, version in history(self._line, parameter).items() if number > after}
        if not newer or any(version.text.reveal() != value for version in newer.values()):
            raise Conflict
        return max(newer)


def _packed(text: str) -> str:
    """A short text as it is; AWS takes nothing that looks like a reference to another parameter."""
    if len(text.encode()) <= _STANDARD and "{{" not in text and text != _LET_GO:
        return text
    return _PACKED + base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def _unpacked(about: str, value: str) -> str:
    if not value.startswith(_PACKED):
        return value
    try:
        return zlib.decompress(base64.b64decode(value.removeprefix(_PACKED))).decode()
    except (ValueError, zlib.error):
        damaged = CouldNotCheck(f"`{about}` is not as kmconfig writes it", help="see who else writes there")
    raise damaged


def _age(reply: Mapping[str, Any]) -> float | None:
    """For how long a parameter has stood like this, by AWS's clock."""
    since = moment(reply["Parameter"].get("LastModifiedDate"))
    date = reply.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
    if since is None or not isinstance(date, str):
        return None
    try:
        now = parsedate_to_datetime(date)
    except ValueError:
        return None
    return (now - since).total_seconds() if now.tzinfo is not None else None
