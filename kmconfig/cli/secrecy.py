"""What a run does before it reads secrets, and with each one it gets."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from kmconfig.report.escape import for_terminal
from kmconfig.report.stream import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TextIO

    from kmconfig.secrets.masker import Masker
    from kmconfig.secrets.secret import Secret

#: Formats on stdout that people read, or GitHub's runner.
_READ_IN_A_LOG = frozenset({"text", "github"})


def begin_secrecy(masker: Masker, *, stdout: TextIO, owns_process: bool) -> None:
    """Prepare for secrets: harden the process if it is ours, mask logins, and see to each secret that comes.

    ``stdout`` is the stream below the masked one, which alone may tell GitHub's runner what to mask.
    """
    from kmconfig.secrets.child_environment import LOGIN_SECRETS  # noqa: PLC0415 - only runs with secrets
    from kmconfig.secrets.secret import Secret  # noqa: PLC0415

    # Looked at before the process is hardened, which hides it from itself.
    announce = _stdout_is_a_log() and _reaches_job_log(stdout)
    if owns_process:
        from kmconfig.secrets.hardening import harden_process  # noqa: PLC0415

        harden_process()
    for name in sorted(LOGIN_SECRETS & os.environ.keys()):
        masker.register(Secret(os.environ[name], reference=f"env:{name}"))
    masker.watch(_weak_secrets_named(masker))
    if announce:
        masker.watch(_announced(stdout))


def _weak_secrets_named(masker: Masker) -> Callable[[Secret], None]:
    named: set[str] = set()

    def name(secret: Secret) -> None:
        reference = secret.reference
        weakness = masker.weakness(reference)
        if weakness is not None and reference not in named:
            named.add(reference)
            say(sys.stderr, f"kmconfig: `{for_terminal(reference)}` is {weakness} to be masked\n")

    return name


def _announced(stdout: TextIO) -> Callable[[Secret], None]:
    said: set[str] = set()

    def announce(secret: Secret) -> None:
        from kmconfig.secrets.job_log import github_mask_lines  # noqa: PLC0415 - only there

        lines = [line for line in github_mask_lines(secret) if line not in said]
        said.update(lines)
        sys.stdout.flush()
        say(stdout, "".join(f"{line}\n" for line in lines))

    return announce


def _reaches_job_log(stdout: TextIO) -> bool:
    from kmconfig.secrets.job_log import feeds_job_log  # noqa: PLC0415 - only runs with secrets

    try:
        descriptor = stdout.fileno()
    except OSError:  # a stream in memory
        return False
    return feeds_job_log(descriptor, os.environ)


def _stdout_is_a_log() -> bool:
    """Whether the running command prints for people; a program that reads stdout must find nothing else there."""
    from click import get_current_context  # noqa: PLC0415 - already there, but not for whoever only lints

    context = get_current_context(silent=True)
    options: dict[str, Any] = context.params if context is not None else {}
    if options.get("diff") or "-" in (options.get("paths") or ()):
        return False
    forms = options.get("formats") or (options.get("form") or "text",)
    return _READ_IN_A_LOG.issuperset(_on_stdout(forms, options.get("output")))


def _on_stdout(forms: Iterable[str], output: str | None) -> list[str]:
    """The formats among ``FORMAT[=FILE]`` that go to stdout."""
    from kmconfig.cli.special_files import is_stdout  # noqa: PLC0415 - only runs with secrets

    found = []
    for entry in forms:
        form, _, file = entry.partition("=")
        target = file or output
        if target is None or target == "-" or is_stdout(target):
            found.append(form)
    return found
