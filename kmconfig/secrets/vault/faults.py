"""Why Vault gave no answer that can be used, as data that is safe to show."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from kmconfig.secrets.store import ProblemKind


class Trouble(NamedTuple):
    """What went wrong. ``fact`` and ``help`` hold nothing a server wrote but key names and host names.

    ``lasting`` when asking for another secret would end alike.
    """

    kind: ProblemKind
    fact: str
    help: str
    lasting: bool = False


class Fault(Exception):  # noqa: N818 - it never leaves this package: the store answers with a SecretProblem
    """Carries a trouble to the store."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.fact)
        self.trouble = trouble


def not_logged_in(fact: str, help: str) -> Fault:  # noqa: A002 - the word users read
    """There is no login, so nothing can be asked."""
    return Fault(Trouble("unreachable", f"not logged in: {fact}", help, lasting=True))
