"""The versions of a parameter, and how each tells which run wrote it.

A parameter's description belongs to each of its versions: a mark in it is evidence that no other place could give,
since AWS has no check-and-set for parameters.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, NamedTuple

from kmconfig.errors import CouldNotCheck
from kmconfig.secrets.aws.faults import Fault
from kmconfig.secrets.aws.told import entries
from kmconfig.secrets.secret import Secret
from kmconfig.targets.aws.line import unreadable

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from kmconfig.targets.aws.line import Line

_NAMESPACE = uuid.UUID("6f0d6c1e-6f5f-5d0c-9d6e-0f6b6b6d636e")
_PAGES = 10
_WRITTEN = "Mail setting, written by kmconfig"


class Version(NamedTuple):
    """One version of a parameter."""

    number: int
    kind: str
    text: Secret
    key: str | None
    description: str


def history(line: Line, parameter: str) -> dict[int, Version]:
    """The versions of a parameter that AWS keeps, by number; none of one that is not there. Raises CouldNotCheck."""
    found: dict[int, Version] = {}
    page: dict[str, str] = {}
    for _ in range(_PAGES):
        reply = line.call("ssm", "get_parameter_history", Name=parameter, WithDecryption=True, **page)
        if isinstance(reply, Fault):
            if reply.code == "ParameterNotFound":
                return {}
            raise unreadable(f"ssm:{parameter}", reply)
        for entry in entries(reply.get("Parameters")):
            version = _version(entry)
            if version is not None:
                found[version.number] = version
        token = reply.get("NextToken")
        if not token:
            return found
        page = {"NextToken": str(token)}
    raise CouldNotCheck(
        f"`ssm:{parameter}` has a history without an end", help="see whether `AWS_ENDPOINT_URL` is right"
    )


def _version(entry: dict[str, object]) -> Version | None:
    number, text = entry.get("Version"), entry.get("Value")
    if not isinstance(number, int) or not isinstance(text, str):
        return None
    key, description = entry.get("KeyId"), entry.get("Description")
    return Version(
        number,
        str(entry.get("Type")),
        Secret(text, reference="live"),
        key if isinstance(key, str) else None,
        description if isinstance(description, str) else "",
    )


def wrote(versions: Mapping[int, Version], *, after: int, marks: Collection[str]) -> bool:
    """Whether runs with ``marks``, and nobody else, wrote a parameter since version ``after``.

    boto3 may have sent a request more than once. A version that somebody else writes may keep our description, and
    then says something else than the first with it.
    """
    ours = {described(mark) for mark in marks}
    said: dict[str, Secret] = {}
    newer = [versions[number] for number in sorted(versions) if number > after]
    for version in newer:
        if version.description not in ours or said.setdefault(version.description, version.text) != version.text:
            return False
    return bool(newer)


def mark_of(plan_digest: str) -> str:
    """What tells the versions that one plan writes from all others: the same for the same plan."""
    return str(uuid.uuid5(_NAMESPACE, plan_digest))


def described(mark: str) -> str:
    """The description of a parameter's version."""
    return f"{_WRITTEN} ({mark})"


def version_id(mark: str, secret: str) -> str:
    """The id of the version that a plan makes of a secret. AWS knows by it when it is asked for the same twice."""
    return str(uuid.uuid5(_NAMESPACE, f"{mark} {secret}"))
