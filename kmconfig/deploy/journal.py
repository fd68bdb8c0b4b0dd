"""What a run is about to do to a target, on disk before it does it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from kmconfig.errors import CouldNotCheck, PartialOrUnknown
from kmconfig.targets.atomic import replace_file, sync_folder

if TYPE_CHECKING:
    from pathlib import Path

Doing: TypeAlias = Literal["write", "restore"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A run that is under way: for which environment and plan, and what it is doing to the target.

    ``snapshot`` is the name of the file with the content to go back to. ``written`` are fingerprints of
    everything that has been put in its place since, by this run and by killed ones before it.
    """

    run: str
    environment: str
    plan_digest: str
    snapshot: str
    written: tuple[str, ...]
    doing: Doing = "write"


def record(path: Path, entry: Entry) -> None:
    """Put the entry on disk. Raises OSError."""
    replace_file(path, (json.dumps({"version": 1, **asdict(entry)}, indent=2) + "\n").encode(), mode=0o600)


def read(path: Path) -> Entry | None:
    """The entry that a run left behind, None where none did.

    Raises:
        CouldNotCheck: this user may not read the journal.
        PartialOrUnknown: it cannot be understood.
    """
    try:
        text = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise CouldNotCheck(
            f"the journal {path} cannot be read: {error.strerror}", help="apply as the same user as before"
        ) from None
    entry = _entry(text)
    if entry is None:
        raise PartialOrUnknown(
            f"the journal {path} cannot be understood, so it is not known how the last run ended",
            help="compare the target with the newest file in `snapshots` beside the journal, then remove the journal",
        )
    return entry


def close(path: Path) -> None:
    """The run has ended with a known result. Raises OSError."""
    path.unlink(missing_ok=True)
    sync_folder(path.parent)


def _entry(text: bytes) -> Entry | None:
    try:
        fields: Any = json.loads(text)
        if fields.pop("version") != 1:
            return None
        entry = Entry(**{**fields, "written": tuple(fields["written"])})
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    texts = (entry.run, entry.environment, entry.plan_digest, entry.snapshot, *entry.written)
    plain = all(isinstance(text, str) for text in texts) and "/" not in entry.snapshot
    return entry if plain and entry.doing in ("write", "restore") else None
