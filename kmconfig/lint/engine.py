"""Feeds each rule each environment, and turns what it says into located findings.

Pure: files and today's date come in, findings go out.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from kmconfig.environment.settings import NotKnown
from kmconfig.lint.catalogue import by_word
from kmconfig.lint.configuration import Configuration
from kmconfig.lint.covering import Covering
from kmconfig.lint.finding import SEVERITIES, Located
from kmconfig.lint.locate import in_environment, in_file, of_problem
from kmconfig.lint.masking import without_secrets
from kmconfig.lint.review import review_suppressions
from kmconfig.lint.rules import RULES
from kmconfig.lint.selection import Selection
from kmconfig.lint.shown import limited, safe_to_apply, with_fingerprints
from kmconfig.lint.surroundings import Surroundings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.layers import Layer
    from kmconfig.environment.project import Project
    from kmconfig.lint.finding import Finding
    from kmconfig.lint.rule import Rule
    from kmconfig.source.problem import Problem
    from kmconfig.source.span import SourceFile, Span


class Crash(NamedTuple):
    """A rule that failed itself: an internal error.

    ``environment`` is the name of the environment, or the path of the file, that it failed on. ``detail`` names
    the exception, not its text.
    """

    code: str
    environment: str
    detail: str


class Outcome:
    """The result of a lint run.

    ``baselined`` counts findings that a baseline accepts, ``fixed`` those that were corrected in the files.
    """

    __slots__ = ("baselined", "crashes", "environments", "files", "findings", "fixed", "suppressed")

    def __init__(
        self,
        *,
        findings: Iterable[Located] = (),
        crashes: Iterable[Crash] = (),
        suppressed: int = 0,
        baselined: int = 0,
        fixed: int = 0,
        files: int = 0,
        environments: tuple[str, ...] = (),
    ) -> None:
        self.findings = list(findings)
        self.crashes = list(crashes)
        self.suppressed = suppressed
        self.baselined = baselined
        self.fixed = fixed
        self.files = files
        self.environments = environments

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
    limit: bool = True,
) -> Outcome:
    """Lint all loaded files and environments of a project.

    ``select`` limits the findings to those that concern the files of these paths, relative to the root; the
    environments that are built on such a file are linted with it. ``only`` names the one environment to lint.
    ``selection`` limits the findings to rules. ``today``
    decides which suppressions expired; without ``suppress`` they hide nothing. Without ``limit`` there may be any
    number of findings in a file.
    """
    chosen = set(select) if select is not None else None
    run = _Run(project, today=today, chosen=chosen, only=only, selection=selection or Selection())
    return run.outcome(suppress=suppress, limit=limit)


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
        self.names = {env.name for env in self.environments}
        self.built_on: dict[Layer, set[str]] = {}
        for env in self.environments:
            for layer in env.layers:
                self.built_on.setdefault(layer, set()).add(env.name)
        self.layers = [layer for layer in project.layers if only is None or layer in self.built_on]
        self.found: dict[tuple[str, Span, str], Located] = {}
        self.result = Outcome()

    def outcome(self, *, suppress: bool, limit: bool) -> Outcome:
        files = self._files()
        self._problems_of_files()
        self._check_files()
        for environment in self.environments:
            for problem in environment.missing():
                self._add_problem(problem, (environment.name,))
            for rule in RULES:
                self._check(rule, environment)
        self._check_project()
        findings = self._suppress(files) if suppress else [found for found in self.found.values() if self._shown(found)]
        findings = [found for found in findings if self.selection.covers(found.rule)]
        users = Counter(layer.document.file.path for env in self.project.environments.values() for layer in env.layers)
        findings = [found._replace(fix=safe_to_apply(found.fix, users)) for found in findings]
        shown = with_fingerprints(sorted(findings, key=lambda found: found.sort_key))
        self.result.findings = without_secrets(limited(shown) if limit else shown, self._every_file())
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

    def _every_file(self) -> list[SourceFile]:
        """All files read: what a finding says may come from any of them."""
        documents = [layer.document for layer in self.project.layers]
        own = self.project.file.document
        return [document.file for document in (*documents, *((own,) if own is not None else ()))]

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
                        final = self.configuration.of_finding(rule, severity, finding.severity)
                        self._add(in_file(finding, rule, final, names))
                except Exception as error:  # noqa: BLE001 - as below
                    self.result.crashes.append(Crash(rule.code, document.file.path, type(error).__name__))

    def _built_on(self, layer: Layer) -> tuple[str, ...]:
        return tuple(sorted(self.built_on.get(layer, ())))

    def _check(self, rule: Rule, environment: Environment) -> None:
        if rule.check is not None:
            self._take(rule, environment, partial(rule.check, environment))

    def _check_project(self) -> None:
        """Rules across environments see all of them; what concerns none of the linted ones is left out."""
        surroundings = Surroundings(self.project.environments.values(), self.project.file)
        for rule in RULES:
            if rule.check_project is not None:
                for environment in surroundings.environments:
                    self._take(rule, environment, partial(rule.check_project, environment, surroundings))

    def _take(self, rule: Rule, environment: Environment, check: Callable[[], Iterator[Finding]]) -> None:
        severity = self.configuration.severity(rule, environment.tier)
        if severity is None:
            return
        try:
            for finding in check():
                final = self.configuration.of_finding(rule, severity, finding.severity)
                located = in_environment(finding, rule, final, environment)
                if self.chosen is not None or not self.names.isdisjoint(located.environments):
                    self._add(located)
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
        self.found[key] = known._replace(environments=names, severity=severity)

    def _suppress(self, files: list[SourceFile]) -> list[Located]:
        covering = Covering(self.today)
        kept = []
        for located in self.found.values():
            covered = not located.rule.mandatory and covering.covers(located)
            if not self._shown(located):
                continue
            if covered:
                self.result.suppressed += 1
            else:
                kept.append(located)
        suppressions = {file.path: covering.of(file) for file in files}
        unjudged = self._unjudged()
        for problem in review_suppressions(suppressions, today=self.today):
            rule = by_word()[problem.code]
            severity = self.configuration.severity(rule, "production")
            if severity is not None and (rule.code != "KM001" or problem.span.path not in unjudged):
                kept.append(of_problem(problem, rule, ())._replace(severity=severity))
        return kept

    def _unjudged(self) -> set[str]:
        """Files with environments built on them that were not linted: what suppresses nothing may do so there."""
        others = [env for env in self.project.environments.values() if env.name not in self.names]
        return {layer.document.file.path for env in others for layer in env.layers}

    def _shown(self, located: Located) -> bool:
        if self.chosen is None:
            return True
        places = (located.place, *located.related)
        return any(place.span.path in self.chosen for place in places) or any(
            self.project.environments[name].file.path in self.chosen for name in located.environments
        )
