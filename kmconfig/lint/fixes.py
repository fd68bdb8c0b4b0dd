"""Applies the fixes of findings as text edits, and keeps those that clear their finding and raise no new error."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kmconfig.source.comments import comments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kmconfig.lint.engine import Outcome
    from kmconfig.lint.finding import Located
    from kmconfig.source.problem import Edit
    from kmconfig.source.span import SourceFile

    #: Lints the project with the given texts in place of the files of these paths.
    Linter = Callable[[dict[str, str]], "View"]
    Key = tuple[str, str, int, tuple[tuple[int, int, str], ...]]

MAX_PASSES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The project as one lint sees it.

    ``asked`` has the findings that may be fixed, ``everything`` all that a fix could make worse, both without a
    limit. ``files`` are the files read, by path, and ``real`` is what stands behind each path where some are links.
    ``editable`` are the paths that fixes may write to.
    """

    everything: Outcome
    asked: Outcome
    files: dict[str, SourceFile]
    real: dict[str, str]
    editable: frozenset[str]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A finding whose fix is not applied, and why."""

    finding: Located
    reason: str


@dataclass(slots=True)
class Fixed:
    """The result of fixing: the new texts of files by their real paths, and the view that they make.

    ``suspect`` are identities of findings of which one was refused.
    """

    view: View
    texts: dict[str, str] = field(default_factory=dict)
    applied: list[Located] = field(default_factory=list)
    refused: dict[Key, Refusal] = field(default_factory=dict)
    suspect: set[tuple[str, str, str]] = field(default_factory=set)


def fix_all(linter: Linter, *, unsafe: bool) -> Fixed:
    """Apply fixes until none is left, safe ones only unless ``unsafe``.

    Edits that overlap wait for the next pass. A fix is refused if there would be an error that was not there
    before and that has no fix of its own, if its finding would stay, or if a comment would go. Fixes that others
    made possible are tried again.
    """
    fixed = Fixed(linter({}))
    for _ in range(MAX_PASSES):
        candidates = _candidates(fixed.view, unsafe=unsafe)
        chosen = _apart((found for found in candidates if _key(found) not in fixed.refused), fixed.view.real)
        if not chosen:
            break
        _Pass(fixed, linter, unsafe=unsafe).take(chosen)
    return fixed


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """Replace ranges of a text that do not overlap."""
    for edit in sorted(edits, key=lambda edit: edit.span.start, reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


class _Pass:
    """Applies fixes to one state of the texts, together or, where something speaks against that, fewer of them."""

    def __init__(self, fixed: Fixed, linter: Linter, *, unsafe: bool) -> None:
        self.fixed = fixed
        self.linter = linter
        self.unsafe = unsafe
        self.before, self.base = fixed.view, dict(fixed.texts)
        self.accepted: list[Located] = []
        self.refused: dict[Key, Refusal] = {}

    def take(self, chosen: list[Located]) -> None:
        """Apply what can be applied, and note what cannot."""
        # What was refused once is tried by itself, so that it does not cost the others many lints.
        suspects = [finding for finding in chosen if _identity(finding) in self.fixed.suspect]
        others = [finding for finding in chosen if _identity(finding) not in self.fixed.suspect]
        groups = [*([finding] for finding in suspects), *([others] if others else [])]
        while groups:
            group = groups.pop()
            texts = self.base | _edited([*self.accepted, *group], self.before.real)
            view = self._look(texts)
            reason = _objection(self.fixed.view, view, group)
            if not reason:
                self._accept(group, view, texts)
            elif len(group) > 1:
                half = len(group) // 2
                groups += [group[half:], group[:half]]
            elif self._with_followers(group[0], view, texts):
                break  # the edits of the others no longer fit
            else:
                self.refused[_key(group[0])] = Refusal(group[0], reason)
                self.fixed.suspect.add(_identity(group[0]))
        self.fixed.applied += self.accepted
        self.fixed.refused = {} if self.accepted else self.fixed.refused | self.refused

    def _with_followers(self, finding: Located, view: View, texts: dict[str, str]) -> bool:
        """Apply a fix with the fixes of the errors that it raises, if none is left then."""
        raised = _errors(view.everything) - _errors(self.fixed.view.everything)
        candidates = [
            found
            for found in _candidates(view, unsafe=self.unsafe)
            if not _drops_comment(found)
            and any((*_identity(found), environment) in raised for environment in found.environments or ("",))
        ]
        followers = _apart(candidates, view.real)
        if not followers:
            return False
        texts = texts | _edited(followers, view.real)
        view = self._look(texts)
        if _objection(self.fixed.view, view, [finding]):
            return False
        self._accept([finding, *followers], view, texts)
        return True

    def _accept(self, group: list[Located], view: View, texts: dict[str, str]) -> None:
        self.accepted += group
        self.fixed.view, self.fixed.texts = view, texts

    def _look(self, texts: dict[str, str]) -> View:
        return self.linter({path: texts[real] for path, real in self.before.real.items() if real in texts})


def _candidates(view: View, *, unsafe: bool) -> list[Located]:
    """Findings with a fix that may be applied."""
    return [
        found
        for found in view.asked.findings
        if found.fix is not None
        and (found.fix.safe or unsafe)
        and all(edit.span.path in view.editable for edit in found.fix.edits)
    ]


def _objection(before: View, after: View, group: list[Located]) -> str:
    """What speaks against fixes, empty if nothing does."""
    if any(_drops_comment(finding) for finding in group):
        return "it would remove a comment"
    raised = _errors(after.everything) - _errors(before.everything)
    if raised:
        code, path = next(iter(raised))[:2]
        return f"it would raise {code} in {path}"
    left, was = _counted(after.everything.findings), _counted(before.everything.findings)
    guessed = {("KM001", finding.place.span.path, "") for finding in group if finding.rule.code == "KM002"}
    if any(left[key] > was[key] for key in guessed):
        return "the rule that it would name is suppressed in vain there"
    wanted = _counted(group)
    return "" if all(left[key] <= was[key] - count for key, count in wanted.items()) else "the finding would stay"


def _drops_comment(finding: Located) -> bool:
    """Whether an edit takes a comment with it; what is wrong with suppressions stands in comments itself."""
    if finding.fix is None or finding.rule.code.startswith("KM0"):
        return False
    return any(
        edit.span.start <= comment.start < edit.span.end
        for edit in finding.fix.edits
        if "#" in edit.span.text
        for comment in comments(edit.span.file)
    )


def _apart(findings: Iterable[Located], real: dict[str, str]) -> list[Located]:
    """Findings whose edits do not touch each other; the first ones win."""
    taken: dict[str, list[tuple[int, int]]] = {}
    chosen = []
    for finding in findings:
        ranges = [(real[edit.span.path], edit.span.start, edit.span.end) for edit in _edits(finding)]
        if any(_meets(taken.get(path, ()), start, end) for path, start, end in ranges):
            continue
        for path, start, end in ranges:
            taken.setdefault(path, []).append((start, end))
        chosen.append(finding)
    return chosen


def _meets(ranges: Iterable[tuple[int, int]], start: int, end: int) -> bool:
    """Whether ranges share a character, or an insertion stands at the edge of another range."""
    return any(
        max(start, other_start) < min(end, other_end)
        or (start <= other_end and other_start <= end and (start == end or other_start == other_end))
        for other_start, other_end in ranges
    )


def _edited(findings: Iterable[Located], real: dict[str, str]) -> dict[str, str]:
    """The new texts of the files that fixes edit, by their real paths."""
    edits: dict[str, list[Edit]] = {}
    for finding in findings:
        for edit in _edits(finding):
            edits.setdefault(real[edit.span.path], []).append(edit)
    return {path: apply_edits(found[0].span.file.text, found) for path, found in edits.items()}


def _edits(finding: Located) -> tuple[Edit, ...]:
    return finding.fix.edits if finding.fix is not None else ()


def _errors(outcome: Outcome) -> Counter[tuple[str, str, str, str]]:
    """Errors in each environment, and rules that failed themselves."""
    found = Counter(
        (*_identity(finding), environment)
        for finding in outcome.findings
        if finding.severity == "error"
        for environment in finding.environments or ("",)
    )
    found.update((crash.code, crash.environment, "", "") for crash in outcome.crashes)
    return found


def _counted(findings: Iterable[Located]) -> Counter[tuple[str, str, str]]:
    return Counter(_identity(finding) for finding in findings)


def _identity(finding: Located) -> tuple[str, str, str]:
    return finding.rule.code, finding.place.span.path, finding.setting


def _key(finding: Located) -> Key:
    edits = tuple((edit.span.start, edit.span.end, edit.text) for edit in _edits(finding))
    return finding.rule.code, finding.place.span.path, finding.place.span.start, edits
