"""Durations as Kubernetes gives them back: Argo CD takes another spelling for a difference."""

from __future__ import annotations

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def go_duration(text: str) -> str:
    """``15m`` to ``15m0s``, ``1d`` to ``24h0m0s``; ``text`` is a duration of an environment file."""
    minutes, seconds = divmod(int(text[:-1]) * _SECONDS[text[-1]], 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h{minutes}m{seconds}s"
    return f"{minutes}m{seconds}s" if minutes else f"{seconds}s"
