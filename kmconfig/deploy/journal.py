"""What a run is about to do to a target, on disk before it does it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from kmconfig.errors import PartialOrUnknown
from kmconfig.targets.atomic import replace_file

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A write that is under way: which run, for which environment and plan, and where the old content is."""

    run: str
    environment: str
    plan_digest: str
    snapshot: str
    keys: list[str]


def record(path: Path, entry: Entry) -> None:
    """Put the entry on disk."""
    replace_file(path, (json.dumps({"version": 1, **asdict(entry)}, indent=2) + "\n").encode(), mode=0o600)


def read(path: Path) -> Entry | None:
    """The entry that a run left behind, None where none did.

    Raises PartialOrUnknown for a journal that cannot be understood.
    """
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        fields.pop("version")
        return Entry(**fields)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        raise PartialOrUnknown(
            f"the journal {path} cannot be read, so it is not known how the last run ended",
            help="compare the target with the newest file in `snapshots` beside the journal, then remove the journal",
        ) from None


def close(path: Path) -> None:
    """The run has ended with a known result."""
    path.unlink(missing_ok=True)
