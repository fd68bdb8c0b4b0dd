"""Every error a user can meet, each with the exit code it ends in.

KmconfigError            70  internal error
├── UsageError           64  wrong call
├── ConfigurationError   65  configuration cannot be read
├── CheckFailed           1  findings, refused test mail, missing secret
├── Refused               3  a gate said no
├── Locked                4  somebody else is applying
├── CouldNotCheck         5  secret store, target or server not reachable; nothing changed
├── RolledBack            6  the change failed and the state before is proved to be back
└── PartialOrUnknown      7  a person is needed
"""

from __future__ import annotations


class KmconfigError(Exception):
    """An error with a message for people and an exit code for machines.

    ``message`` says what is wrong and where; ``help`` says what to do about it.
    Neither may hold a secret value.
    """

    exit_code = 70

    def __init__(self, message: str, *, help: str | None = None) -> None:  # noqa: A002 - the word users read
        super().__init__(message)
        self.message = message
        self.help = help

    @property
    def sentence(self) -> str:
        """The message and what to do about it, on one line."""
        return f"{self.message}; {self.help}" if self.help else self.message


class UsageError(KmconfigError):
    """The command was called in a way that cannot work."""

    exit_code = 64


class ConfigurationError(KmconfigError):
    """The configuration cannot be read, or the named environment does not exist."""

    exit_code = 65


class CheckFailed(KmconfigError):  # noqa: N818 - a result, not a fault of the program
    """A check gave a negative answer."""

    exit_code = 1


class Refused(KmconfigError):  # noqa: N818
    """A gate said no; nothing was changed."""

    exit_code = 3


class Locked(KmconfigError):  # noqa: N818
    """Another run holds the lock of this target."""

    exit_code = 4


class CouldNotCheck(KmconfigError):  # noqa: N818
    """Something needed for the answer could not be reached; nothing was changed."""

    exit_code = 5


class RolledBack(KmconfigError):  # noqa: N818
    """The change failed, and what was there before is proved to be back."""

    exit_code = 6


class PartialOrUnknown(KmconfigError):  # noqa: N818
    """The state after a failure is not known; a person is needed."""

    exit_code = 7
