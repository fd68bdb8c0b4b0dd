"""Several looks at once, since each waits for the network."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def begin(look: Callable[[], T]) -> Future[T]:
    """Run ``look`` in a thread of its own; what it returns or raises is the future's.

    The thread does not keep the program alive, so that an interrupt waits for no server.
    """
    future = Future[T]()

    def run() -> None:
        try:
            result = look()
        except BaseException as error:  # noqa: BLE001 - raised again where the result is read
            future.set_exception(error)
        else:
            future.set_result(result)

    threading.Thread(target=run, daemon=True).start()
    return future
