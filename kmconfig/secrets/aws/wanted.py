"""A version of a secret in Secrets Manager, as it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmconfig.environment.reference import SecretRef

CURRENT = "AWSCURRENT"
_ID_LENGTH = 32
"""Ids of versions are no shorter, https://docs.aws.amazon.com/secretsmanager/latest/apireference/ says."""


class Wanted(NamedTuple):
    """Name or ARN of a secret; the id of a version, or else the stage a version is in."""

    name: str
    id: str | None = None
    stage: str = CURRENT

    @classmethod
    def by(cls, ref: SecretRef) -> Wanted:
        """What ``ref`` pins: an id if it is as long as ids are (usually a UUID), else a stage."""
        if ref.version is None:
            return cls(ref.name)
        version = str(ref.version)
        return cls(ref.name, id=version) if len(version) >= _ID_LENGTH else cls(ref.name, stage=version)

    @property
    def pinned(self) -> bool:
        return self.id is not None or self.stage != CURRENT

    @property
    def selector(self) -> Mapping[str, str]:
        """The parameters that ask for this version."""
        if self.id is not None:
            return {"VersionId": self.id}
        return {"VersionStage": self.stage} if self.pinned else {}

    @property
    def words(self) -> str:
        return f"with the id {self.id}" if self.id is not None else f"in the stage {self.stage}"
