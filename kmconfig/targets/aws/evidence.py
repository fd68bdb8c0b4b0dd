"""What the versions that are there say of a run, whether or not it lived to tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kmconfig.targets.aws.history import history, version_id, wrote

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from kmconfig.targets.aws.holdings import Holdings
    from kmconfig.targets.aws.reader import AwsReader
    from kmconfig.targets.aws.snapshot import Snapshot
    from kmconfig.targets.interface import State

_SECRET = "#secret"  # noqa: S105 - a word that no variable is named


class Staged(NamedTuple):
    """A mark, and which parameters and whether the secret too were to get versions with it."""

    mark: str
    parameters: tuple[str, ...]
    secret: bool

    @classmethod
    def read(cls, text: str) -> Staged:
        """What ``str`` has made."""
        mark, *names = text.split()
        return cls(mark, tuple(name for name in names if name != _SECRET), _SECRET in names)

    def __str__(self) -> str:
        return " ".join([self.mark, *self.parameters, *([_SECRET] if self.secret else ())])


def judge(reader: AwsReader, holdings: Holdings, kept: Snapshot, written: Collection[str]) -> State:
    """Compare what there is with a snapshot and with what runs have staged."""
    staged = [Staged.read(text) for text in written if text.strip()]
    found = {*_parameters(reader, holdings, kept, staged), *_secret(reader, holdings, kept, staged)}
    if "other" in found:
        return "other"
    if "after" not in found:
        return "before"
    # What was not to change is as before; only what was counts.
    return "partial" if "not yet" in found else "after"


def _parameters(reader: AwsReader, holdings: Holdings, kept: Snapshot, staged: list[Staged]) -> Iterator[str]:
    to_change = {name for one in staged for name in one.parameters}
    for name in sorted({*holdings.parameters, *kept.parameters, *to_change}):
        unchanged = "not yet" if name in to_change else "before"
        held = holdings.parameters.get(name)
        if (held.version if held is not None else None) == kept.parameters.get(name):
            yield unchanged
        elif held is None:
            yield "other"
        else:
            versions = history(reader.line, reader.shelves.parameter(name))
            number = kept.parameters.get(name, 0)
            before = versions.get(number)
            if before is not None and before.text == held.text:
                yield unchanged
            else:
                ours = wrote(versions, after=number, marks=[one.mark for one in staged])
                yield "after" if ours else "other"


def _secret(reader: AwsReader, holdings: Holdings, kept: Snapshot, staged: list[Staged]) -> Iterator[str]:
    secret, document = reader.shelves.secret, holdings.document
    if secret is None or document is None:
        return
    if document.version == kept.secret:
        yield "not yet" if any(one.secret for one in staged) else "before"
    elif document.version in {version_id(one.mark, secret) for one in staged}:
        yield "after"
    else:
        before = kept.document(reader.line, reader.shelves)
        yield "before" if before is not None and before.data == document.data else "other"
