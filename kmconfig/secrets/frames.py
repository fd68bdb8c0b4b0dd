"""Emptying the frames that an exception came through: reporters of errors like to show local variables."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def frames_cleared() -> Iterator[None]:
    """Let exceptions out of the block, or the function that is decorated, without the local variables on their way.

    Also those of exceptions they were raised from or during: ``raise … from None`` hides these from Python's own
    traceback, but keeps them.
    """
    try:
        yield
    except BaseException as error:
        _clear(error)
        raise


def _clear(error: BaseException) -> None:
    import traceback  # noqa: PLC0415 - only when something is wrong

    waiting: list[BaseException | None] = [error]
    seen: set[int] = set()
    while waiting:
        found = waiting.pop()
        if found is None or id(found) in seen:
            continue
        seen.add(id(found))
        # Frames that still run, ours and those above, are left as they are.
        traceback.clear_frames(found.__traceback__)
        waiting += found.__cause__, found.__context__
        if isinstance(found, BaseExceptionGroup):
            waiting += found.exceptions
