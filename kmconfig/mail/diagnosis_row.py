"""The shape of one row of the diagnosis table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kmconfig.mail.diagnosis import Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Conditions, all of which must hold, and what they mean.

    ``hosts`` are domain suffixes of the server; ``encryptions`` are as configured; ``pattern`` is searched in the exact
    words without regard to case. ``temporary`` overrides what the reply code says; ``uncertain``: the message may have
    been taken all the same. ``{host}`` and ``{port}`` in the texts stand for the server's, ``{openssl}`` for the
    command that opens TLS to it as configured.
    """

    key: str
    cause: str
    remedies: tuple[str, ...]
    stages: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    pattern: str | None = None
    enhanced: tuple[str, ...] = ()
    codes: tuple[int, ...] = ()
    kinds: tuple[str, ...] = ()
    encryptions: tuple[str, ...] = ()
    temporary: bool | None = None
    uncertain: bool = False

    @property
    def general(self) -> bool:
        """Whether it holds whoever runs the server."""
        return self.pattern is None and not self.hosts

    @property
    def rank(self) -> tuple[bool, ...]:
        """Smaller is more specific."""
        return (
            not (self.pattern and self.hosts),
            not self.pattern,
            not self.hosts,
            not self.enhanced,
            not self.stages,
            not self.codes,
            not self.encryptions,
        )

    def fits(self, failure: Failure) -> bool:
        """Whether every condition holds for ``failure``."""
        return (
            (not self.stages or failure.stage in self.stages)
            and (not self.kinds or failure.kind in self.kinds)
            and (not self.encryptions or failure.encryption in self.encryptions)
            and (not self.codes or failure.code in self.codes)
            and (not self.enhanced or failure.enhanced in self.enhanced)
            and (not self.hosts or _within(failure.host, self.hosts))
            and (self.pattern is None or re.search(self.pattern, failure.text, re.IGNORECASE) is not None)
        )


def _within(host: str, suffixes: tuple[str, ...]) -> bool:
    name = host.lower().rstrip(".")
    return any(name == suffix or name.endswith(f".{suffix}") for suffix in suffixes)
