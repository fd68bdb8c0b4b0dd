"""What helps against what a system says when a file cannot be written."""

from __future__ import annotations

BY_ITS_OWNER = "apply as the owner of the file, who may also create files in its folder"

_REMEDIES = {
    "resource busy": "it is mounted as a single file there, which cannot be replaced as a whole; "
    "mount its folder instead",
    "no space left": "make room on its disk",
    "quota": "make room in the quota of the user who applies",
    "read-only file system": "apply where the file system can be written",
    "input/output error": "see whether its disk is in order",
}


def remedy(why: str, *, otherwise: str = BY_ITS_OWNER) -> str:
    """What helps against a reason in the system's words; ``otherwise`` where those say nothing special."""
    text = why.lower()
    return next((found for sign, found in _REMEDIES.items() if sign in text), otherwise)
