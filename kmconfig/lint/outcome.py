"""The result of a lint run."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kmconfig.lint.finding import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kmconfig.lint.finding import Located


class Crash(NamedTuple):
    """A rule that failed itself: an internal error.

    ``environment`` is the name of the environment, or the path of the file, that it failed on. ``detail`` names
    the exception, not its text.
    """

    code: str
    environment: str
    detail: str


class Unchecked(NamedTuple):
    """What an online rule could not check: its code, the name of the environment, and why."""

    code: str
    environment: str
    reason: str


class Outcome:
    """The result of a lint run.

    ``baselined`` counts findings that a baseline accepts, ``fixed`` those that were corrected in the files.
    ``skipped`` is what could not be checked, which is not passed.
    """

    __slots__ = ("baselined", "crashes", "environments", "files", "findings", "fixed", "skipped", "suppressed")

    def __init__(
        self,
        *,
        findings: Iterable[Located] = (),
        crashes: Iterable[Crash] = (),
        skipped: Iterable[Unchecked] = (),
        suppressed: int = 0,
        baselined: int = 0,
        fixed: int = 0,
        files: int = 0,
        environments: tuple[str, ...] = (),
    ) -> None:
        self.findings = list(findings)
        self.crashes = list(crashes)
        self.skipped = list(skipped)
        self.suppressed = suppressed
        self.baselined = baselined
        self.fixed = fixed
        self.files = files
        self.environments = environments

    def count(self, severity: str) -> int:
        """How many findings have a severity."""
        return sum(finding.severity == severity for finding in self.findings)

    def unchecked(self) -> dict[str, list[str]]:
        """Why something could not be checked, with the codes of the rules that each reason kept from looking."""
        reasons: dict[str, list[str]] = {}
        for skipped in self.skipped:
            codes = reasons.setdefault(skipped.reason, [])
            if skipped.code not in codes:
                codes.append(skipped.code)
        return reasons

    def fails(self, level: str) -> bool:
        """Whether a finding reaches ``level``: error, warning, note, or never."""
        if level == "never":
            return False
        return any(SEVERITIES.index(finding.severity) <= SEVERITIES.index(level) for finding in self.findings)
