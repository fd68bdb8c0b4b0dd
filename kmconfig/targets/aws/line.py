"""Asking AWS, from several threads one after the other, with errors for people."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from kmconfig.errors import CouldNotCheck
from kmconfig.secrets.aws.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmconfig.secrets.aws.session import Reply, Session


_PAUSES = (2.0, 4.0, 8.0)
"""Seconds before a throttled request is sent again, after botocore has given up: an account may write few parameters a
second, and who stops between two of them leaves half of the settings behind."""

_THROTTLED = frozenset(
    ("RequestLimitExceeded", "Throttling", "ThrottlingException", "TooManyRequestsException", "TooManyUpdates")
)


class Line:
    """One login at AWS. What was out of reach before is asked all the same."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._lock = threading.Lock()

    @property
    def region(self) -> str:
        """The region that is asked; known once something was."""
        return self._session.region

    def call(self, service: str, operation: str, **parameters: Any) -> Reply:
        """Ask a service, and again while it throttles; a Fault where there is no good answer."""
        for pause in _PAUSES:
            reply = self._once(service, operation, **parameters)
            if not isinstance(reply, Fault) or reply.code not in _THROTTLED:
                return reply
            time.sleep(pause)
        return self._once(service, operation, **parameters)

    def _once(self, service: str, operation: str, **parameters: Any) -> Reply:
        with self._lock:
            self._session.begin()
            return self._session.call(service, operation, **parameters)

    def read(self, about: str, service: str, operation: str, **parameters: Any) -> Mapping[str, Any]:
        """Ask about something. Raises CouldNotCheck."""
        reply = self.call(service, operation, **parameters)
        if isinstance(reply, Fault):
            raise unreadable(about, reply)
        return reply


def unreadable(about: str, fault: Fault) -> CouldNotCheck:
    """Say why something could not be read."""
    return CouldNotCheck(f"`{about}` {fault.says}", help=fault.help)


_TAKEN_BACK = {
    "ParameterMaxVersionLimitExceeded": (
        "cannot be written: it has 100 versions, and the oldest carries a label, so that AWS may not drop it",
        "move the label to a newer version with `aws ssm label-parameter-version`",
    ),
    "ParameterLimitExceeded": (
        "cannot be written: the account has as many parameters as it may have",
        "remove parameters that are not needed, or ask AWS for a higher quota",
    ),
    "HierarchyTypeMismatchException": (
        "cannot be written: AWS does not change the type of a parameter",
        "delete the parameter, wait 30 seconds, and apply again",
    ),
    "TooManyUpdates": ("cannot be written: it is being changed too often", "wait a moment, then run again"),
    "LimitExceededException": (
        "cannot be written: AWS keeps no more versions of it in a day",
        "wait until versions of yesterday are dropped, or ask AWS for a higher quota",
    ),
    "ValidationException": (
        "cannot be written: AWS takes neither this name nor this text",
        "a parameter holds at most 4096 bytes and no `{{`",
    ),
    "EncryptionFailure": (
        "cannot be written: its KMS key cannot encrypt",
        "see whether the key exists, is enabled, and may be used for `kms:Encrypt` and `kms:GenerateDataKey`",
    ),
}


def unwritable(about: str, fault: Fault) -> CouldNotCheck:
    """Say why something could not be written, or is not known to be."""
    says, remedy = _TAKEN_BACK.get(fault.code, (fault.of_writing().says, fault.help))
    return CouldNotCheck(f"`{about}` {says}", help=remedy)
