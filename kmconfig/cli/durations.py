"""Durations on a command line."""

from __future__ import annotations

import re

from kmconfig.environment.duration import parse_duration
from kmconfig.errors import UsageError


def seconds_of(option: str, text: str) -> float:
    """The seconds of a duration such as ``30s`` or ``5m``; a number alone counts seconds.

    Raises UsageError, naming the option.
    """
    if not re.fullmatch(r"[1-9][0-9]{0,5}[smhd]?", text):
        raise UsageError(f"`{option} {text}` is no duration", help="write it as 30s or 5m")
    return float(text) if text.isdigit() else parse_duration(text).total_seconds()
