"""What a report is made from, and the page that it becomes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.cli.running import write
from tests.environment.results import RESULTS

if TYPE_CHECKING:
    from pathlib import Path

EPOCH = "1767225600"
KINDS = ("secrets", "dns", "drift", "plan")


def page(root: Path, folder: str = "site") -> str:
    return (root / folder / "index.html").read_text(encoding="utf-8")


def give(root: Path, name: str, document: Any) -> str:
    write(root, {name: json.dumps(document)})
    return name


def receipt(**more: Any) -> dict[str, Any]:
    return {"version": 1, **RESULTS["receipt"]["results"][0], **more}
