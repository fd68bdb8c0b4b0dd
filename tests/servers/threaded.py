"""What the small servers of the tests share: a thread of their own, from entering to leaving."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType


class Threaded(ABC):
    """Serves while it is entered."""

    @abstractmethod
    def serve(self) -> None:
        """Answer until told to stop."""

    @abstractmethod
    def stop(self) -> None:
        """Make :meth:`serve` end."""

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self.serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._thread.join(5)
