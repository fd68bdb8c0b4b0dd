"""What AWS tells of a version without its value."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from kmconfig.secrets.aws.faults import Fault
from kmconfig.secrets.store import Description

if TYPE_CHECKING:
    from kmconfig.environment.reference import SecretRef
    from kmconfig.secrets.store import Metadata


class Told(NamedTuple):
    """A version's own name, when it was made, in UTC, and what else is worth knowing."""

    version: str | None = None
    created: datetime | None = None
    detail: str = ""


def metadata(ref: SecretRef, told: Told | Fault) -> Metadata:
    if isinstance(told, Fault):
        return told.problem(ref)
    return Description(ref=ref, version=told.version, created=told.created, detail=told.detail)


def moment(value: object) -> datetime | None:
    """A time as boto3 gives it, in UTC."""
    return value.astimezone(UTC) if isinstance(value, datetime) else None


def entries(value: object) -> list[dict[str, object]]:
    """A list of records as boto3 gives it; anything else in a server's answer is passed over."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
