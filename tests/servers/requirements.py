"""What a test needs from the machine: present, or a skip that says how to get it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

REQUIRED_FLAG = "KMCONFIG_REQUIRE_SERVERS"


def require(
    what: str,
    *,
    packages: str,
    programs: Iterable[str] = (),
    files: Iterable[str] = (),
    root: bool = False,
) -> None:
    """Skip the test where *what* cannot run here; fail it where ``KMCONFIG_REQUIRE_SERVERS=1``.

    ``packages`` are Debian package names for the message; ``programs`` are looked up on the path and
    in ``/usr/sbin``; ``files`` are absolute paths.
    """
    missing = [name for name in programs if find_program(name) is None]
    missing += [name for name in files if not Path(name).exists()]
    if missing:
        unavailable(
            f"{what} needs {', '.join(missing)}: on Debian, `apt-get install --no-install-recommends {packages}`"
        )
    if root and os.geteuid() != 0:
        unavailable(f"{what} must be started by root, because it gives up privileges to its own users")


def find_program(name: str) -> str | None:
    """Return the path of a program, also of one that only root usually has on the path."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/lib/dovecot")


def unavailable(reason: str) -> None:
    """Skip with *reason*, or fail with it where nothing may be skipped."""
    if os.environ.get(REQUIRED_FLAG) == "1":
        pytest.fail(f"{reason} (not skipped, because {REQUIRED_FLAG}=1)", pytrace=False)
    pytest.skip(reason)
