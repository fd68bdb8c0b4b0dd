"""The pages of docs/: current, complete, and without links that lead nowhere."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from docs import build
from docs.generate.markdown import row
from kmconfig.lint.manual import examples
from kmconfig.lint.rules.all import RULES
from tests.lint.clean import TODAY, run_lint, write_example

_ROOT = Path(__file__).resolve().parents[2]
_DOCS = _ROOT / "docs"
_LINK = re.compile(r"\[[^\]]+\]\((?!https?:)(?P<target>[^)#]+)[^)]*\)")


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return build.pages()


@pytest.fixture
def folder(tmp_path: Path, made: dict[str, str]) -> Path:
    """A docs folder as it was just built."""
    build.correct(tmp_path, made, made)
    return tmp_path


def test_the_pages_are_current(made: dict[str, str]) -> None:
    assert build.faults(_DOCS, made) == {}


def test_every_rule_has_a_page_and_a_line(made: dict[str, str]) -> None:
    pages = {path for path in made if path.startswith("rules/")}
    assert pages == {f"rules/{rule.code}.md" for rule in RULES}
    assert re.findall(r"^\| \[(KM\d+)\]\(rules/\1\.md\) \| (\S+) \|", made["rules.md"], re.MULTILINE) == [
        (rule.code, rule.name) for rule in RULES
    ]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_page_shows_every_example(made: dict[str, str], rule: Any) -> None:
    page = made[f"rules/{rule.code}.md"]
    assert page.startswith(f"# {rule.code} {rule.name}\n")
    for example in examples(rule.manual):
        assert all(fence.text in page for fence in example.fences)
    assert ("neither suppressed nor switched off" in page) == rule.mandatory
    assert (f"ignore[{rule.code}]" in page.partition("## Suppressing it")[2]) != (rule.mandatory or rule.code[2] == "0")


@pytest.mark.parametrize("rule", [rule for rule in RULES if not rule.online], ids=lambda rule: rule.code)
def test_a_rule_is_suppressed_as_its_page_says(made: dict[str, str], tmp_path: Path, rule: Any) -> None:
    comment = re.search(r"^# kmconfig: ignore.*$", made[f"rules/{rule.code}.md"].partition("## Supp")[2], re.MULTILINE)
    if comment is None:
        assert rule.mandatory or rule.code[2] == "0"
        return
    for number, example in enumerate(examples(rule.manual)):
        root = tmp_path / str(number)
        root.mkdir()
        marks = {(path, line) for path, line, code in write_example(root, example) if code == rule.code}
        for path, line in marks:
            lines = (root / path).read_text(encoding="utf-8").splitlines()
            lines[line - 1] += f"  {comment[0]}"
            (root / path).write_text("\n".join(lines) + "\n", encoding="utf-8")
        outcome = run_lint(root, today=example.today or TODAY)
        assert rule.code not in {found.rule.code for found in outcome.findings}
        assert outcome.suppressed >= len(marks)


@pytest.mark.parametrize(
    ("code", "fix"), [("KM001", "safe"), ("KM201", "unsafe"), ("KM208", "unsafe"), ("KM305", "safe"), ("KM202", "–")]
)
def test_fixes_are_what_the_examples_show(made: dict[str, str], code: str, fix: str) -> None:
    (line,) = re.findall(rf"^\| \[{code}\].*$", made["rules.md"], re.MULTILINE)
    assert line.endswith(f"| {fix} | offline |")


def test_the_provider_that_an_example_is_about_is_linked(made: dict[str, str]) -> None:
    assert "[SendGrid](https://www.twilio.com/docs/sendgrid/" in made["rules/KM208.md"]


def test_a_page_that_is_stale_missing_or_left_over(folder: Path, made: dict[str, str]) -> None:
    (folder / "rules/KM201.md").write_text("old", encoding="utf-8")
    (folder / "rules/KM202.md").unlink()
    (folder / "rules/KM999.md").write_text("gone", encoding="utf-8")
    found = build.faults(folder, made)
    assert found == {
        "rules/KM201.md": "not current",
        "rules/KM202.md": "missing",
        "rules/KM999.md": "left over",
    }
    build.correct(folder, made, found)
    assert build.faults(folder, made) == {}


def test_the_check_fails_and_writes_nothing(
    folder: Path, made: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "rules/KM999.md").write_text("gone", encoding="utf-8")
    monkeypatch.setattr(build, "HERE", folder)
    monkeypatch.setattr(build, "pages", lambda: made)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "argv", ["build.py", "--check"])
    assert build.main() == 1
    assert capsys.readouterr().err == "docs/rules/KM999.md: left over\nrun `python docs/build.py`\n"
    assert (folder / "rules/KM999.md").exists()
    monkeypatch.setattr(sys, "argv", ["build.py"])
    assert build.main() == 0
    monkeypatch.setattr(sys, "argv", ["build.py", "--check"])
    assert build.main() == 0


def test_cells_say_what_they_say() -> None:
    line = row("a | b", "`c | d`", "<script>", "`<name>` *all*\nof it")
    assert line == "| a \\| b | `c \\| d` | \\<script> | `<name>` \\*all\\* of it |"


def test_links_lead_somewhere() -> None:
    pages = [_ROOT / "README.md", *sorted(_DOCS.rglob("*.md"))]
    links = [(page, match["target"]) for page in pages for match in _LINK.finditer(page.read_text(encoding="utf-8"))]
    assert {page.name for page, _ in links} > {"README.md", "index.md", "apply-killed.md", "KM201.md"}
    assert [(page.name, target) for page, target in links if not (page.parent / target).exists()] == []


def test_the_page_on_plugins_shows_the_example_as_it_is() -> None:
    text = (_DOCS / "plugins.md").read_text(encoding="utf-8")
    (entry,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    project = tomllib.loads((_DOCS / "example-plugin/pyproject.toml").read_text(encoding="utf-8"))
    assert tomllib.loads(entry)["project"]["entry-points"] == project["project"]["entry-points"]
    rule, *others = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    package = _DOCS / "example-plugin/acme_kmconfig"
    written = (package / "internal_relay_only.py").read_text(encoding="utf-8")
    for line in rule.partition("@rule")[2].splitlines():
        if not line.strip().startswith(("help=", "def ", ")")):
            assert line in written
    code = "\n".join(path.read_text(encoding="utf-8") for path in sorted(package.glob("*.py")))
    assert len(others) == 5
    for shown in others:
        assert re.sub(r"^from kmconfig.*\n\n", "", shown).strip() in code


def test_the_source_distribution_holds_the_example() -> None:
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "/docs" in project["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
