"""Each output format from one fixed report, and the same formats from text that nobody would write by accident."""

from __future__ import annotations

import json
import posixpath
import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmconfig.lint.finding import Place
from kmconfig.report.escape import for_terminal, for_workflow_log
from kmconfig.source.span import SourceFile, Span
from tests.cli.validity import assert_valid
from tests.report.fixed import HOSTILE, MISMATCH, SECRET, located, one, report
from tests.report.rendered import FORMATS, SNAPSHOTS

if TYPE_CHECKING:
    from kmconfig.lint.engine import Outcome

EVERY = pytest.mark.parametrize("name", FORMATS)
#: What a reader's terminal, browser or log viewer would act on, except the line feeds between lines.
RAW = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
COMMAND = re.compile(
    r"::(error|warning|notice) file=[^,:\n]*(,(line|endLine|col|endColumn)=\d+){4},title=KM\d{3} [a-z0-9-]+::.+"
)

BRIEFLY = settings(max_examples=60, deadline=None, derandomize=True, database=None)
#: Pieces that mean something to one format or another.
PIECES = ("\n", "\r", "\x1b[31m", "\u202e", "::error::", "##[error]x", "%0A", "`", "|", "\\", "</details>", "<!--")
MARKUP = ("@user", "#1", "](", "[", "]]>", "&amp;", "https://evil.test", "www.evil.test", "$", "ab", " ", ",", ":", "/")
TEXTS = st.one_of(
    st.text(min_size=1, max_size=60),
    st.lists(st.sampled_from((*PIECES, *MARKUP)), min_size=1, max_size=12).map("".join),
)


def with_text(text: str) -> Outcome:
    """A report in which everything that comes from files is ``text``."""
    file = SourceFile(f"environments/{text}", f"{text}: 1\n")
    primary = Place(Span(file, 0, len(text)), text)
    other = Place(Span(SourceFile(text, "x"), 0, 1), text)
    finding = located(
        MISMATCH,
        "error",
        text,
        primary,
        help=text,
        related=(other,),
        setting=text,
        environments=(text,),
        fingerprint="a",
    )
    return one(finding)


@EVERY
def test_snapshot(name: str) -> None:
    """`python -m tests.report.rendered` writes them anew."""
    assert FORMATS[name](report()) == (SNAPSHOTS / name).read_text(encoding="utf-8")


def test_the_snapshot_of_json_fits_the_published_schema() -> None:
    assert_valid(json.loads(FORMATS["lint.json"](report())), "findings")


@EVERY
def test_the_value_of_a_secret_is_in_no_format(name: str) -> None:
    assert SECRET not in FORMATS[name](report())


@EVERY
@BRIEFLY
@given(text=TEXTS)
def test_no_format_carries_raw_control_characters(name: str, text: str) -> None:
    rendered = FORMATS[name](with_text(text))
    assert not RAW.search(rendered)
    assert rendered.endswith("\n")


@BRIEFLY
@given(text=TEXTS)
def test_json_gives_the_text_back(text: str) -> None:
    (finding,) = json.loads(FORMATS["lint.json"](with_text(text)))["findings"]
    assert (finding["message"], finding["path"]) == (text, f"environments/{text}")


@pytest.mark.parametrize("name", ["lint.sarif", "lint.gitlab.json"])
@BRIEFLY
@given(text=TEXTS)
def test_other_json_stays_json_without_empty_texts(name: str, text: str) -> None:
    texts = list(_texts(json.loads(FORMATS[name](with_text(text)))))
    assert all(texts)
    assert not any(RAW.search(found) for found in texts)


@BRIEFLY
@given(text=TEXTS)
def test_one_annotation_is_one_command(text: str) -> None:
    rendered = FORMATS["lint.github.txt"](with_text(text))
    (line,) = rendered.removesuffix("\n").split("\n")
    assert COMMAND.fullmatch(line)
    assert len(line.splitlines()) == 1


@BRIEFLY
@given(text=TEXTS)
def test_the_runner_reads_what_was_meant(text: str) -> None:
    """Undoes the escapes in the order in which the runner does."""
    rendered = FORMATS["lint.github.txt"](with_text(text)).removesuffix("\n")
    command, _, data = rendered.removeprefix("::").partition("::")
    properties = dict(entry.split("=", 1) for entry in command.partition(" ")[2].split(","))
    for code, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        properties["file"] = properties["file"].replace(code, character)
    for code, character in (("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        data = data.replace(code, character)
    assert properties["file"] == for_terminal(posixpath.normpath(f"mail/environments/{text}"))
    assert data.split("\n")[0] == for_terminal(text)
    assert len(data.split("\n")) == 4


@BRIEFLY
@given(text=TEXTS)
def test_junit_stays_xml_with_its_own_elements(text: str) -> None:
    root = ET.fromstring(FORMATS["lint.junit.xml"](with_text(text)))  # noqa: S314 - our own document
    kinds = {element.tag for element in root.iter()}
    assert kinds == {"testsuites", "testsuite", "testcase", "failure", "skipped"}
    assert [len(suite) for suite in root] == [5, 5]


@BRIEFLY
@given(text=TEXTS)
def test_markdown_stays_one_row_of_three_cells(text: str) -> None:
    rows = [line for line in FORMATS["lint.md"](with_text(text)).split("\n") if line.startswith("| ")]
    assert len(rows) == 2
    assert rows[1].count("|") == 4
    outside = re.sub(r"`[^`]*`|<code>[^<]*</code>|<br>", "", rows[1][2:-2])
    assert not re.search(r"[`<>\[\]@#$*_~\\!]|://|www\.", outside.replace("&#", ""))


@EVERY
@BRIEFLY
@given(text=TEXTS)
def test_no_line_is_a_workflow_command_but_annotations(name: str, text: str) -> None:
    lines = FORMATS[name](with_text(text)).split("\n")
    if name == "lint.txt":
        lines = [for_workflow_log(line) for line in lines]
    if name != "lint.github.txt":
        assert not any(line.lstrip().startswith("::") or "##[" in line for line in lines)
    else:
        assert [line.startswith("::error file=") for line in lines] == [True, False]


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("::error::x", "\\::error::x"),
        (" \u3000::error::x", " \u3000\\::error::x"),
        ("a ::error::x", "a ::error::x"),
        ("a ##[error]x ##[group]", "a ##\\[error]x ##\\[group]"),
        ("a ##vso[task.setvariable variable=x]y", "a ##\\vso[task.setvariable variable=x]y"),
        (" ::: environments/base.yaml:3:17", " \\::: environments/base.yaml:3:17"),
    ],
)
def test_a_line_of_a_workflow_log(line: str, shown: str) -> None:
    assert for_workflow_log(line) == shown


def test_what_is_hostile_is_visible_in_annotations() -> None:
    (line,) = [line for line in FORMATS["lint.github.txt"](report()).split("\n") if "notice" in line]
    assert "x\\x0a::error file=a.yaml,line=1::b\\x0d%250A\\x1b[31m\\u202e" in line
    assert HOSTILE not in line


def _texts(data: Any) -> list[str]:
    """All texts of a JSON document, keys too."""
    if isinstance(data, str):
        return [data]
    if isinstance(data, dict):
        return [*data, *(text for value in data.values() for text in _texts(value))]
    return [text for item in data for text in _texts(item)] if isinstance(data, list) else []
