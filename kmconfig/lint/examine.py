"""Holds one file after the other against the rules: what is wrong with it, and what others are compared with.

Nothing here depends on the other files of the project but those it extends, so files can be examined in any order,
in several processes, and their results kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kmconfig.environment.settings import NotKnown
from kmconfig.lint.catalogue import rule_of
from kmconfig.lint.configuration import Configuration
from kmconfig.lint.finding import Skipped
from kmconfig.lint.locate import in_environment, in_file, of_problem
from kmconfig.lint.outcome import Crash, Unchecked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.layers import Layer
    from kmconfig.environment.projectfile import ProjectFile
    from kmconfig.lint.finding import Finding, Located
    from kmconfig.lint.observed import Observed
    from kmconfig.lint.rule import Rule
    from kmconfig.lint.surroundings import Gatherer, Packed
    from kmconfig.source.parser import Document

    Ask = Callable[[Environment], Iterator[Finding | Skipped]]


class Examined(NamedTuple):
    """What came of one file of the environments folder.

    ``name`` is that of the environment, and ``tier`` its tier; a layer has no tier. ``layers`` are the paths of the
    files it is made of, lowest first, its own last. ``facts`` are what rules across environments compare, in the
    order of the examiner's gatherers, None where it is not known. ``certain`` says that all of it could be read and is
    sound, so that no rule kept silent for want of a value.
    """

    path: str
    name: str
    tier: str | None
    layers: tuple[str, ...]
    certain: bool
    findings: tuple[Located, ...] = ()
    crashes: tuple[Crash, ...] = ()
    skipped: tuple[Unchecked, ...] = ()
    facts: tuple[Any, ...] | Packed = ()


class Examiner:
    """Examines files with the rules that count, as the project file configures them.

    ``observed`` is what was seen of stores and servers; without it (``is_online`` is false) online rules are not asked.
    """

    def __init__(self, file: ProjectFile, rules: tuple[Rule, ...], *, observed: Observed | None = None) -> None:
        self.file = file
        self.configuration = Configuration(file)
        self.rules = rules
        self.gatherers = gatherers_of(rules)
        self.is_online = observed is not None
        self._observed = observed
        self._asked: dict[str, list[tuple[Rule, str, Ask]]] = {}
        self._about_files = [(rule, severity) for rule in rules if (severity := self._of_files(rule)) is not None]
        self._layers: dict[Layer, tuple[list[Located], list[Crash]]] = {}

    def environment(self, environment: Environment, *, judge: bool = True) -> Examined:
        """Examine an environment with all its layers; without ``judge`` only gather its facts."""
        findings: list[Located] = []
        crashes: list[Crash] = []
        skipped: list[Unchecked] = []
        problems = environment.missing()  # which also tells what is not known
        if judge:
            for layer in environment.layers:
                found, failed = self._layer(layer)
                findings += [located._replace(environments=(environment.name,)) for located in found]
                crashes += failed
            findings += [of_problem(problem, rule_of(problem.code), (environment.name,)) for problem in problems]
            self._ask(environment, findings, crashes, skipped)
        facts = tuple(self._gather(gatherer, environment, crashes) for gatherer in self.gatherers)
        paths = tuple(layer.document.file.path for layer in environment.layers)
        return Examined(
            environment.file.path,
            environment.name,
            environment.tier,
            paths,
            not environment.incomplete and not environment.broken,
            tuple(findings),
            tuple(crashes),
            tuple(skipped),
            facts,
        )

    def layer(self, layer: Layer) -> Examined:
        """Examine a file by itself."""
        path = layer.document.file.path
        found, failed = self._layer(layer)
        return Examined(path, layer.name, None, (path,), layer.document.root is not None, tuple(found), tuple(failed))

    def project_file(self) -> Examined | None:
        """Examine the project file, if there is one."""
        document = self.file.document
        if document is None:
            return None
        findings, crashes = self._document(document)
        findings += [of_problem(problem, rule_of(problem.code), ()) for problem in self.configuration.problems]
        path = document.file.path
        return Examined(path, path, None, (path,), not document.problems, tuple(findings), tuple(crashes))

    def _layer(self, layer: Layer) -> tuple[list[Located], list[Crash]]:
        known = self._layers.get(layer)
        if known is None:
            known = self._layers[layer] = self._document(layer.document)
        return known

    def _document(self, document: Document) -> tuple[list[Located], list[Crash]]:
        findings = [of_problem(problem, rule_of(problem.code), ()) for problem in document.problems]
        crashes = []
        for rule, severity in self._about_files:
            if rule.check_file is None:
                continue
            try:
                for finding in rule.check_file(document):
                    final = self.configuration.of_finding(rule, severity, finding.severity)
                    findings.append(in_file(finding, rule, final))
            except Exception as error:  # noqa: BLE001 - as below
                crashes.append(Crash(rule.code, document.file.path, type(error).__name__))
        return findings, crashes

    def _ask(
        self, environment: Environment, findings: list[Located], crashes: list[Crash], skipped: list[Unchecked]
    ) -> None:
        of_finding = self.configuration.of_finding
        for rule, severity, ask in self._rules_of(environment.tier):
            try:
                for finding in ask(environment):
                    if isinstance(finding, Skipped):
                        skipped.append(Unchecked(rule.code, environment.name, finding.reason))
                        continue
                    final = of_finding(rule, severity, finding.severity)
                    findings.append(in_environment(finding, rule, final, environment))
            except NotKnown:
                continue
            except Exception as error:  # noqa: BLE001 - one rule's fault must not cost the findings of the others
                crashes.append(Crash(rule.code, environment.name, type(error).__name__))

    def _rules_of(self, tier: str) -> list[tuple[Rule, str, Ask]]:
        """The rules that look at environments of a tier by themselves, with their severities."""
        known = self._asked.get(tier)
        if known is None:
            known = self._asked[tier] = [
                (rule, severity, ask)
                for rule in self.rules
                if (ask := self._way_to_ask(rule)) is not None
                if (severity := self.configuration.severity(rule, tier)) is not None
            ]
        return known

    def _way_to_ask(self, rule: Rule) -> Ask | None:
        file = self.file  # and not the examiner itself, which would then live as long as what it examined
        if (policy := rule.check_policy) is not None:
            return lambda environment: policy(environment, file)
        if (online := rule.check_online) is not None:
            observed = self._observed
            return None if observed is None else lambda environment: online(environment, observed)
        return rule.check

    def _of_files(self, rule: Rule) -> str | None:
        return self.configuration.severity(rule, "production") if rule.check_file is not None else None

    def _gather(self, gatherer: Gatherer, environment: Environment, crashes: list[Crash]) -> tuple[Any, ...] | None:
        try:
            return gatherer(environment)
        except NotKnown:
            return None
        except Exception as error:  # noqa: BLE001 - as above
            code = next(rule.code for rule in self.rules if gatherer in rule.facts)
            crashes.append(Crash(code, environment.name, type(error).__name__))
            return None


def gatherers_of(rules: Iterable[Rule]) -> tuple[Gatherer, ...]:
    """What rules across environments ask of each, in a stable order."""
    return tuple(dict.fromkeys(gatherer for rule in rules for gatherer in rule.facts))
