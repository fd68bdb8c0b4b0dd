"""The environments on the pages of secret stores: without a finding in production."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

import pytest

from tests.lint.clean import run_lint, write_environment

_FOLDER = Path(__file__).parents[2] / "docs/stores"
_PAGES = sorted(path.stem for path in _FOLDER.glob("*.md"))


@pytest.mark.parametrize("page", _PAGES)
def test_the_environment_of_a_page_lints_clean(tmp_path: Path, page: str) -> None:
    text = (_FOLDER / f"{page}.md").read_text(encoding="utf-8")
    [example] = re.findall(r"^ *```yaml environment\n(.*?)^ *```$", text, re.DOTALL | re.MULTILINE)
    write_environment(tmp_path, dedent(example))
    outcome = run_lint(tmp_path)
    assert [finding.message for finding in outcome.findings if finding.severity != "note"] == []


def test_every_store_has_a_page() -> None:
    assert _PAGES == ["aws", "files", "variables", "vault"]
