"""Suppressions that were added to files, or taken out of them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kmconfig.lint.suppressions import may_suppress, read_suppressions
from kmconfig.review.model import Change, Risk
from kmconfig.review.quoted import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.lint.suppressions import Suppression
    from kmconfig.review.state import State
    from kmconfig.source.span import SourceFile


def suppression_changes(base: State, head: State) -> Iterator[Change]:
    """A change for each suppression that is in a file on one side only; where it stands makes no difference."""
    before, after = _files(base), _files(head)
    for path in sorted(before.keys() | after.keys()):
        if before.get(path) == after.get(path):
            continue
        old, new = _in_file(before.get(path)), _in_file(after.get(path))
        counts = Counter(text for text, _ in old)
        for text, suppression in new:
            if counts[text]:
                counts[text] -= 1
            else:
                yield _added(path, text, suppression)
        counts = Counter(text for text, _ in new)
        for text, _ in old:
            if counts[text]:
                counts[text] -= 1
            else:
                yield Change(setting=f"suppression in {path}", before=text, after=None)


def _files(state: State) -> dict[str, SourceFile]:
    return {document.file.path: document.file for document in state.documents if may_suppress(document.file)}


def _in_file(file: SourceFile | None) -> list[tuple[str, Suppression]]:
    """What each suppression of a file says, in one form."""
    found = list(read_suppressions(file)) if file is not None else []
    return [(_text(suppression), suppression) for suppression in found if not suppression.malformed]


def _text(suppression: Suppression) -> str:
    until = f" until={suppression.until}" if suppression.until is not None else ""
    return f"ignore[{', '.join(named.text for named in suppression.rules)}] {suppression.reason}{until}"


def _added(path: str, text: str, suppression: Suppression) -> Change:
    rules = ", ".join(quoted(named.text) for named in suppression.rules)
    until = f" until {suppression.until}" if suppression.until is not None else ", without an end"
    risk = Risk("medium", f"findings of {rules} are no longer shown here{until}")
    return Change(setting=f"suppression in {path}", before=None, after=text, place=suppression.span, risks=(risk,))
