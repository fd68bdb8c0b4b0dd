"""What was seen of a sender's domain: the checks that the rules of the KM7 area read, and `kmconfig dns` prints."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

Result: TypeAlias = Literal["pass", "note", "warn", "fail", "unknown"]


class DomainCheck(NamedTuple):
    """How a domain's records stand to one rule.

    ``detail`` says what was seen; with ``unknown``, why it could not be. ``help`` says what to do, ``suggestion`` is a
    record to publish, empty where there is none. ``records`` are those that were read. All of them may hold text
    from servers.
    """

    code: str
    result: Result
    detail: str
    help: str = ""
    suggestion: str = ""
    records: tuple[str, ...] = ()


class DomainState(NamedTuple):
    """What was seen of the domain that an environment sends from, a check for each rule that applies."""

    domain: str
    checks: tuple[DomainCheck, ...]

    def check(self, code: str) -> DomainCheck | None:
        """The check of a rule, None where the rule does not apply to what was seen."""
        return next((check for check in self.checks if check.code == code), None)
