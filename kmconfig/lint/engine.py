"""Feeds each rule each environment, and turns what it says into located findings.

Pure: files and today's date come in, findings go out.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kmconfig.environment.settings import NotKnown
from kmconfig.lint.catalogue import by_word
from kmconfig.lint.configuration import Configuration
from kmconfig.lint.finding import SEVERITIES, Located
from kmconfig.lint.locate import in_environment, in_file, of_problem
from kmconfig.lint.masking import without_secrets
from kmconfig.lint.review import review_suppressions
from kmconfig.lint.rules import RULES
from kmconfig.lint.selection import Selection
from kmconfig.lint.suppressions import Suppression, read_suppressions
from kmconfig.source.problem import Fix

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.layers import Layer
    from kmconfig.environment.project import Project
    from kmconfig.lint.rule import Rule
    from kmconfig.source.problem import Problem
    from kmconfig.source.span import SourceFile, Span

MAX_FINDINGS_PER_FILE = 100


@dataclass(slots=True)
class Crash:
    """A rule that failed itself: an internal error.

    ``environment`` is the name of the environment, or the path of the file, that it failed on. ``detail`` names
    the exception, not its text.
    """

    code: str
    environment: str
    detail: str


@dataclass(slots=True)
class Outcome:
    """The result of a lint run."""

    findings: list[Located] = field(default_factory=list)
    crashes: list[Crash] = field(default_factory=list)
    suppressed: int = 0
    files: int = 0
    environments: tuple[str, ...] = ()

    def count(self, severity: str) -> int:
        """How many findings have a severity."""
        return sum(finding.severity == severity for finding in self.findings)

    def fails(self, level: str) -> bool:
        """Whether a finding reaches ``level``: error, warning, note, or never."""
        if level == "never":
            return False
        return any(SEVERITIES.index(finding.severity) <= SEVERITIES.index(level) for finding in self.findings)


def lint(
    project: Project,
    *,
    today: date,
    select: Iterable[str] | None = None,
    only: str | None = None,
    selection: Selection | None = None,
    suppress: bool = True,
) -> Outcome:
    """Lint all loaded files and environments of a project.

    ``select`` limits the findings to those that concern the files of these paths, relative to the root; the
    environments that are built on such a file are linted with it. ``only`` names the one environment to lint.
    ``selection`` limits the findings to rules. ``today``
    decides which suppressions expired; without ``suppress`` they hide nothing.
    """
    chosen = set(select) if select is not None else None
    run = _Run(project, today=today, chosen=chosen, only=only, selection=selection or Selection())
    return run.outcome(suppress=suppress)


class _Run:
    def __init__(
        self, project: Project, *, today: date, chosen: set[str] | None, only: str | None, selection: Selection
    ) -> None:
        self.project = project
        self.today = today
        self.chosen = chosen
        self.selection = selection
        self.configuration = Configuration(project.file)
        self.environments = [
            env for env in project.environments.values() if only in (None, env.name) and self._concerns(env)
        ]
        self.layers = [
            layer for layer in project.layers if only is None or any(layer in env.layers for env in self.environments)
        ]
        self.found: dict[tuple[str, Span, str], Located] = {}
        self.result = Outcome()

    def outcome(self, *, suppress: bool) -> Outcome:
        files = self._files()
        self._problems_of_files()
        self._check_files()
        for environment in self.environments:
            for problem in environment.missing():
                self._add_problem(problem, (environment.name,))
            for rule in RULES:
                if rule.check is not None:
                    self._check(rule, environment)
        findings = self._suppress(files) if suppress else [found for found in self.found.values() if self._shown(found)]
        findings = [found for found in findings if self.selection.covers(found.rule)]
        users = Counter(layer.document.file.path for env in self.project.environments.values() for layer in env.layers)
        findings = [replace(found, fix=_safe_to_apply(found.fix, users)) for found in findings]
        shown = _limit(_with_fingerprints(sorted(findings, key=lambda found: found.sort_key)))
        self.result.findings = without_secrets(shown, files)
        self.result.files = len(files)
        self.result.environments = tuple(environment.name for environment in self.environments)
        return self.result

    def _concerns(self, environment: Environment) -> bool:
        if self.chosen is None:
            return True
        return any(layer.document.file.path in self.chosen for layer in environment.layers)

    def _files(self) -> list[SourceFile]:
        """The files looked at: the chosen ones, those they are built on, and those built on them."""
        files = {layer.document.file.path: layer.document.file for env in self.environments for layer in env.layers}
        for layer in self.layers:
            file = layer.document.file
            if self.chosen is None or file.path in self.chosen:
                files.setdefault(file.path, file)
        document = self.project.file.document
        if document is not None and (self.chosen is None or document.file.path in self.chosen):
            files.setdefault(document.file.path, document.file)
        return list(files.values())

    def _problems_of_files(self) -> None:
        if self.project.file.document is not None:
            for problem in (*self.project.file.document.problems, *self.configuration.problems):
                self._add_problem(problem, ())
        for layer in self.layers:
            for problem in layer.document.problems:
                self._add_problem(problem, self._built_on(layer))

    def _check_files(self) -> None:
        documents = [(layer.document, self._built_on(layer)) for layer in self.project.layers]
        if self.project.file.document is not None:
            documents.append((self.project.file.document, ()))
        for rule in RULES:
            severity = self.configuration.severity(rule, "production")
            if rule.check_file is None or severity is None:
                continue
            for document, names in documents:
                try:
                    for finding in rule.check_file(document):
                        self._add(in_file(finding, rule, severity, names))
                except Exception as error:  # noqa: BLE001 - as below
                    self.result.crashes.append(Crash(rule.code, document.file.path, type(error).__name__))

    def _built_on(self, layer: Layer) -> tuple[str, ...]:
        return tuple(sorted(env.name for env in self.environments if layer in env.layers))

    def _check(self, rule: Rule, environment: Environment) -> None:
        severity = self.configuration.severity(rule, environment.tier)
        if severity is None or rule.check is None:
            return
        try:
            for finding in rule.check(environment):
                self._add(in_environment(finding, rule, severity, environment))
        except NotKnown:
            return
        except Exception as error:  # noqa: BLE001 - one rule's fault must not cost the findings of the others
            self.result.crashes.append(Crash(rule.code, environment.name, type(error).__name__))

    def _add_problem(self, problem: Problem, environments: tuple[str, ...]) -> None:
        self._add(of_problem(problem, by_word()[problem.code], environments))

    def _add(self, located: Located) -> None:
        """Keep one finding for a fault that several environments share, with the worst severity."""
        key = (located.rule.code, located.place.span, located.message)
        known = self.found.get(key)
        if known is None:
            self.found[key] = located
            return
        names = tuple(sorted({*known.environments, *located.environments}))
        severity = min(known.severity, located.severity, key=SEVERITIES.index)
        self.found[key] = replace(known, environments=names, severity=severity)

    def _suppress(self, files: list[SourceFile]) -> list[Located]:
        suppressions = {file.path: list(read_suppressions(file)) for file in files}
        covering = _by_line(suppressions)
        kept = []
        for located in self.found.values():
            if not self._shown(located):
                continue
            if located.rule.mandatory or not self._covered(located, covering):
                kept.append(located)
            else:
                self.result.suppressed += 1
        for problem in review_suppressions(suppressions, today=self.today):
            severity = self.configuration.severity(by_word()[problem.code], "production")
            if severity is not None:
                kept.append(replace(of_problem(problem, by_word()[problem.code], ()), severity=severity))
        return kept

    def _shown(self, located: Located) -> bool:
        if self.chosen is None:
            return True
        places = (located.place, *located.related)
        return any(place.span.path in self.chosen for place in places) or any(
            self.project.environments[name].file.path in self.chosen for name in located.environments
        )

    def _covered(self, located: Located, covering: dict[tuple[str, int], list[Suppression]]) -> bool:
        covered = False
        for place in (located.place, *located.related):
            for line in range(place.span.line, _last_line(place.span) + 1):
                for suppression in covering.get((place.span.path, line), ()):
                    if suppression.expired(self.today):
                        self._mark(suppression, located.rule)
                    else:
                        covered = self._mark(suppression, located.rule) or covered
        return covered

    @staticmethod
    def _mark(suppression: Suppression, rule: Rule) -> bool:
        hit = False
        for named in suppression.rules:
            if named.text.lower() in (rule.code.lower(), rule.name):
                named.used = hit = True
        return hit


def _last_line(span: Span) -> int:
    """A finding on a whole block is covered at its first line only; on a scalar, at each of its lines."""
    return span.end_line if "\n" not in span.text or not span.text.lstrip().startswith("-") else span.line


def _by_line(suppressions: dict[str, list[Suppression]]) -> dict[tuple[str, int], list[Suppression]]:
    covering: dict[tuple[str, int], list[Suppression]] = {}
    for path, comments in suppressions.items():
        for suppression in comments:
            covering.setdefault((path, suppression.line), []).append(suppression)
    return covering


def _safe_to_apply(fix: Fix | None, users: dict[str, int]) -> Fix | None:
    """No fix is safe in a layer that several environments share."""
    if fix is None or not fix.safe or all(users.get(edit.span.path, 0) <= 1 for edit in fix.edits):
        return fix
    return Fix(fix.title, *fix.edits, safe=False)


def _with_fingerprints(findings: list[Located]) -> list[Located]:
    """Identities that survive moved lines and new wording: rule, file, setting, and which of several it is."""
    if not findings:
        return findings
    import hashlib  # noqa: PLC0415 - a sound project does without

    seen: dict[tuple[str, str, str], int] = {}
    result = []
    for found in findings:
        key = (found.rule.code, found.place.span.path, found.setting)
        seen[key] = seen.get(key, 0) + 1
        digest = hashlib.sha256("\0".join((*key, str(seen[key]))).encode()).hexdigest()
        result.append(replace(found, fingerprint=digest[:16]))
    return result


def _limit(findings: list[Located]) -> list[Located]:
    """At most 100 findings a file, then one that says how many more there are."""
    shown: list[Located] = []
    counts: dict[str, int] = {}
    hidden: dict[str, list[Located]] = {}
    for found in findings:
        path = found.place.span.path
        counts[path] = counts.get(path, 0) + 1
        (shown if counts[path] <= MAX_FINDINGS_PER_FILE else hidden.setdefault(path, [])).append(found)
    for rest in hidden.values():
        worst = min(rest, key=lambda found: SEVERITIES.index(found.severity))
        message = f"{len(rest)} more findings in this file are not shown"
        shown.append(replace(worst, message=message, help="correct the ones above first", related=(), fix=None))
    return sorted(shown, key=lambda found: found.sort_key)
