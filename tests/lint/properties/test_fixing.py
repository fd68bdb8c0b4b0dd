"""Fixing leads to a state that stays, loses no remark, raises no error and keeps how files are written."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from hypothesis import example, given
from hypothesis import strategies as st

from kmconfig.environment.project import PROJECT_FILE
from kmconfig.lint.fixes import fix_all
from kmconfig.source.comments import comments
from kmconfig.source.reader import BYTE_ORDER_MARK
from tests.lint.clean import clean, over_clean
from tests.lint.properties.generated import projects
from tests.lint.properties.projects import ROOT, encoded, view
from tests.lint.properties.searching import examples

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmconfig.lint.fixes import Fixed, View
    from tests.lint.properties.projects import Files


_REMARK_INSIDE = encoded(
    {
        "environments/clean-staging.yaml": clean("staging"),
        "environments/staging.yaml": over_clean("email:\n  smtp:\n    username: >- # why\n      apikay\n", "staging"),
    }
)


def fixed_of(files: Files, *, unsafe: bool) -> Fixed:
    """What fixing makes of these files."""

    def linter(texts: Mapping[str, str]) -> View:
        return view({**files, **{path: text.encode() for path, text in texts.items()}})

    return fix_all(linter, unsafe=unsafe)


def after(files: Files, fixed: Fixed) -> Files:
    """The files as they are written then."""
    names = {str(ROOT / path): path for path in files}
    changed = {names[real]: text for real, text in fixed.texts.items()}
    return {
        path: (BYTE_ORDER_MARK if raw.startswith(BYTE_ORDER_MARK) else b"") + changed[path].encode()
        if path in changed
        else raw
        for path, raw in files.items()
    }


def remarks(made: View) -> Counter[tuple[str, str]]:
    """All comments that are no suppressions, with their files."""
    return Counter(
        (path, span.text)
        for path, file in made.files.items()
        for span in comments(file)
        if "kmconfig:" not in span.text
    )


def errors(made: View) -> Counter[tuple[str, str, str, str]]:
    """The errors of each environment."""
    return Counter(
        (found.rule.code, found.place.span.path, found.setting, environment)
        for found in made.everything.findings
        if found.severity == "error"
        for environment in found.environments or ("",)
    )


def users(made: View, path: str) -> int:
    """How many environments are linted with a file, by its name in these projects."""
    if path == PROJECT_FILE or path.removeprefix("environments/").removesuffix(".yaml") in made.everything.environments:
        return 1
    return 1 if path.startswith("environments/clean-") else len(made.everything.environments)


@examples(25)
@given(files=projects(folded=True), unsafe=st.booleans())
def test_fixing_again_changes_nothing(files: Files, unsafe: bool) -> None:
    fixed = fixed_of(files, unsafe=unsafe)
    assert bool(fixed.texts) == bool(fixed.applied)
    written = after(files, fixed)
    again = fixed_of(written, unsafe=unsafe)
    assert again.applied == []
    assert after(written, again) == written


@examples(25)
@given(files=projects(folded=True), unsafe=st.booleans())
@example(files=_REMARK_INSIDE, unsafe=True)
def test_nothing_is_lost_and_nothing_gets_worse(files: Files, unsafe: bool) -> None:
    before, fixed = view(files), fixed_of(files, unsafe=unsafe)
    made = view(after(files, fixed))
    assert remarks(made) == remarks(before)
    assert errors(made) - errors(before) == Counter()
    assert made.everything.crashes == []
    assert all(file.text == made.files[path].text for path, file in fixed.view.files.items())


@examples(25)
@given(files=projects(folded=True), unsafe=st.booleans())
def test_how_files_are_written_stays(files: Files, unsafe: bool) -> None:
    for path, raw in after(files, fixed_of(files, unsafe=unsafe)).items():
        assert raw.startswith(BYTE_ORDER_MARK) == files[path].startswith(BYTE_ORDER_MARK)
        if b"\r\n" in files[path]:
            assert raw.count(b"\r\n") == raw.count(b"\n") == raw.count(b"\r")
        else:
            assert b"\r" not in raw


@examples(25)
@given(files=projects(folded=True))
def test_only_safe_fixes_are_applied_unasked(files: Files) -> None:
    fixed = fixed_of(files, unsafe=False)
    assert all(found.fix is not None and found.fix.safe for found in fixed.applied)
    assert all(users(fixed.view, path) == 1 for path, raw in after(files, fixed).items() if raw != files[path])


@examples(15)
@given(files=projects(folded=True), unsafe=st.booleans(), data=st.data())
def test_the_order_of_the_files_does_not_matter(files: Files, unsafe: bool, data: st.DataObject) -> None:
    shuffled = dict(data.draw(st.permutations(list(files.items()))))
    assert fixed_of(shuffled, unsafe=unsafe).texts == fixed_of(files, unsafe=unsafe).texts
