"""What became of each key that was read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Status: TypeAlias = Literal["carried", "secret", "unset", "unused", "left", "missing"]
"""``carried``: it stands in the YAML. ``secret``: a reference stands there in its place. ``unset``: it is empty or
null, so there is nothing to carry. ``unused``: mail does not read it, and it stays where it is. ``left``: it counts,
and could not be carried. ``missing``: it is not in the file, and that matters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One key, or one setting of a target that is no `.env`.

    ``line`` counts from 1 and is None where there are no lines. ``setting`` is the path that the value went to.
    ``reason`` says why it was not simply carried, ``help`` what to do; neither holds a secret.
    """

    key: str
    status: Status
    line: int | None = None
    setting: str | None = None
    reason: str = ""
    help: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is not as people expect, and what to do about it."""

    text: str
    help: str = ""
