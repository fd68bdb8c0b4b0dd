"""No text crashes the linter, and what it says of it can be shown in every format."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmconfig.environment.project import PROJECT_FILE
from tests.lint.clean import clean, over_clean
from tests.lint.properties.mutated import mutated, odd_texts
from tests.lint.properties.projects import FORMATS, encoded, everything, look
from tests.lint.properties.rendering import assert_inert
from tests.lint.properties.searching import examples

if TYPE_CHECKING:
    from kmconfig.lint.engine import Outcome
    from kmconfig.lint.finding import Located
    from tests.lint.properties.projects import Files

_SOUND = {
    "environments/clean-production.yaml": clean("production"),
    "environments/clean-staging.yaml": clean("staging"),
    "environments/clean-development.yaml": clean("development"),
    "environments/base.yaml": "version: 1\nowner: base\n",
    "environments/production.yaml": over_clean("owner: somebody\n", "production"),
}
_PLACES = [PROJECT_FILE, "environments/base.yaml", "environments/production.yaml", "environments/clean-production.yaml"]


def around(path: str, content: bytes) -> Files:
    """A sound project in which one file has this content."""
    files = {**encoded(_SOUND), path: content}
    if path == "environments/base.yaml":
        text = _SOUND["environments/production.yaml"].replace(
            "extends: clean-production.yaml", "extends: [clean-production.yaml, base.yaml]"
        )
        files["environments/production.yaml"] = text.encode()
    return files


def assert_sound(files: Files) -> Outcome:
    """A run over these files says the same again, in order, about places that exist, in every format."""
    outcome = look(files, limit=True)
    assert outcome.crashes == []
    keys = [found.sort_key for found in outcome.findings]
    assert all(one <= other for one, other in pairwise(keys))
    again = look(dict(reversed(files.items())), limit=True)
    assert everything(again) == everything(outcome)
    assert all(found.message for found in outcome.findings)
    prints = [found.fingerprint for found in look(files).findings]
    assert len(prints) == len(set(prints))
    for found in outcome.findings:
        _assert_inside(found)
    return outcome


def _assert_inside(found: Located) -> None:
    spans = [found.place.span, *(place.span for place in found.related)]
    spans += [edit.span for edit in found.fix.edits] if found.fix is not None else []
    for span in spans:
        text = span.file.text
        assert 0 <= span.start <= span.end <= len(text)
        assert 1 <= span.line <= span.end_line <= text.count("\n") + text.count("\r") + 1
        assert span.column >= 1


@pytest.mark.parametrize("path", _PLACES)
@examples(40)
@given(text=odd_texts())
def test_any_text(path: str, text: str) -> None:
    outcome = assert_sound(around(path, text.encode("utf-8", "surrogatepass")))
    for form, render in FORMATS.items():
        assert_inert(form, render(outcome))


@examples(40)
@given(text=mutated(), other=mutated(), path=st.sampled_from(_PLACES))
def test_two_odd_files(text: str, other: str, path: str) -> None:
    files = around("environments/production.yaml", text.encode("utf-8", "surrogatepass"))
    files[path] = other.encode("utf-8", "surrogatepass")
    assert_sound(files)


_REAL_BYTES = mutated().map(lambda text: text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("path", _PLACES)
@examples(12)
@given(content=st.one_of(st.binary(max_size=60), st.builds(bytes.__add__, _REAL_BYTES, st.binary(max_size=4))))
def test_any_bytes(path: str, content: bytes) -> None:
    outcome = assert_sound(around(path, content))
    assert_inert("json", FORMATS["json"](outcome))
