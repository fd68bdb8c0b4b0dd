"""Whether the receipts of an environment are still what its runs have written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.deploy.receipts import Receipts, Stored


@dataclass(frozen=True, slots=True)
class Break:
    """A place where the chain does not hold: the run whose receipt it is, and what is wrong with it."""

    run: str
    reason: str


def breaks(receipts: Receipts) -> Iterator[Break]:
    """The places where the chain of receipts does not hold, newest first."""
    found = list(receipts.newest_first())
    head = receipts.head()
    if found and head is not None and not _is_head(found, head):
        yield Break(found[0].run, "it is not the last one that was written: a newer receipt is gone")
    if found and head is None and found[0].text("previous") is not None:
        yield Break(found[0].run, "nothing says any more that it is the last one that was written")
    if not found and head is not None:
        yield Break("", "there are no receipts any more, although some were written")
    for position, receipt in enumerate(found):
        yield from _broken(receipt, found[position + 1] if position + 1 < len(found) else None)


def _is_head(found: list[Stored], head: str) -> bool:
    """Whether the newest receipt is the last that was written; a run that was killed may have left it unsaid."""
    return head in (found[0].text("digest"), found[0].text("previous"))


def _broken(receipt: Stored, before: Stored | None) -> Iterator[Break]:
    if not receipt.document:
        yield Break(receipt.run, "it cannot be read")
        return
    if receipt.text("digest") is None:
        yield Break(receipt.run, "it has no digest, so nobody can tell whether it was changed")
        return
    if receipt.text("run") != receipt.run:
        yield Break(receipt.run, f"it is the receipt of run {receipt.text('run')}, under another name")
    elif not receipt.intact:
        yield Break(receipt.run, "it was changed after it was written")
    previous = receipt.text("previous")
    expected = before.text("digest") if before is not None else None
    if previous != expected:
        gone = "the one before it is gone or was replaced" if previous is not None else "it claims to be the first one"
        yield Break(receipt.run, gone)
