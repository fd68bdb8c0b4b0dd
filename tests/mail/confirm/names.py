"""Stands in for the DNS where a test is about something else."""

from __future__ import annotations

from kmconfig.mail.confirm.names import NotAnswered


class Unknown:
    """Knows no name."""

    def text(self, name: str) -> str | None:
        """Nobody was asked."""
        raise NotAnswered(f"nobody knows {name}")

    def organisation(self, domain: str) -> str | None:
        """Nobody was asked."""
        del domain
        return None
