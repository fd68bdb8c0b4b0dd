"""The runs of an environment, for people and for machines."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from kmconfig.report.escape import for_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kmconfig.deploy.history import Break
    from kmconfig.deploy.receipts import Stored
    from kmconfig.report.style import Style

_ROLES = {"applied": "good", "unchanged": "faint", "rolled_back": "changed", "failed": "bad", "unknown": "bad"}
_SHORT = 12


def history_document(environment: str, found: Sequence[Stored], broken: Sequence[Break] | None) -> dict[str, Any]:
    """What `kmconfig history --format json` prints (schema/history.v1.schema.json): the receipts, newest first.

    ``broken`` is null where nobody asked for the check.
    """
    return {
        "version": 1,
        "environment": environment,
        "receipts": [receipt.document for receipt in found if receipt.document],
        "broken": None if broken is None else [asdict(one) for one in broken],
    }


def history_text(environment: str, found: Sequence[Stored], *, total: int, style: Style) -> Iterator[str]:
    """A line or two for each run."""
    yield f"{style('bold', for_terminal(environment))}: {total} {'run' if total == 1 else 'runs'}"
    for receipt in found:
        yield from _run(receipt, style)
    if total > len(found):
        yield f"  … and {total - len(found)} older, `--limit {total}` shows them all"


def verdict_text(found: Sequence[Stored], broken: Sequence[Break], *, style: Style) -> Iterator[str]:
    """Whether the chain holds."""
    if not broken:
        yield f"  {style('good', '✓')} {len(found)} receipts, each bound to the one before it, none changed or missing"
    for one in broken:
        yield f"  {style('bad', '✗')} {for_terminal(one.run)}: {for_terminal(one.reason)}".replace(" : ", " ")


def _run(receipt: Stored, style: Style) -> Iterator[str]:
    result = receipt.text("result") or "unreadable"
    kind = "rollback" if receipt.text("kind") == "rollback" else ""
    shown = style(_ROLES.get(result, "bad"), for_terminal(result.replace("_", " ")).ljust(11))
    commit = receipt.text("commit")
    at = f"at {for_terminal(commit[:_SHORT])}" if commit else ""
    who = for_terminal(receipt.text("actor") or "")
    number = len(receipt.items("operations"))
    changes = f"{number} {'change' if number == 1 else 'changes'}"
    words = "  ".join(filter(None, (kind, changes, at, f"by {who}" if who else "")))
    yield f"  {for_terminal(receipt.run)}  {shown}  {words}"
    if receipt.text("message"):
        yield f"      {for_terminal(receipt.text('message') or '')}"
    for remark in receipt.items("remarks"):
        yield f"      {style('note', 'remark')}: {for_terminal(str(remark))}"
