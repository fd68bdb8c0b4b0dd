"""What the operator of a run has said."""

from __future__ import annotations

from dataclasses import dataclass

from kmconfig.deploy.commands import TIMEOUT_SECONDS

PATIENCE_SECONDS = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Recipients instead of the files', approved guards, and reasons for leaving something out.

    ``command_timeout`` is the time limit of each reload and verify command, ``patience`` how long a server that
    puts off the preflight or the test message is asked again, both in seconds.
    """

    recipients: tuple[str, ...] = ()
    approved: tuple[str, ...] = ()
    no_test_send: str | None = None
    skip_promotion: str | None = None
    command_timeout: float = TIMEOUT_SECONDS
    patience: float = PATIENCE_SECONDS
