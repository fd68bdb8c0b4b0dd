"""Providers that the project file allows although there are none of that name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lint.clean import found_marks, run_lint, write_environment
from tests.report.rendered import FORMATS

if TYPE_CHECKING:
    from pathlib import Path


def _project(root: Path, providers: str) -> None:
    for name in ("production", "staging"):
        write_environment(root, f"target: {{file: {{path: {name}.json}}}}\n", name=name, tier=name)
    (root / "kmconfig.yaml").write_text(f"version: 1\npolicy:\n  providers: {providers}\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("entry", "guess"), [("sendgird", "sendgrid"), ("'sendgird'", "'sendgrid'"), ("amazon-ses", "ses")]
)
def test_a_slip_is_told_once_where_it_stands(tmp_path: Path, entry: str, guess: str) -> None:
    _project(tmp_path, f"[{entry}]")
    (found,) = [found for found in run_lint(tmp_path).findings if found.rule.code == "KM107"]
    assert (found.place.span.path, found.place.span.text, found.environments) == ("kmconfig.yaml", entry, ())
    assert found.help.startswith(f"did you mean `{guess.strip(chr(39))}`? others come from packages")
    assert found.fix is not None
    assert [(edit.span.text, edit.text, found.fix.safe) for edit in found.fix.edits] == [(entry, guess, False)]


def test_a_name_like_no_other_is_answered_with_all(tmp_path: Path) -> None:
    _project(tmp_path, "[sendgrid, zzzzqqq]")
    (found,) = run_lint(tmp_path).findings
    assert (found.rule.code, found.place.span.text, found.fix) == ("KM107", "zzzzqqq", None)
    assert "sendgrid, ses, " in found.help


@pytest.mark.parametrize(
    ("providers", "codes"),
    [
        ("[sendgrid, self-hosted]", []),
        ("[sendgrid, SendGrid]", ["KM107"]),
        ("[sendgrid, 5]", ["KM105"]),
        ("sendgrid", ["KM105"]),
    ],
)
def test_what_has_the_wrong_form_is_told_once(tmp_path: Path, providers: str, codes: list[str]) -> None:
    _project(tmp_path, providers)
    assert [code for _, _, code in found_marks(run_lint(tmp_path))] == codes


@pytest.mark.parametrize("secret", ["key-" + "0123456789abcdef" * 2, "01234567-89ab-cdef-0123-456789abcdef"])
def test_a_secret_among_them_is_not_repeated(tmp_path: Path, secret: str) -> None:
    _project(tmp_path, f"[postmark, {secret}]")
    outcome = run_lint(tmp_path)
    assert "KM302" in {found.rule.code for found in outcome.findings}
    for name in FORMATS:
        assert secret not in FORMATS[name](outcome)
