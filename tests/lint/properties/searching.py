"""How long these properties are searched: briefly and alike each time, or as long as somebody asks for.

``PROPERTY_EXAMPLES=20 pytest tests/lint/properties`` looks at twenty times as many examples, other ones each time.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

_TIMES = int(os.environ.get("PROPERTY_EXAMPLES", "1"))


def examples(number: int) -> settings:
    """The settings of a test that looks at a number of examples."""
    return settings(
        max_examples=number * _TIMES,
        derandomize=_TIMES == 1,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )
