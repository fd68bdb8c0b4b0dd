"""SPF records of the sender's domain."""

from __future__ import annotations

OPEN = "v=spf1 ip4:192.0.2.0/24 -all"


def spf(text: str, *more: str) -> str:
    """Zone lines: the record, and more."""
    return "\n".join((f'acme.example TXT "{text}"', *more))
