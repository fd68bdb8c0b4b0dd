"""Keeping secrets in this process: no core dumps, and no neighbours that read its memory."""

from __future__ import annotations

import sys
from typing import Literal, TypeAlias

Measure: TypeAlias = Literal["no-core-dump", "not-dumpable"]

_PR_SET_DUMPABLE = 4


def harden_process() -> frozenset[Measure]:
    """Do what the system allows and return what took effect. Call it before secrets are read.

    ``no-core-dump`` sets the core file limit to 0, for children too. ``not-dumpable`` (Linux, prctl(2)) keeps
    other processes of the same user from reading this one's memory and environment; `/proc/self` then belongs to
    root, so paths such as `/dev/fd/3` can no longer be opened by other users: write to the descriptor instead.

    The umask stays. Whatever holds secrets is created with mode 0600 or 0700 in any case, and a umask of 077 would
    reach the application's own commands, whose files (such as a cached configuration) its server must read.
    """
    done: set[Measure] = set()
    if _limit_core():
        done.add("no-core-dump")
    if sys.platform == "linux" and _forbid_dump():
        done.add("not-dumpable")
    return frozenset(done)


def _limit_core() -> bool:
    try:
        import resource  # noqa: PLC0415

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, OSError, ValueError):
        return False
    return True


def _forbid_dump() -> bool:
    try:
        import ctypes  # noqa: PLC0415

        zero = ctypes.c_ulong(0)
        failed: int = ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, zero, zero, zero, zero)
    except (ImportError, OSError, AttributeError):
        return False
    return failed == 0
