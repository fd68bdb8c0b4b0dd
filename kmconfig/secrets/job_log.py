"""Telling GitHub Actions what to mask in the log of its job."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kmconfig.secrets.secret import Secret

#: GitHub gives it to every process of a step; the runner, which starts the steps, has it not.
_OF_A_STEP = b"GITHUB_ACTIONS=true"

#: They read from a pipe for ``$(…)``. One may have been told of the job only after its start, which cannot be seen.
_SHELLS = frozenset(("ash", "bash", "busybox", "dash", "fish", "ksh", "mksh", "pwsh", "rbash", "sh", "zsh"))


def github_mask_lines(secret: Secret) -> Iterator[str]:
    """Yield the workflow commands that make GitHub Actions mask ``secret``, its longer lines and their encodings.

    They hold the value: print them only to the job's own log, before anything else. A secret too short or too
    common to be masked yields none.
    """
    from kmconfig.secrets.patterns import maskable, patterns_of  # noqa: PLC0415 - few runs happen there

    value = secret.reveal()
    if not maskable(value):
        return
    lines = (line for line in value.splitlines() if maskable(line))
    for text in dict.fromkeys((value, *lines, *patterns_of(value))):
        escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        yield f"::add-mask::{escaped}"


def feeds_job_log(descriptor: int, environ: Mapping[str, str]) -> bool:
    """Whether it is certain that what is written to ``descriptor`` ends in the log of a GitHub Actions job.

    It is where all processes of the step above us write to the same pipe as we do, and the runner that started the
    first of them reads from it. Then it is no pipe within the step, such as ``kmconfig plan … | tee plan.txt`` or
    ``$(kmconfig …)``. Where that cannot be seen (without ``/proc``, or in a container), the answer is no: a secret
    that is not announced is better than one in a file.
    """
    if environ.get("GITHUB_ACTIONS") != "true":
        return False
    try:
        ours = os.fstat(descriptor)
        return stat.S_ISFIFO(ours.st_mode) and _is_read_by_the_runner(ours)
    except (OSError, ValueError, IndexError):
        return False


def _is_read_by_the_runner(pipe: os.stat_result) -> bool:
    """Whether the step has this pipe as its stdout, up to the runner that reads from it. Raises OSError."""
    process = os.getppid()
    # 0 stands for a parent outside of the container.
    while process > 0:
        folder = Path("/proc", str(process))
        if _OF_A_STEP not in (folder / "environ").read_bytes().split(b"\0"):
            name = (folder / "comm").read_text(encoding="ascii", errors="replace").rstrip("\n")
            return name not in _SHELLS and any(_reads(entry, pipe) for entry in (folder / "fd").iterdir())
        if not os.path.samestat(pipe, (folder / "fd/1").stat()):
            return False
        process = _parent((folder / "stat").read_text(encoding="ascii", errors="replace"))
    return False


def _reads(entry: Path, pipe: os.stat_result) -> bool:
    """Whether an open file of a process (proc_pid_fd(5)) is the end of ``pipe`` that is read from."""
    try:
        return os.path.samestat(pipe, entry.stat()) and bool(entry.lstat().st_mode & stat.S_IRUSR)
    except FileNotFoundError:  # closed meanwhile
        return False


def _parent(status: str) -> int:
    """The parent's id in the text of ``/proc/<pid>/stat`` (proc(5)); the name before it may hold anything."""
    return int(status.rpartition(")")[2].split()[1])
