"""How property tests run: the same examples each time, on machines of any speed."""

from __future__ import annotations

from hypothesis import settings

steady = settings(derandomize=True, deadline=None, database=None)
