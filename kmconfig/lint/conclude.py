"""From what came of each file to the result of a run: compared, merged, suppressed, identified, masked."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from kmconfig.environment.project import PROJECT_FILE
from kmconfig.environment.settings import NotKnown
from kmconfig.lint.catalogue import find_rule, rule_of
from kmconfig.lint.covering import Covering
from kmconfig.lint.finding import SEVERITIES, Place
from kmconfig.lint.locate import among_others, of_problem
from kmconfig.lint.masking import leaks_first, without_secrets
from kmconfig.lint.outcome import Crash, Outcome
from kmconfig.lint.review import review_suppressions
from kmconfig.lint.selection import Selection
from kmconfig.lint.shown import limited, safe_to_apply, with_fingerprints
from kmconfig.lint.surroundings import Sketch, Surroundings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date

    from kmconfig.lint.examine import Examined, Examiner
    from kmconfig.lint.finding import Located
    from kmconfig.lint.locate import Files
    from kmconfig.lint.rule import Rule
    from kmconfig.source.span import SourceFile, Span


Variant: TypeAlias = tuple[str, tuple[Place, ...]]
"""What environments may say differently of one fault: how bad it is, and where else to look."""


class Wish(NamedTuple):
    """What a run is to show.

    ``chosen`` limits the findings to those that concern the files of these paths, ``only`` to those of one
    environment, ``selection`` to rules. ``today`` decides which suppressions expired; without ``suppress`` they
    hide nothing. Without ``limit`` there may be any number of findings in a file.
    """

    today: date
    chosen: frozenset[str] | None = None
    only: str | None = None
    selection: Selection = Selection()
    suppress: bool = True
    limit: bool = True

    def concerns(self, examined: Examined) -> bool:
        """Whether an environment is judged, and not only compared with others."""
        return self.concerns_layers(examined.name, examined.layers)

    def concerns_layers(self, name: str, layers: Iterable[str]) -> bool:
        """Whether the environment of a name, made of these files, is judged."""
        if self.only is not None:
            return name == self.only
        return self.chosen is None or PROJECT_FILE in self.chosen or not self.chosen.isdisjoint(layers)


class Conclusion:
    """Takes what came of each file, in any order, and makes the result of it.

    ``files`` gives the file of a path; it is asked only for those that findings and suppressions are about.
    """

    def __init__(self, examiner: Examiner, wish: Wish, files: Files) -> None:
        self.examiner = examiner
        self._wish = wish
        self._files = files
        self._found: dict[tuple[str, Span, str], dict[Variant, tuple[Located, dict[str, None]]]] = {}
        self._sketches: list[Sketch] = []
        self._own_file: dict[str, str] = {}
        self._judged: set[str] = set()
        self._users: Counter[str] = Counter()
        self._unjudged: set[str] = set()
        self._are_certain = True
        self._is_anything_unread = False  # and such a file may be built on any other
        self._looked_at: dict[str, None] = {}
        self._kept: dict[str, SourceFile] = {}
        self._result = Outcome()

    def keep(self, files: Iterable[SourceFile]) -> None:
        """Take in the files that hold suppressions, or what must not be shown."""
        for file in files:
            self._kept[file.path] = file

    def take(self, examined: Examined) -> None:
        """Take in what came of a file, those of environments in the order of their paths."""
        if examined.tier is not None:
            self._take_environment(examined, examined.tier)
        elif not self._take_file(examined):
            return
        for located in examined.findings:
            self._add(located)
        self._result.crashes += examined.crashes
        self._result.skipped += [skipped for skipped in examined.skipped if self._wish.selection.asks(skipped.code)]

    def _take_file(self, examined: Examined) -> bool:
        """Take in a file by itself; whether anything that was found in it counts."""
        self._is_anything_unread = self._is_anything_unread or not examined.certain
        if self._wish.only is not None and examined.path != PROJECT_FILE:
            return False
        if self._wish.chosen is None or examined.path in self._wish.chosen:
            self._looked_at[examined.path] = None
        return True

    def _take_environment(self, examined: Examined, tier: str) -> None:
        order = {gatherer: index for index, gatherer in enumerate(self.examiner.gatherers)}
        self._sketches.append(
            Sketch(name=examined.name, tier=tier, path=examined.path, facts=examined.facts, order=order)
        )
        self._own_file[examined.name] = examined.path
        self._users.update(examined.layers)
        self._are_certain = self._are_certain and examined.certain
        judged = self._wish.concerns(examined)
        if judged:
            self._judged.add(examined.name)
            self._looked_at.update(dict.fromkeys(examined.layers))
        if not judged or not examined.certain or examined.crashes:
            self._unjudged.update(examined.layers)

    def outcome(self) -> Outcome:
        """Everything that was found."""
        wish, result = self._wish, self._result
        self._compare()
        findings = self._suppress() if wish.suppress else [*self._merge(lambda _: False)]
        findings = leaks_first([found for found in findings if wish.selection.covers(found.rule)])
        findings = [found._replace(fix=safe_to_apply(found.fix, self._users)) for found in findings]
        shown = with_fingerprints(sorted(findings, key=lambda found: found.sort_key))
        result.findings = without_secrets(limited(shown) if wish.limit else shown, self._kept.values())
        result.crashes = sorted(set(result.crashes))
        result.files = len(self._looked_at)
        result.environments = tuple(sketch.name for sketch in self._sketches if sketch.name in self._judged)
        return result

    def _compare(self) -> None:
        """Rules across environments see all of them; what concerns none of the judged ones is left out."""
        surroundings = Surroundings(self._sketches, self.examiner.file)
        for rule in self.examiner.rules:
            if rule.check_project is not None:
                for sketch in self._sketches:
                    self._compare_one(rule, sketch, surroundings)

    def _compare_one(self, rule: Rule, sketch: Sketch, surroundings: Surroundings) -> None:
        configuration = self.examiner.configuration
        severity = configuration.severity(rule, sketch.tier)
        if severity is None or rule.check_project is None:
            return
        try:
            for finding in rule.check_project(sketch, surroundings):
                final = configuration.of_finding(rule, severity, finding.severity)
                located = among_others(finding, rule, final, sketch, self._files)
                if self._wish.chosen is not None or not self._judged.isdisjoint(located.environments):
                    self._add(located)
        except NotKnown:
            return
        except Exception as error:  # noqa: BLE001 - one rule's fault must not cost the findings of the others
            self._result.crashes.append(Crash(rule.code, sketch.name, type(error).__name__))

    def _add(self, located: Located) -> None:
        """Keep what is said of one fault: once, with all environments that say so, unless they label other places."""
        variants = self._found.setdefault((located.rule.code, located.place.span, located.message), {})
        _, names = variants.setdefault((located.severity, located.related), (located, {}))
        names.update(dict.fromkeys(located.environments))

    def _suppress(self) -> list[Located]:
        covering = Covering(self._wish.today)
        kept = [*self._merge(lambda located: not located.rule.mandatory and covering.covers(located))]
        return kept + self._review(covering)

    def _merge(self, hidden: Callable[[Located], bool]) -> Iterator[Located]:
        """One finding for a fault that several environments share, but for those in which it is hidden."""
        for variants in self._found.values():
            found = [located._replace(environments=tuple(sorted(names))) for located, names in variants.values()]
            left = [located for located in found if not hidden(located)]
            if not any(map(self._shown, found)):
                continue
            self._result.suppressed += len(left) < len(found)
            if any(map(self._shown, left)):
                yield _as_one(left)

    def _review(self, covering: Covering) -> list[Located]:
        """What is wrong with the suppressions; where not every environment was judged, none can be called unused."""
        suppressions = {path: covering.of(file) for path, file in self._kept.items() if path in self._looked_at}
        found = []
        for problem in review_suppressions(suppressions, today=self._wish.today, online=self.examiner.is_online):
            rule = rule_of(problem.code)
            severity = self.examiner.configuration.severity(rule, "production")
            if severity is not None and (rule.code != "KM001" or self._is_certain(problem.span)):
                found.append(of_problem(problem, rule, ())._replace(severity=severity))
        return found

    def _is_certain(self, named: Span) -> bool:
        """Whether the rule that a suppression names had all it needs, so that its silence says something."""
        rule = find_rule(named.text)
        if rule is None or rule.mandatory:
            return True
        if self._is_anything_unread or (rule.check_project is not None and not self._are_certain):
            return False
        return named.path not in self._unjudged

    def _shown(self, located: Located) -> bool:
        chosen = self._wish.chosen
        if chosen is None:
            return True
        places = (located.place, *located.related)
        return any(place.span.path in chosen for place in places) or any(
            self._own_file[name] in chosen for name in located.environments
        )


def _as_one(found: list[Located]) -> Located:
    """The first of several findings, with the environments of all and the worst severity."""
    if len(found) == 1:
        return found[0]
    names = tuple(sorted({name for located in found for name in located.environments}))
    severity = min((located.severity for located in found), key=SEVERITIES.index)
    return found[0]._replace(environments=names, severity=severity)
