"""Writing one parameter, or a version of the secret."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kmconfig.errors import Refused
from kmconfig.secrets.aws.faults import Fault
from kmconfig.secrets.secret import Secret
from kmconfig.targets.aws.history import described, history, wrote
from kmconfig.targets.aws.holdings import SECURE
from kmconfig.targets.aws.line import unwritable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmconfig.targets.aws.line import Line
    from kmconfig.targets.keeping.interface import Fence
    from kmconfig.targets.variables.texts import Text

PENDING = "KMCONFIG_PENDING"
CURRENT = "AWSCURRENT"

TIER = "Intelligent-Tiering"
"""Standard as long as that suffices. AWS refuses to make an advanced parameter a standard one again."""


def put_parameter(line: Line, parameter: str, text: Text, *, kind: str, after: int, mark: str) -> None:
    """Write a version of a parameter on top of version ``after``, 0 for one that is not there.

    Raises Refused where another version came in between, CouldNotCheck where it is not known to be written.
    """
    about = f"ssm:{parameter}"
    optional: dict[str, Any] = {}
    before = history(line, parameter) if after else {}
    if max(before, default=0) != after:
        raise _meanwhile(about)
    # Without it AWS would encrypt with another key than before.
    if kind == SECURE and after and before[after].key is not None:
        optional["KeyId"] = before[after].key
    reply = line.call(
        "ssm",
        "put_parameter",
        Name=parameter,
        Value=text.reveal() if isinstance(text, Secret) else text,
        Type=kind,
        Description=described(mark),
        Tier=TIER,
        Overwrite=after > 0,
        **optional,
    )
    expected = not isinstance(reply, Fault) and reply["Version"] == after + 1
    if expected or wrote(history(line, parameter), after=after, marks={mark}):
        return
    if isinstance(reply, Fault) and reply.code != "ParameterAlreadyExists":
        raise unwritable(about, reply)
    raise _meanwhile(about)


def delete_parameter(line: Line, parameter: str) -> None:
    """Remove a parameter that was not there before. Raises CouldNotCheck."""
    reply = line.call("ssm", "delete_parameter", Name=parameter)
    if isinstance(reply, Fault) and reply.code != "ParameterNotFound":
        raise unwritable(f"ssm:{parameter}", reply)


def put_version(line: Line, secret: str, data: Mapping[str, Any], *, version: str) -> None:
    """Make a version of a secret that nobody reads yet. Asked twice it is made once.

    Raises Refused where a version of this id holds something else, CouldNotCheck for any other answer.
    """
    reply = line.call(
        "secretsmanager",
        "put_secret_value",
        SecretId=secret,
        ClientRequestToken=version,
        SecretString=json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=_value),
        VersionStages=[PENDING],
    )
    if not isinstance(reply, Fault):
        return
    if reply.code == "ResourceExistsException":
        raise Refused(
            f"`aws_secret:{secret}` has a version of this plan already, with other values",
            help="a secret that the files refer to has changed since: make a new plan",
        )
    raise unwritable(f"aws_secret:{secret}", reply)


def promote(line: Line, secret: str, *, version: str, before: str, fence: Fence) -> None:
    """Make a version the current one in place of ``before``; AWS refuses where that no longer is.

    Raises Refused then, CouldNotCheck where it is not known to have happened.
    """
    fence.check()
    reply = line.call(
        "secretsmanager",
        "update_secret_version_stage",
        SecretId=secret,
        VersionStage=CURRENT,
        MoveToVersionId=version,
        RemoveFromVersionId=before,
    )
    if not isinstance(reply, Fault):
        return
    current = current_version(line, secret)
    if current == version:
        return
    if current is not None and current != before:
        raise _meanwhile(f"aws_secret:{secret}")
    raise unwritable(f"aws_secret:{secret}", reply)


def tidy(line: Line, secret: str, *, version: str) -> None:
    """Take the pending stage from a version that is current. It does no harm where it stays."""
    line.call(
        "secretsmanager",
        "update_secret_version_stage",
        SecretId=secret,
        VersionStage=PENDING,
        RemoveFromVersionId=version,
    )


def current_version(line: Line, secret: str) -> str | None:
    """The id of the current version, None where AWS does not tell."""
    reply = line.call("secretsmanager", "get_secret_value", SecretId=secret, VersionStage=CURRENT)
    return None if isinstance(reply, Fault) else str(reply.get("VersionId"))


def _value(value: object) -> str:
    if isinstance(value, Secret):
        return value.reveal()
    raise TypeError("a secret holds JSON and secrets")


def _meanwhile(about: str) -> Refused:
    return Refused(
        f"`{about}` was written by somebody else at the same time",
        help="somebody else writes it; run the command again",
    )
