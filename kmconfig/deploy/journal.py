"""What a run is about to do to a target, written down with the target before it does it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from kmconfig.errors import PartialOrUnknown

if TYPE_CHECKING:
    from kmconfig.targets.keeping.interface import Keeper

Doing: TypeAlias = Literal["write", "activate", "read_back", "verify", "test_message", "restore"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A run that is under way: for which environment and plan, and the step it is about to take.

    ``snapshot`` is the name under which what was there before is kept. ``written`` are fingerprints of everything
    that has been put in its place since, by this run and by killed ones before it. ``back_to`` is the run before
    which a rollback goes back, None for an apply. ``keys`` are those of the target that are written, ``fence`` is the
    number of the lock's holder.
    """

    run: str
    environment: str
    plan_digest: str
    snapshot: str
    written: tuple[str, ...]
    doing: Doing = "write"
    keys: tuple[str, ...] = ()
    back_to: str | None = None
    fence: int = 0


def record(keeper: Keeper, entry: Entry) -> None:
    """Put the entry where the next run finds it. Raises OSError or CouldNotCheck."""
    keeper.record((json.dumps({"version": 1, **asdict(entry)}, indent=2) + "\n").encode())


def read(keeper: Keeper) -> Entry | None:
    """The entry that a run left behind, None where none did.

    Raises:
        CouldNotCheck: this user may not read the journal.
        PartialOrUnknown: it cannot be understood.
    """
    text = keeper.journal()
    if text is None:
        return None
    entry = _entry(text)
    if entry is None:
        raise PartialOrUnknown(
            f"the journal in {keeper.where} cannot be understood, so it is not known how the last run ended",
            help="compare the target with the newest of the `snapshots` beside the journal, then remove the journal",
        )
    return entry


def _entry(text: bytes) -> Entry | None:
    try:
        fields: Any = json.loads(text)
        if fields.pop("version") != 1:
            return None
        entry = Entry(**{**fields, "written": tuple(fields["written"]), "keys": tuple(fields["keys"])})
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    texts = (
        entry.run,
        entry.environment,
        entry.plan_digest,
        entry.snapshot,
        entry.back_to or "",
        *entry.written,
        *entry.keys,
    )
    plain = all(isinstance(text, str) for text in texts) and "/" not in entry.snapshot
    return entry if plain and entry.doing in get_args(Doing) and isinstance(entry.fence, int) else None
