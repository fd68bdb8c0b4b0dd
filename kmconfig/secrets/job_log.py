"""Telling GitHub Actions what to mask in the log of its job."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kmconfig.secrets.secret import Secret

#: A file that GitHub makes for each step, so it tells the processes of one step from all others.
_OF_THE_STEP = "GITHUB_OUTPUT"


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
    """Whether what is written to ``descriptor`` ends in the log of a GitHub Actions job, and nowhere else.

    A file is no log. A pipe within a step, such as ``kmconfig plan … | tee plan.txt`` or ``$(kmconfig …)``, is
    told from the job's own by the step's other processes above us, which write elsewhere. Where these cannot be
    seen (without ``/proc``), the answer is no: a secret that is not announced is better than one in a file.
    """
    if environ.get("GITHUB_ACTIONS") != "true":
        return False
    try:
        ours = os.fstat(descriptor)
        if stat.S_ISREG(ours.st_mode):
            return False
        return all(os.path.samestat(ours, other) for other in _outputs_of_the_step(environ))
    except OSError:
        return False


def _outputs_of_the_step(environ: Mapping[str, str]) -> Iterator[os.stat_result]:
    """What stdout is to each process of our step that led to us, from the nearest on. Raises OSError."""
    step = environ.get(_OF_THE_STEP)
    process = os.getppid()
    # 0 stands for a parent outside of the container.
    while step and process > 0:
        folder = Path("/proc", str(process))
        if f"{_OF_THE_STEP}={step}".encode() not in (folder / "environ").read_bytes().split(b"\0"):
            return
        yield (folder / "fd/1").stat()
        process = _parent((folder / "stat").read_text(encoding="ascii", errors="replace"))


def _parent(status: str) -> int:
    """The parent's id in the text of ``/proc/<pid>/stat`` (proc(5)); the name before it may hold anything."""
    return int(status.rpartition(")")[2].split()[1])
