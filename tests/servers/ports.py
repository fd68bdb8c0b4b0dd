"""Free loopback ports for servers that cannot choose their own."""

from __future__ import annotations

import secrets
import socket
from contextlib import ExitStack
from dataclasses import dataclass

# Below the range from which the kernel takes ports for outgoing connections, so that none of those can
# take a port between the choice and the server's start.
_LOWEST, _HIGHEST = 20_000, 32_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where each service of the stack listens on 127.0.0.1."""

    submission: int
    smtps: int
    smtp25: int
    imaps: int


def choose_ports() -> Ports:
    """Return four different ports on which nothing listens now."""
    with ExitStack() as held:
        submission, smtps, smtp25, imaps = (_hold_free_port(held) for _ in range(4))
    return Ports(submission=submission, smtps=smtps, smtp25=smtp25, imaps=imaps)


def choose_port() -> int:
    """Return one port on which nothing listens now."""
    with ExitStack() as held:
        return _hold_free_port(held)


def _hold_free_port(held: ExitStack) -> int:
    for _ in range(200):
        port = _LOWEST + secrets.randbelow(_HIGHEST - _LOWEST)
        candidate = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            candidate.bind(("127.0.0.1", port))
        except OSError:
            candidate.close()
            continue
        held.enter_context(candidate)
        return port
    raise RuntimeError(f"no free port between {_LOWEST} and {_HIGHEST}")
