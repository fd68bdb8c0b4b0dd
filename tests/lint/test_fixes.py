"""Fixes as text edits: every rule's own, what speaks against them, and what they leave alone."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from kmconfig.environment.project import Project
from kmconfig.lint.engine import Outcome, lint
from kmconfig.lint.fixes import Fixed, View, apply_edits, fix_all
from kmconfig.lint.manual import examples
from kmconfig.lint.rules.all import RULES
from kmconfig.source.comments import comments
from kmconfig.source.problem import Edit
from kmconfig.source.span import SourceFile, Span
from tests.lint.clean import TODAY, write_environment, write_example

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from kmconfig.lint.finding import Located
    from kmconfig.lint.fixes import Linter
    from kmconfig.lint.manual import Example

_BAD = [
    pytest.param(example, id=f"{rule.code}-{number}")
    for rule in RULES
    for number, example in enumerate(examples(rule.manual), start=1)
    if example.bad
]


def linter(root: Path, *, today: date = TODAY, count: list[int] | None = None) -> Linter:
    """Lints a folder with texts laid over it."""

    def look(texts: Mapping[str, str]) -> View:
        if count is not None:
            count.append(len(texts))
        project = Project(root, overlay={path: text.encode() for path, text in texts.items()})
        project.load()
        outcome = lint(project, today=today, limit=False)
        files = {layer.document.file.path: layer.document.file for layer in project.layers}
        real = {layer.document.file.path: layer.real for layer in project.layers}
        if project.file.document is not None:
            path = project.file.document.file.path
            files[path], real[path] = project.file.document.file, os.path.realpath(root / path)
        return View(everything=outcome, asked=outcome, files=files, real=real, editable=frozenset(files))

    return look


def write(root: Path, text: str, name: str = "production") -> Path:
    """Write settings over the sound ones of production; returns the file."""
    return root / write_environment(root, text, name=name)


def fixed_text(fixed: Fixed, path: Path) -> str:
    """What fixing made of a file."""
    return fixed.texts.get(os.path.realpath(path), path.read_text(encoding="utf-8"))


def settle(root: Path, fixed: Fixed) -> None:
    """Write what fixing made."""
    for path, text in fixed.texts.items():
        assert path.startswith(os.path.realpath(root))
        with open(path, "w", encoding="utf-8", newline="") as stream:  # noqa: PTH123 - keeps line ends
            stream.write(text)


def remarks(view: View) -> list[str]:
    """All comments that are no suppressions."""
    return sorted(
        span.text for file in view.files.values() for span in comments(file) if "kmconfig: ignore" not in span.text
    )


def identities(outcome: Outcome) -> list[tuple[str, str, str]]:
    return sorted((found.rule.code, found.place.span.path, found.setting) for found in outcome.findings)


def fixable(outcome: Outcome) -> list[Located]:
    return [found for found in outcome.findings if found.fix is not None]


@pytest.mark.parametrize("example", _BAD)
def test_every_rules_own_fixes(tmp_path: Path, example: Example) -> None:
    write_example(tmp_path, example)
    look = linter(tmp_path, today=example.today or TODAY)
    before = look({})
    fixed = fix_all(look, unsafe=True)
    assert bool(fixed.texts) == bool(fixed.applied)
    assert bool(fixable(before.everything)) == bool(fixed.applied or fixed.refused)
    assert remarks(fixed.view) == remarks(before)
    left = identities(fixed.view.everything)
    for finding in fixed.applied:
        identity = (finding.rule.code, finding.place.span.path, finding.setting)
        assert left.count(identity) < identities(before.everything).count(identity) or identity[0] == "KM001"
    errors = {(found.rule.code, found.setting) for found in before.everything.findings if found.severity == "error"}
    assert {(f.rule.code, f.setting) for f in fixed.view.everything.findings if f.severity == "error"} <= errors
    settle(tmp_path, fixed)
    again = fix_all(look, unsafe=True)
    assert (again.texts, again.applied) == ({}, [])
    assert identities(again.view.everything) == left


def test_examples_have_fixes_of_both_kinds(tmp_path: Path) -> None:
    kinds = set()
    for number, parameter in enumerate(_BAD):
        folder = tmp_path / str(number)
        folder.mkdir()
        (example,) = parameter.values
        write_example(folder, example)  # type: ignore[arg-type]
        found = fixable(linter(folder)({}).everything)
        kinds |= {finding.fix.safe for finding in found if finding.fix is not None}
    assert kinds == {True, False}


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("TLS", "tls"),
        ("'TLS'", "'tls'"),
        ("TLS  # why", "tls  # why"),
        ("TLS\t# why # and why", "tls\t# why # and why"),
        ('"TLS"', '"tls"'),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_quotes_comments_and_line_ends_stay(tmp_path: Path, written: str, wanted: str, end: str) -> None:
    file = write(tmp_path, "email:\n  smtp:\n    # before\n    encryption: X  \n    # behind\n    port: 587\n")
    text = file.read_text(encoding="utf-8").replace("X", written).replace("\n", end)
    file.write_bytes(text.encode())
    fixed = fix_all(linter(tmp_path), unsafe=False)
    assert fixed.texts == {str(file): text.replace(written, wanted)}


def test_unsafe_fixes_wait_until_somebody_asks(tmp_path: Path) -> None:
    file = write(tmp_path, "email: {smtp: {port: 465, encryption: tls}}\n")
    assert fix_all(linter(tmp_path), unsafe=False).texts == {}
    fixed = fix_all(linter(tmp_path), unsafe=True)
    assert "{port: 465, encryption: ssl}" in fixed_text(fixed, file)
    assert fixed.view.everything.findings == []


def test_a_shared_layer_is_only_fixed_when_somebody_asks(tmp_path: Path) -> None:
    write(tmp_path, "email: {smtp: {timeout: 20s}}\n")
    layer = tmp_path / "environments/clean-production.yaml"
    layer.write_text(layer.read_text(encoding="utf-8").replace("tls", "TLS"), encoding="utf-8")
    other = tmp_path / "environments/other.yaml"
    other.write_text("version: 1\nextends: clean-production.yaml\ntier: staging\n", encoding="utf-8")
    assert fix_all(linter(tmp_path), unsafe=False).texts == {}
    assert set(fix_all(linter(tmp_path), unsafe=True).texts) == {os.path.realpath(layer)}


def test_a_fix_that_would_raise_an_error_is_refused_and_others_go_on(tmp_path: Path) -> None:
    file = write(tmp_path, "email: {smtp: {port: 465, encryption: TLS}}\napplication: {runtime: HOST}\n")
    fixed = fix_all(linter(tmp_path), unsafe=False)
    assert "encryption: TLS}}\napplication: {runtime: host}" in fixed_text(fixed, file)
    (refusal,) = fixed.refused.values()
    assert (refusal.finding.setting, refusal.reason) == (
        "email.smtp.encryption",
        "it would raise KM201 in environments/production.yaml",
    )


def test_an_error_that_has_a_fix_itself_is_fixed_along(tmp_path: Path) -> None:
    file = write(tmp_path, "email: {smtp: {port: 465, encryption: TLS}}\napplication: {runtime: HOST}\n")
    fixed = fix_all(linter(tmp_path), unsafe=True)
    assert "encryption: ssl}}\napplication: {runtime: host}" in fixed_text(fixed, file)
    assert [finding.rule.code for finding in fixed.applied].count("KM201") == 1
    assert (fixed.view.everything.findings, fixed.refused) == ([], {})


def test_edits_that_overlap_wait_for_each_other(tmp_path: Path) -> None:
    file = write(tmp_path, "owner: team  # kmconfig: ignore[KM203, KM204, KM205] all unused\n")
    fixed = fix_all(linter(tmp_path), unsafe=False)
    assert fixed_text(fixed, file).endswith("owner: team\n")
    assert len(fixed.applied) == 3


def test_a_suppression_is_not_renamed_to_one_that_suppresses_nothing(tmp_path: Path) -> None:
    file = write(tmp_path, "owner: team  # kmconfig: ignore[KM230] decided last year\n")
    fixed = fix_all(linter(tmp_path), unsafe=True)
    assert fixed.texts == {}
    assert "decided last year" in file.read_text(encoding="utf-8")
    assert [refusal.finding.rule.code for refusal in fixed.refused.values()] == ["KM002"]


def test_a_comment_within_a_value_is_not_lost(tmp_path: Path) -> None:
    file = write(tmp_path, "email:\n  smtp:\n    username: >-  # as the provider says\n      apikay\n")
    fixed = fix_all(linter(tmp_path), unsafe=True)
    assert fixed_text(fixed, file) == file.read_text(encoding="utf-8")
    assert [refusal.reason for refusal in fixed.refused.values()] == ["it would remove a comment"]


def test_the_project_file_is_fixed_too(tmp_path: Path) -> None:
    write(tmp_path, "")
    file = tmp_path / "kmconfig.yaml"
    file.write_text("version: 1\nlint:\n  rules: {noreply-sendr: error}  # strict\n", encoding="utf-8")
    fixed = fix_all(linter(tmp_path), unsafe=False)
    assert fixed_text(fixed, file) == "version: 1\nlint:\n  rules: {noreply-sender: error}  # strict\n"


def test_a_file_with_two_names_is_edited_once(tmp_path: Path) -> None:
    file = write(tmp_path, "email: {driver: SMTP}\n")
    (tmp_path / "environments/also.yaml").symlink_to("production.yaml")
    fixed = fix_all(linter(tmp_path), unsafe=False)
    assert list(fixed.texts) == [os.path.realpath(file)]
    assert fixed_text(fixed, file).endswith("email: {driver: smtp}\n")
    assert not fixable(fixed.view.everything)


def test_many_findings_in_one_file_need_few_lints(tmp_path: Path) -> None:
    comment = "".join(f"# kmconfig: ignore[KM20{number % 8 + 1}] number {number}\n" for number in range(200))
    file = write(tmp_path, comment + "email: {smtp: {port: 465, encryption: TLS}}\n")
    calls: list[int] = []
    fixed = fix_all(linter(tmp_path, count=calls), unsafe=False)
    assert fixed.refused == {}
    assert fixed_text(fixed, file).count("number") == 25  # those of KM201, which is found once `TLS` is `tls`
    assert len(calls) < 25


def test_edits_are_applied_from_the_back() -> None:
    file = SourceFile("a", "one two three")
    edits = [Edit(Span(file, 0, 3), "1"), Edit(Span(file, 8, 13), "drei"), Edit(Span(file, 4, 7), "")]
    assert apply_edits(file.text, edits) == "1  drei"
