"""Which versions a secret in Secrets Manager has, since when, and what became of them; never a value.

The age is that of the version: `LastChangedDate` moves with every edit of a tag.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmconfig.secrets.aws.faults import Fault
from kmconfig.secrets.aws.told import Told, entries, moment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from kmconfig.secrets.aws.session import Reply, Session
    from kmconfig.secrets.aws.wanted import Wanted

_PAGES = 50
"""More than AWS keeps: a server that always promises another page is not followed for ever."""


class SecretVersions:
    """Asks for metadata, which needs `secretsmanager:DescribeSecret` and `secretsmanager:ListSecretVersionIds`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def tell(self, one: Wanted) -> Told | Fault:
        """Version, time and state. A time that may not be seen stays open, and the permission for it is named."""
        secret = self._described(one)
        if isinstance(secret, Fault) and secret.kind != "denied":
            return secret
        if not isinstance(secret, Fault) and secret.get("DeletedDate") is not None:
            return _deleted(moment(secret["DeletedDate"]))
        version = self._listed(one)
        if not isinstance(version, Fault):
            if isinstance(secret, Fault):
                return version._replace(detail=f"rotation and deletion unknown: {secret.says}")
            return version._replace(detail=_rotation(secret))
        if isinstance(secret, Fault):
            return secret
        return version if version.kind != "denied" else _without_time(one, secret, version)

    def explain(self, one: Wanted, fault: Fault) -> Fault:
        """Say of a value that cannot be read what its metadata knows better; AWS has one code for several cases."""
        if fault.code not in {"ResourceNotFoundException", "InvalidRequestException"}:
            return fault
        secret = self._described(one)
        if isinstance(secret, Fault):
            return fault
        if secret.get("DeletedDate") is not None:
            return _deleted(moment(secret["DeletedDate"]))
        return _no_version(one) if fault.code == "ResourceNotFoundException" else fault

    def _described(self, one: Wanted) -> Reply:
        return self._session.call("secretsmanager", "describe_secret", SecretId=one.name)

    def _listed(self, one: Wanted) -> Told | Fault:
        more: dict[str, Any] = {"IncludeDeprecated": True} if one.id is not None else {}
        for _ in range(_PAGES):
            reply = self._session.call(
                "secretsmanager", "list_secret_version_ids", SecretId=one.name, MaxResults=100, **more
            )
            if isinstance(reply, Fault):
                return reply
            for entry in entries(reply.get("Versions")):
                if _fits(one, entry.get("VersionId"), entry.get("VersionStages")):
                    return Told(str(entry["VersionId"]), moment(entry.get("CreatedDate")))
            if not reply.get("NextToken"):
                break
            more["NextToken"] = reply["NextToken"]
        return _no_version(one)


def _fits(one: Wanted, version: object, stages: object) -> bool:
    if one.id is not None:
        return version == one.id
    return isinstance(version, str) and isinstance(stages, list) and one.stage in stages


def _without_time(one: Wanted, secret: Mapping[str, Any], fault: Fault) -> Told | Fault:
    stages = secret.get("VersionIdsToStages")
    versions = stages if isinstance(stages, dict) else {}
    found = next((str(version) for version, stages in versions.items() if _fits(one, version, stages)), one.id)
    return _no_version(one) if found is None else Told(found, detail=f"age unknown: {fault.says}")


def _no_version(one: Wanted) -> Fault:
    return Fault(
        kind="missing",
        says=f"has no version {one.words}",
        help="see `aws secretsmanager list-secret-version-ids`" if one.pinned else "put a value into it",
    )


def _deleted(when: datetime | None) -> Fault:
    return Fault(
        kind="missing",
        says=f"was deleted on {when:%Y-%m-%d}" if when is not None else "was deleted",
        help="`aws secretsmanager restore-secret` brings it back as long as it is only scheduled for deletion",
    )


def _rotation(secret: Mapping[str, Any]) -> str:
    if secret.get("RotationEnabled") is not True:
        return ""
    last = moment(secret.get("LastRotatedDate"))
    return "AWS rotates it" if last is None else f"AWS rotates it, last on {last:%Y-%m-%d}"
