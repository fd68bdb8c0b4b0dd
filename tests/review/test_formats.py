"""The formats of a comparison: what is hostile stays text, and a comment is never too long."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmconfig.lint.finding import Located, Place
from kmconfig.lint.rules.transport.port_25 import check as port_25
from kmconfig.report.diff_json import diff_document
from kmconfig.report.diff_markdown import MARKER, diff_markdown
from kmconfig.report.diff_text import diff_text
from kmconfig.report.lint_markdown import LONGEST
from kmconfig.report.permalink import Permalinks, permalinks
from kmconfig.report.style import Style
from kmconfig.review.groups import grouped
from kmconfig.review.model import Change, EnvironmentReview, Findings, Review, Risk
from kmconfig.source.span import SourceFile, Span
from tests.cli.validity import assert_valid

if TYPE_CHECKING:
    from collections.abc import Iterable

LINKS = Permalinks(f"https://github.com/acme/mail/blob/{'a' * 40}")
PLAIN = Style(enabled=False)
RAW = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
BRIEFLY = settings(max_examples=80, deadline=None, derandomize=True, database=None)
PIECES = (
    *("\n", "\r", "\x1b[31m", "\u202e", "::error::x", "##[error]x", "`", "``", "|", "\\", "</details>", "<!--", "-->"),
    *(
        "@user",
        "@acme/all",
        "#1",
        "](",
        "[",
        "]",
        "(",
        ")",
        "&amp;",
        "https://evil.test",
        "www.evil.test",
        "$x$",
        "<img>",
    ),
    *("ab", " ", ",", ":", "/", "**", "__", "~~", "GH-1", "a@b.test", "\t", "</summary>", "<br>"),
)
TEXTS = st.one_of(
    st.text(min_size=1, max_size=40), st.lists(st.sampled_from(PIECES), min_size=1, max_size=10).map("".join)
)
#: What we write ourselves around foreign text.
OURS = re.compile(r"</?(?:details|summary|code|br)>|\*\*(?:high|medium|info)\*\*|&#\d+;")
LINK = re.compile(rf"\[((?:<code>|</code>|[^\[\]<>])*)\]\({re.escape(LINKS.prefix)}/[\w./%~-]*#L\d+\)")


def located(path: str, text: str, number: int = 0) -> Located:
    file = SourceFile(path, "x: 1\n" * (number + 1))
    place = Place(Span(file, number * 5, number * 5 + 1), text)
    return Located(port_25, "error", text, text, place, (), text, (text,), fingerprint=f"{number:016x}")


def change(text: str, *, severity: str = "high", number: int = 0) -> Change:
    place = Span(SourceFile(f"environments/{text}.yaml", "x: 1\n"), 0, 1)
    risks = (Risk(severity, text),)  # type: ignore[arg-type]
    return Change(setting=f"email.{text}{number}", before=[text, {"a": text}], after=text, place=place, risks=risks)


def review(text: str, *, rows: int = 1) -> Review:
    """A comparison in which everything that comes from files is ``text``."""
    findings = Findings(
        new=tuple(located(text, text, number) for number in range(rows)),
        fixed=(located(text, text, rows),),
        hidden=(located(text, text, rows + 1),),
    )
    environment = EnvironmentReview(
        name=text,
        status="renamed",
        tier="production",
        former=text,
        note=f"was `{text}`",
        risks=(Risk("medium", text),),
        changes=tuple(change(text, number=number) for number in range(rows)),
        findings=findings,
    )
    calm = EnvironmentReview(
        name=f"{text}2", status="changed", tier="staging", changes=(Change(setting=text, before=None, after=text),)
    )
    return Review(
        base=text,
        head=text,
        environments=(environment, calm),
        groups=grouped((environment, calm)),
        project=(change(text),),
        findings=findings,
        notes=(text,),
    )


def markdown(found: Review) -> str:
    return "\n".join(diff_markdown(found, folder="mail", links=LINKS))


def assert_inert(text: str) -> None:
    """Outside of code spans nothing is left that Markdown, HTML or a platform would act on but what is ours."""
    first, *lines = text.split("\n")
    assert first == MARKER
    assert "<!--" not in re.sub("`[^`]*`", "", "\n".join(lines))
    for line in lines:
        if line.startswith("|"):
            assert line.count("|") in (4, 5)
        bare = LINK.sub(r"\1", re.sub("`[^`]*`", "", _content(line)))
        bare = re.sub(r"<code>(?:[@#$!&%~]|GH-|&#\d+;)+</code>", "", bare, flags=re.IGNORECASE)
        bare = OURS.sub("", bare)
        assert not re.search(r"[<>\[\]*_~`\\@$#]", bare), (line, bare)
        assert "://" not in bare
        assert not re.search(r"(?i)www\.", bare)


def _content(line: str) -> str:
    """A line without what makes it a row, a heading or a title."""
    if line.startswith("|"):
        return line.replace("|", "")
    title = line.startswith("**") and line.endswith("**")
    return line[2:-2] if title else line.removeprefix("### kmconfig: ")


@given(TEXTS)
@BRIEFLY
def test_markdown_is_inert(text: str) -> None:
    comment = markdown(review(text))
    assert not RAW.search(comment)
    assert_inert(comment)


@given(TEXTS)
@BRIEFLY
def test_text_is_inert(text: str) -> None:
    lines = list(diff_text(review(text), style=PLAIN))
    assert not any(RAW.search(line) or "\n" in line for line in lines)
    assert not any(line.lstrip().startswith("::") or "##[" in line for line in lines)


@given(TEXTS)
@BRIEFLY
def test_json_fits_the_schema(text: str) -> None:
    document = diff_document(review(text.encode("utf-8", "replace").decode()))
    assert_valid(json.loads(json.dumps(document)), "diff")


@pytest.mark.parametrize("rows", [1, 30, 400, 3000])
@pytest.mark.parametrize("text", ["settings", "<|>" * 200, "`" * 500])
def test_a_comment_is_never_too_long(rows: int, text: str) -> None:
    comment = markdown(review(text, rows=rows))
    assert len(comment) <= LONGEST
    assert comment.count("<details>") == comment.count("</details>")
    if text == "settings":
        assert ("This comment was cut" in comment) == (rows > 100)
    if "This comment was cut" in comment:
        (missing,) = re.findall(r"cut\*\*: (.*) would not fit", comment)
        shown = sum(
            line.startswith("| ") and "What it means" not in line and "Finding |" not in line
            for line in comment.split("\n")
        )
        assert sum(map(int, re.findall("[0-9]+", missing))) + shown == 2 * rows + 5


def test_a_comment_that_is_cut_says_of_what() -> None:
    comment = markdown(review("settings", rows=3000))
    kinds = re.findall(r"[0-9]+ ([a-z ]+)", comment.rpartition("**This comment was cut**: ")[2].partition(" would")[0])
    assert kinds == [
        *("grave changes", "project change", "new findings", "minor change", "fixed finding"),
        "hidden finding",
    ]


def summary(**found: Any) -> str:
    lines = list(diff_text(Review(base="a", head="b", **found), style=PLAIN))
    assert markdown(Review(base="a", head="b", **found)).split("\n")[1] == f"### kmconfig: {lines[-1]}"
    return lines[-1]


def test_the_summary_counts_what_changes() -> None:
    """An environment with other findings alone is as it was, and so is one whose project is judged in another way."""
    other = EnvironmentReview(name="a", status="changed", findings=Findings(new=(located("a", "a"),)))
    changed = EnvironmentReview(name="b", status="changed", changes=(change("x"),))
    unread = EnvironmentReview(name="c", status="unreadable", note="cannot be read")
    gone = EnvironmentReview(name="d", status="removed", note="is gone")
    milder = Change(setting="lint.fail_on", before="error", after="never", risks=(Risk("medium", "x"),))
    assert summary() == "no change of email settings"
    assert summary(environments=(other,)) == "no change of email settings, 1 new finding"
    assert summary(environments=(other, changed, gone)) == "2 environments change, 1 new finding"
    assert summary(environments=(unread,)) == "1 environment cannot be compared"
    assert summary(project=(milder,)) == "no change of email settings, 1 project change, 1 medium risk"
    assert summary(environments=(changed,), of_environments=True) == "1 setting differs"
    assert summary(of_environments=True) == "no difference of settings"


def test_what_matters_comes_first() -> None:
    comment = markdown(review("x"))
    order = [
        "**Environments**",
        "**x: 1 change**",
        "**Project**",
        "**1 new finding**",
        "<summary>x2",
        "<summary>1 fixed",
        "<summary>1 hidden",
    ]
    assert [comment.index(word) for word in order] == sorted(comment.index(word) for word in order)


def test_colours() -> None:
    lines = list(diff_text(review("x"), style=Style(enabled=True)))
    assert any("\x1b[1;31mhigh\x1b[0m: x" in line for line in lines)


_SHA = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("environ", "remote", "commit", "prefix"),
    [
        ({}, "https://github.com/acme/mail.git", _SHA, f"https://github.com/acme/mail/blob/{_SHA}"),
        ({}, "https://user:token@github.com/acme/mail", _SHA, f"https://github.com/acme/mail/blob/{_SHA}"),
        ({}, "git@github.com:acme/mail.git", _SHA, f"https://github.com/acme/mail/blob/{_SHA}"),
        ({}, "ssh://git@gitlab.acme.example:22/a/b/c.git", _SHA, f"https://gitlab.acme.example/a/b/c/-/blob/{_SHA}"),
        ({}, "https://git.acme.example/acme/mail.git", _SHA, None),
        ({}, "https://github.com/acme/mail.git", None, None),
        ({}, "/srv/git/mail.git", _SHA, None),
        ({}, "https://github.com/acme/mail)[x](y", _SHA, None),
        ({"GITHUB_SHA": _SHA}, None, None, "https://ghe.acme.example/acme/mail/blob/" + _SHA),
        ({"GITHUB_SHA": "x"}, None, None, None),
        ({"GITHUB_REPOSITORY": "acme/mail) [x](javascript:1"}, None, _SHA, None),
    ],
)
def test_permalinks(environ: dict[str, str], remote: str | None, commit: str | None, prefix: str | None) -> None:
    if environ:
        environ = {"GITHUB_SERVER_URL": "https://ghe.acme.example", "GITHUB_REPOSITORY": "acme/mail", **environ}
    links = permalinks(environ, remote=remote, commit=commit)
    assert (links.prefix if links is not None else None) == prefix


def test_permalinks_in_gitlab() -> None:
    environ = {"CI_PROJECT_URL": "https://gitlab.example/acme/mail", "CI_COMMIT_SHA": _SHA}
    links = permalinks(environ, remote=None, commit=None)
    assert links == Permalinks(f"https://gitlab.example/acme/mail/-/blob/{_SHA}")


def numbered(names: Iterable[str]) -> tuple[EnvironmentReview, ...]:
    changes: tuple[Any, ...] = (change("x"),)
    return tuple(EnvironmentReview(name=name, status="changed", changes=changes) for name in names)


def test_many_environments_are_counted() -> None:
    environments = numbered(f"c{number:04}" for number in range(1500))
    found = Review(base="a", head="b", environments=environments, groups=grouped(environments))
    text = "\n".join(diff_text(found, style=PLAIN))
    assert "1,500 environments (c0000, c0001, c0002, …)" in text
    assert len(text.splitlines()) == 7
    assert "1,500 environments (c0000, c0001, c0002, …)" in "\n".join(diff_markdown(found)).replace(
        "&#40;", "("
    ).replace("&#41;", ")")
