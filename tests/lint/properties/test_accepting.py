"""A baseline hides the findings that were accepted, however files are rearranged, and no other."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kmconfig.lint.baseline import baseline_of
from kmconfig.lint.finding import SEVERITIES
from tests.lint.clean import clean
from tests.lint.properties.generated import projects
from tests.lint.properties.projects import encoded, look, told
from tests.lint.properties.searching import examples

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kmconfig.lint.finding import Located
    from tests.lint.properties.projects import Files, Told


def severe(findings: Iterable[Located]) -> Counter[Told]:
    """Findings as people know them, with their severities."""
    return Counter(map(told, findings))


def drawn(data: st.DataObject, findings: list[Located]) -> list[Located]:
    """Some of the findings."""
    flags = [data.draw(st.booleans()) for _ in findings]
    return [found for found, wanted in zip(findings, flags, strict=True) if wanted]


def rearranged(data: st.DataObject, text: str) -> str:
    """A file with the same settings: lines above and between, and top-level blocks in another order."""
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines(keepends=True)
    starts = [number for number, line in enumerate(lines) if line[0].isalpha()]
    blocks = ["".join(lines[one:other]) for one, other in pairwise([*starts, len(lines)])]
    shuffled = data.draw(st.permutations(blocks))
    between = data.draw(st.sampled_from(("", end, f"# moved{end}{end}")))
    return between + "".join(lines[: starts[0]]) + between.join(shuffled)


@examples(40)
@given(files=projects(), data=st.data())
def test_exactly_what_was_accepted_is_hidden(files: Files, data: st.DataObject) -> None:
    findings = look(files).findings
    accepted = drawn(data, findings)
    new, old, unmatched = baseline_of(accepted).split(look(files).findings)
    assert severe(old) == severe(found for found in accepted if not found.rule.mandatory)
    assert severe(new) + severe(old) == severe(findings)
    assert unmatched == []


@examples(40)
@given(files=projects(suppressions=False), data=st.data())
def test_files_may_be_rearranged(files: Files, data: st.DataObject) -> None:
    findings = look(files).findings
    baseline = baseline_of(drawn(data, findings))
    before, _, _ = baseline.split(findings)
    moved = {path: rearranged(data, raw.decode("utf-8-sig")).encode() for path, raw in files.items()}
    outcome = look(moved)
    assert severe(outcome.findings) == severe(findings)
    new, _, unmatched = baseline.split(outcome.findings)
    assert Counter(_known(found) for found in new) == Counter(_known(found) for found in before)
    assert unmatched == []


def _known(found: Located) -> tuple[str, str, str]:
    """What a fingerprint is made of but for the number."""
    return found.rule.code, found.place.span.path, found.setting


@examples(30)
@given(files=projects(), words=st.text(min_size=1, max_size=20))
def test_other_words_are_no_other_finding(files: Files, words: str) -> None:
    findings = look(files).findings
    reworded = [found._replace(message=words, help=words, environments=("other",)) for found in findings]
    new, old, unmatched = baseline_of(findings).split(reworded)
    assert all(found.rule.mandatory for found in new)
    assert len(old) + len(new) == len(findings)
    assert unmatched == []


@examples(30)
@given(files=projects(), data=st.data())
def test_what_became_worse_is_shown(files: Files, data: st.DataObject) -> None:
    findings = [found for found in look(files).findings if not found.rule.mandatory]
    assume(findings)
    then = [found._replace(severity=data.draw(st.sampled_from(SEVERITIES))) for found in findings]
    new, old, _ = baseline_of(then).split(findings)
    worse = [
        SEVERITIES.index(now.severity) < SEVERITIES.index(was.severity) for now, was in zip(findings, then, strict=True)
    ]
    assert new == [found for found, grew in zip(findings, worse, strict=True) if grew]
    assert old == [found for found, grew in zip(findings, worse, strict=True) if not grew]


@examples(30)
@given(files=projects(), data=st.data())
def test_findings_that_come_along_are_shown(files: Files, data: st.DataObject) -> None:
    """Everything was accepted once; then somebody changes one file into another of its kind."""
    findings = look(files).findings
    path = data.draw(st.sampled_from(sorted(files)))
    other = data.draw(projects())
    assume(path in other)
    changed = look({**files, path: other[path]}).findings
    new, old, unmatched = baseline_of(findings).split(changed)
    before = Counter(_known(found) for found in findings if not found.rule.mandatory)
    hidden = Counter(_known(found) for found in old)
    assert hidden <= before
    assert severe(new) + severe(old) == severe(changed)
    assert Counter((entry.code, entry.path, entry.setting) for entry in unmatched) <= before


@pytest.mark.parametrize("ports", [(587, 2525), (2525, 587)])
def test_another_fault_at_the_same_setting_is_not_accepted_with_it(ports: tuple[int, int]) -> None:
    """Two environments contradict one value of their common layer, each in its own way."""
    texts = {"environments/base.yaml": clean("development").replace("encryption: tls", "encryption: ssl")}
    one, other = (f"version: 1\nextends: base.yaml\ntier: development\nemail: {{smtp: {{port: {n}}}}}\n" for n in ports)
    first = _mismatches(encoded({**texts, "environments/one.yaml": one}))
    both = _mismatches(encoded({**texts, "environments/one.yaml": one, "environments/other.yaml": other}))
    assert (len(first), len(both)) == (1, 2)
    assert len({_known(found) for found in both}) == 1
    new, old, unmatched = baseline_of(first).split(both)
    assert (len(new), len(old), unmatched) == (1, 1, [])


def _mismatches(files: Files) -> list[Located]:
    return [found for found in look(files).findings if found.rule.code == "KM201"]
