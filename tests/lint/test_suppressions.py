"""Comments that hide findings, and what is wrong with them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from kmconfig.lint.suppressions import read_suppressions
from kmconfig.source.parser import parse
from kmconfig.source.span import SourceFile
from tests.lint.clean import found_marks, run_lint, write_environment

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.lint.suppressions import Suppression


def _read(text: str) -> list[Suppression]:
    file = SourceFile("environments/production.yaml", text)
    parse(file)
    return list(read_suppressions(file))


def _codes(root: Path, *, today: date = date(2026, 11, 22)) -> list[str]:
    return [found.rule.code for found in run_lint(root, today=today).findings]


@pytest.mark.parametrize(
    ("comment", "rules", "reason", "until"),
    [
        ("# kmconfig: ignore[KM203] internal relay", ["KM203"], "internal relay", None),
        ("#kmconfig:ignore[KM203] relay", ["KM203"], "relay", None),
        ("# kmconfig: ignore[KM203, no-encryption] relay", ["KM203", "no-encryption"], "relay", None),
        ("# kmconfig: ignore[ KM203 ,KM202] relay", ["KM203", "KM202"], "relay", None),
        ("# kmconfig: ignore[KM203] relay until=2027-03-31", ["KM203"], "relay", "2027-03-31"),
        ("# kmconfig: ignore[KM203] until=2027-03-31 relay", ["KM203"], "relay", "2027-03-31"),
        ("# kmconfig: ignore[KM203] relay until=soon", ["KM203"], "relay", "soon"),
        ("# kmconfig: ignore[KM203]", ["KM203"], "", None),
        ("# kmconfig: ignore[KM203] until=2027-03-31", ["KM203"], "", "2027-03-31"),
        ("# kmconfig: ignore[KM203] relay # and more", ["KM203"], "relay # and more", None),
    ],
)
def test_grammar(comment: str, rules: list[str], reason: str, until: str | None) -> None:
    (found,) = _read(f"version: 1  {comment}\n")
    assert not found.malformed
    assert [named.text for named in found.rules] == rules
    assert [named.span.text for named in found.rules] == rules
    assert (found.reason, found.until) == (reason, until)


@pytest.mark.parametrize(
    "comment",
    [
        "# kmconfig: ignore KM203 relay",
        "# kmconfig: ignore[] relay",
        "# kmconfig: ignore[KM203 relay",
        "# kmconfig: off",
    ],
)
def test_comments_that_miss_the_grammar(comment: str) -> None:
    (found,) = _read(f"version: 1  {comment}\n")
    assert found.malformed


@pytest.mark.parametrize(
    "text",
    [
        "version: 1  # see kmconfig: ignore[KM203]\n",
        "description: '# kmconfig: ignore[KM203] text'\n",
        "description: |\n  # kmconfig: ignore[KM203] text\n",
        "description: a#kmconfig: ignore[KM203]\n",
    ],
)
def test_text_that_is_no_suppression(text: str) -> None:
    assert _read(text) == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("version: 1  # kmconfig: ignore[KM203] x\n", 1),
        ("# kmconfig: ignore[KM203] x\nversion: 1\n", 2),
        ("  # kmconfig: ignore[KM203] x\n# another comment\nversion: 1\n", 3),
        ("# kmconfig: ignore[KM203] x\n# kmconfig: ignore[KM202] y\nversion: 1\n", 3),
    ],
)
def test_which_line_is_covered(text: str, line: int) -> None:
    assert _read(text)[0].line == line


@pytest.mark.parametrize("name", ["KM203", "km203", "port-25"])
@pytest.mark.parametrize(
    "text",
    [
        "email:\n  smtp:\n    port: 25  # kmconfig: ignore[{}] internal relay\n",
        "email:\n  smtp:\n    # kmconfig: ignore[{}] internal relay\n    port: 25\n",
        "email: {{smtp: {{port: 25}}}}  # kmconfig: ignore[{}] internal relay\n",
    ],
)
def test_a_suppression_hides_its_finding_and_is_counted(tmp_path: Path, text: str, name: str) -> None:
    write_environment(tmp_path, text.format(name))
    outcome = run_lint(tmp_path)
    assert outcome.findings == []
    assert outcome.suppressed == 1


def test_a_suppression_on_a_related_line_counts_too(tmp_path: Path) -> None:
    text = "email:\n  smtp:\n    port: 465  # kmconfig: ignore[KM201] a strange relay\n    encryption: tls\n"
    write_environment(tmp_path, text)
    outcome = run_lint(tmp_path)
    assert (outcome.findings, outcome.suppressed) == ([], 1)


def test_a_suppression_in_a_layer_covers_the_environments_built_on_it(tmp_path: Path) -> None:
    write_environment(tmp_path, "target: {file: {path: one.json}}\n", name="one")
    write_environment(tmp_path, "target: {file: {path: two.json}}\n", name="two")
    layer = tmp_path / "environments" / "clean-production.yaml"
    text = layer.read_text(encoding="utf-8")
    layer.write_text(text.replace("port: 587", "port: 25  # kmconfig: ignore[KM203] relay"), encoding="utf-8")
    assert _codes(tmp_path) == []


def test_another_rules_finding_on_the_line_stays(tmp_path: Path) -> None:
    write_environment(tmp_path, "email:\n  smtp: {port: 25, encryption: none}  # kmconfig: ignore[KM203] relay\n")
    assert _codes(tmp_path) == ["KM306"]


def test_without_suppressions_nothing_is_hidden(tmp_path: Path) -> None:
    from kmconfig.environment.project import Project  # noqa: PLC0415
    from kmconfig.lint.engine import lint  # noqa: PLC0415

    write_environment(tmp_path, "email: {smtp: {port: 25}}  # kmconfig: ignore[KM203] relay\n")
    project = Project(tmp_path)
    project.load()
    outcome = lint(project, today=date(2026, 11, 22), suppress=False)
    assert [found.rule.code for found in outcome.findings] == ["KM203"]
    assert outcome.suppressed == 0


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("owner: x  # kmconfig: ignore[KM203] nothing here\n", ["KM001"]),
        ("owner: x  # kmconfig: ignore[KM203, KM202] nothing here\n", ["KM001", "KM001"]),
        ("owner: x  # kmconfig: ignore[KM999] nothing here\n", ["KM002"]),
        ("owner: x  # kmconfig: ignore[no-encrypton] nothing here\n", ["KM002"]),
        ("owner: x  # kmconfig: disable KM203\n", ["KM002"]),
        ("email: {smtp: {port: 25}}  # kmconfig: ignore[KM203]\n", ["KM004"]),
        ("email: {smtp: {port: 25}}  # kmconfig: ignore[KM203] relay until=2026-11-22\n", []),
        ("email: {smtp: {port: 25}}  # kmconfig: ignore[KM203] relay until=2026-11-21\n", ["KM203", "KM003"]),
        ("email: {smtp: {port: 25}}  # kmconfig: ignore[KM203] relay until=2026-02-30\n", ["KM003"]),
        ("prot: 25  # kmconfig: ignore[KM104] we like it so\n", ["KM104", "KM001"]),
        ("email: {smtp: {password: text}}  # kmconfig: ignore[KM301] we like it so\n", ["KM301", "KM001"]),
        ("# kmconfig: ignore[KM302] we like it so\nowner: AKIA" + "IOSFODNN7EXAMPLE\n", ["KM001", "KM302"]),
    ],
)
def test_faults_of_suppressions(tmp_path: Path, text: str, codes: list[str]) -> None:
    write_environment(tmp_path, text)
    assert _codes(tmp_path) == codes


def test_a_fault_of_a_suppression_stands_on_it(tmp_path: Path) -> None:
    path = write_environment(tmp_path, "owner: x  # kmconfig: ignore[KM203, KM999] nothing here\n")
    outcome = run_lint(tmp_path)
    assert found_marks(outcome) == {(path, 4, "KM001"), (path, 4, "KM002")}
    assert [found.place.span.text for found in outcome.findings] == ["KM203", "KM999"]


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("owner: x  # kmconfig: ignore[KM203] nothing\n", "owner: x\n"),
        ("# kmconfig: ignore[KM203] nothing\nowner: x\n", "owner: x\n"),
        (
            "email: {smtp: {port: 25}}  # kmconfig: ignore[KM203, KM205] relay\n",
            "email: {smtp: {port: 25}}  # kmconfig: ignore[KM203] relay\n",
        ),
        (
            "email: {smtp: {port: 25}}  # kmconfig: ignore[KM205, KM203] relay\n",
            "email: {smtp: {port: 25}}  # kmconfig: ignore[KM203] relay\n",
        ),
        (
            "email: {smtp: {port: 25}}  # kmconfig: ignore[prt-25] relay\n",
            "email: {smtp: {port: 25}}  # kmconfig: ignore[port-25] relay\n",
        ),
    ],
)
def test_fixes_of_suppressions(tmp_path: Path, text: str, fixed: str) -> None:
    path = write_environment(tmp_path, text)
    location = tmp_path / path
    fixes = [found.fix for found in run_lint(tmp_path).findings if found.fix is not None]
    (edit,) = fixes[0].edits
    before = location.read_text(encoding="utf-8")
    after = before[: edit.span.start] + edit.text + before[edit.span.end :]
    assert fixes[0].safe
    assert after.endswith(fixed)
    location.write_text(after, encoding="utf-8")
    assert _codes(tmp_path) == []
