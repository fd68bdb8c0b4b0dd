"""Durations as files write them: a number and one of s, m, h and d."""

from __future__ import annotations

from datetime import timedelta

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def parse_duration(text: str) -> timedelta:
    """The duration of a text that fits the schema, such as ``90d``."""
    return timedelta(**{_UNITS[text[-1]]: int(text[:-1])})
