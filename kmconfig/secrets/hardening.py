"""Keeping secrets in this process: no core dumps, no curious neighbours, no inheritance, no CI log."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kmconfig.environment.reference import SecretRef
    from kmconfig.secrets.secret import Secret

Measure: TypeAlias = Literal["no-core-dump", "not-dumpable"]

_PR_SET_DUMPABLE = 4


def harden_process() -> frozenset[Measure]:
    """Do what the system allows and return what took effect. Call it before secrets are read.

    ``no-core-dump`` sets the core file limit to 0. ``not-dumpable`` (Linux, prctl(2)) keeps other processes of
    the same user from reading this one's memory and environment; `/proc/self` then belongs to root, so paths
    such as `/dev/stdout` may no longer be opened anew.
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


def scrubbed_environment(environ: Mapping[str, str], refs: Iterable[SecretRef]) -> dict[str, str]:
    """Return ``environ`` for a child process, without the variables that hold the secrets of ``refs``."""
    secret_names = {ref.name for ref in refs if ref.source == "env"}
    return {name: value for name, value in environ.items() if name not in secret_names}


def github_mask_lines(secret: Secret) -> Iterator[str]:
    """Yield the workflow commands that make GitHub Actions mask ``secret``, its lines and escaped forms.

    They hold the value: print them only to the job's own standard output, before anything else. A secret too
    short or too common to be masked yields none.
    """
    from kmconfig.secrets.patterns import escaped_forms, maskable  # noqa: PLC0415

    value = secret.reveal()
    if not maskable(value):
        return
    texts = (value, *(line for line in value.splitlines() if maskable(line)), *escaped_forms(value))
    for text in dict.fromkeys(texts):
        escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        yield f"::add-mask::{escaped}"
