"""A plan: what apply would change, compared with the live target, and what stands in its way. Cannot write."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from kmconfig.deploy.guards import Guard, guards_of
from kmconfig.targets.interface import NOTHING_WRITTEN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmconfig.targets.interface import Candidate, Comparison, LiveState, Operation, Reader
    from kmconfig.targets.secret_changes import Written

LIFETIME = {"production": timedelta(hours=4)}
USUAL_LIFETIME = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The operations for one environment, the guards they touch, and the state of the target they start from.

    ``commit`` is the git commit of the files, with ``+dirty`` where they differ from it; None outside of git.
    """

    environment: str
    target: str
    created: datetime
    expires: datetime
    commit: str | None
    operations: tuple[Operation, ...]
    guards: tuple[Guard, ...]
    notes: tuple[str, ...]
    keys: tuple[str, ...]
    formerly_ours: frozenset[str]
    live: LiveState

    @property
    def base(self) -> str:
        """The state of the target that the plan starts from."""
        return self.live.base

    @property
    def digest(self) -> str:
        """SHA-256 over everything the plan says, in hexadecimal digits."""
        import json  # noqa: PLC0415

        canonical = json.dumps(self._content(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode("utf-8", "backslashreplace")).hexdigest()

    def document(self) -> dict[str, Any]:
        """The plan object of contract, section 5."""
        return {**self._content(), "digest": self.digest}

    def _content(self) -> dict[str, Any]:
        return {
            "environment": self.environment,
            "target": self.target,
            "created": self.created.isoformat(timespec="seconds"),
            "expires": self.expires.isoformat(timespec="seconds"),
            "commit": self.commit,
            "operations": [operation.document(now=self.created) for operation in self.operations],
            "guards": [asdict(guard) for guard in self.guards],
            "notes": list(self.notes),
            "base": self.base,
        }


def make_plan(
    candidate: Candidate,
    reader: Reader,
    *,
    now: datetime,
    commit: str | None,
    formerly_ours: frozenset[str] = frozenset(),
    written: Mapping[str, Written] = NOTHING_WRITTEN,
) -> Plan:
    """Compare an environment with its live target.

    ``formerly_ours`` are the keys, and ``written`` the secrets, that the last run wrote there.
    Raises CouldNotCheck where the target cannot be read.
    """
    environment = candidate.environment
    comparison: Comparison = reader.compare(candidate, formerly_ours=formerly_ours, written=written)
    created = now.astimezone(UTC).replace(microsecond=0)
    return Plan(
        environment=environment.name,
        target=reader.identity,
        created=created,
        expires=created + LIFETIME.get(environment.tier, USUAL_LIFETIME),
        commit=commit,
        operations=comparison.operations,
        guards=tuple(guards_of(environment, comparison)),
        notes=(*comparison.notes, *candidate.notes),
        keys=comparison.keys,
        formerly_ours=formerly_ours,
        live=comparison.live,
    )
