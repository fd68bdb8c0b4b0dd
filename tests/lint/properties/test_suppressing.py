"""A suppression hides the findings of its rule that label its line, and no other."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kmconfig.lint.engine import Outcome
from kmconfig.source.comments import comments
from tests.lint.clean import clean, over_clean
from tests.lint.properties.generated import projects
from tests.lint.properties.projects import encoded, load, look, told
from tests.lint.properties.searching import examples

if TYPE_CHECKING:
    from kmconfig.lint.finding import Located
    from kmconfig.source.span import SourceFile, Span
    from tests.lint.properties.projects import Files, Told

ABOUT_SUPPRESSIONS = ("KM001", "KM002", "KM003", "KM004")


def per_environment(outcome: Outcome) -> Counter[tuple[Told, str]]:
    """What is said of each environment; a severity is the worst of all of them, so it stays out."""
    return Counter(
        (told(found)._replace(severity=""), name) for found in outcome.findings for name in found.environments or ("",)
    )


def labels(found: Located) -> list[Span]:
    """All places that a finding labels."""
    return [found.place.span, *(place.span for place in found.related)]


def labels_line(found: Located, path: str, line: int) -> bool:
    """Whether a finding labels something on a line; every scalar of these projects stands on one line."""
    return any(span.path == path and span.line <= line <= span.end_line for span in labels(found))


def source(files: Files, path: str) -> SourceFile:
    """A file as it was read."""
    project = load(files)
    documents = [layer.document for layer in project.layers] + ([own] if (own := project.file.document) else [])
    return next(document.file for document in documents if document.file.path == path)


def with_comment(files: Files, path: str, line: int, comment: str, *, above: bool) -> Files:
    """The files with a comment at the end of a line, or alone above it."""
    file = source(files, path)
    span = file.line_span(line)
    end = "\r\n" if "\r\n" in file.text else "\n"
    at, piece = (span.start, f"{comment}{end}") if above else (span.end, f"  {comment}")
    mark = b"\xef\xbb\xbf" if files[path].startswith(b"\xef\xbb\xbf") else b""
    return {**files, path: mark + (file.text[:at] + piece + file.text[at:]).encode()}


def may_be_suppressed(files: Files, path: str, line: int, *, above: bool) -> bool:
    """Whether a line holds settings, and no comment already behind which no suppression can begin."""
    file = source(files, path)
    if not 1 <= line <= len(file.line_starts) or not file.line(line).strip() or file.line(line).strip()[0] == "#":
        return False
    return above or not any(span.line == line for span in comments(file))


@examples(50)
@given(files=projects(), data=st.data(), above=st.booleans())
def test_one_rule_on_one_line(files: Files, data: st.DataObject, above: bool) -> None:
    before = look(files)
    hideable = [found for found in before.findings if not found.rule.mandatory and found.rule.code != "KM001"]
    assume(hideable)
    chosen = data.draw(st.sampled_from(hideable))
    span = data.draw(st.sampled_from(labels(chosen)))
    path, line = span.path, span.line + data.draw(st.sampled_from((0, 0, -1, 1)))
    assume(may_be_suppressed(files, path, line, above=above))
    word = data.draw(st.sampled_from((chosen.rule.code, chosen.rule.name, chosen.rule.code.lower())))
    after = look(with_comment(files, path, line, f"# kmconfig: ignore[{word}] decided", above=above))
    was, now = per_environment(before), per_environment(after)
    gone, new = was - now, now - was
    assert all(entry.code in ABOUT_SUPPRESSIONS for entry, _ in new)
    hit = [found for found in before.findings if found.rule == chosen.rule and labels_line(found, path, line)]
    hidden = Counter({key: count for key, count in gone.items() if key[0].code not in ABOUT_SUPPRESSIONS})
    if not hit:
        assert hidden == Counter()
        return
    assert hidden
    assert hidden <= per_environment(Outcome(findings=hit))
    still = [found for found in after.findings if found.rule == chosen.rule]
    assert not any(labels_line(found, path, line + above) for found in still)


@examples(20)
@given(files=projects(suppressions=False), data=st.data())
def test_mandatory_rules_are_never_hidden(files: Files, data: st.DataObject) -> None:
    before = look(files)
    mandatory = [found for found in before.findings if found.rule.mandatory]
    assume(mandatory)
    everywhere = files
    for path, line in sorted({(span.path, span.line) for found in mandatory for span in labels(found)}, reverse=True):
        codes = sorted({found.rule.code for found in mandatory})
        everywhere = with_comment(everywhere, path, line, f"# kmconfig: ignore[{', '.join(codes)}] no", above=True)
    after = look(everywhere)
    assert per_environment(Outcome(findings=mandatory)) - per_environment(after) == Counter()


@examples(20)
@given(files=projects(suppressions=True))
def test_without_suppressions_everything_is_shown(files: Files) -> None:
    hidden, everything = look(files), look(files, suppress=False)
    assert {found.rule.code for found in everything.findings}.isdisjoint({"KM001", "KM003", "KM004"})
    of_rules = Counter(
        {key: count for key, count in per_environment(hidden).items() if key[0].code not in ABOUT_SUPPRESSIONS}
    )
    assert of_rules - per_environment(everything) == Counter()


@examples(50)
@given(files=projects(), data=st.data())
def test_a_suppression_that_covers_one_environment_hides_nothing_of_another(files: Files, data: st.DataObject) -> None:
    """What is said of each environment is what is said when it is linted alone."""
    hideable = [found for found in look(files).findings if not found.rule.mandatory and found.environments]
    if hideable:
        chosen = data.draw(st.sampled_from(hideable))
        span = data.draw(st.sampled_from(labels(chosen)))
        comment = f"# kmconfig: ignore[{chosen.rule.code}] decided"
        files = with_comment(files, span.path, span.line, comment, above=True)
    together = look(files)
    for name in together.environments:
        alone = {key for key in per_environment(look(files, only=name)) if key[1] == name}
        assert {key for key in per_environment(together) if key[1] == name} == alone


@pytest.mark.parametrize(
    ("suppressing", "left", "suppressed"),
    [((), ("a", "b"), 0), (("a",), ("b",), 1), (("b",), ("a",), 1), (("a", "b"), None, 1)],
)
def test_each_environment_decides_for_itself(
    suppressing: tuple[str, ...], left: tuple[str, ...] | None, suppressed: int
) -> None:
    """Two environments make the same value of their layer wrong; each has its own reason."""
    texts = {"environments/clean-production.yaml": clean("production")}
    for name in ("a", "b"):
        remark = "  # kmconfig: ignore[KM201] a strange relay" if name in suppressing else ""
        own = f"target: {{file: {{path: {name}.json}}}}\nemail: {{smtp: {{port: 465}}}}{remark}\n"
        texts[f"environments/{name}.yaml"] = over_clean(own, "production")
    outcome = look(encoded(texts))
    assert [(found.rule.code, found.environments) for found in outcome.findings] == ([("KM201", left)] if left else [])
    assert outcome.suppressed == suppressed
    labelled = {span.path for found in outcome.findings for span in labels(found)}
    assert labelled.isdisjoint(f"environments/{name}.yaml" for name in suppressing)
