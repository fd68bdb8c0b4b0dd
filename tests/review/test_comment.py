"""The comment on a pull request: notes, and programs that would run, shown as they are and as nothing else."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import pytest

from kmconfig.report.diff_markdown import diff_markdown
from kmconfig.review.groups import grouped
from kmconfig.review.model import Change, EnvironmentReview, Review, Risk
from kmconfig.review.quoted import quoted

if TYPE_CHECKING:
    from tests.cli.running import Call
    from tests.review.repository import Repository


def comment_of(risk: str) -> str:
    """A comment with one risk."""
    environment = EnvironmentReview(name="x", status="removed", note="is gone", risks=(Risk("high", risk),))
    return "\n".join(diff_markdown(Review(base="a", head="b", environments=(environment,))))


def test_notes_that_are_left_out_are_counted() -> None:
    comment = "\n".join(diff_markdown(Review(base="a", head="b", notes=tuple(f"note {n}" for n in range(13)))))
    assert comment.count("Note: note ") == 10
    assert "Note: and 3 more notes" in comment


def test_many_new_environments_do_not_hide_what_is_grave() -> None:
    grave = Change(setting="email.smtp.host", before="a", after="b", risks=(Risk("high", "grave"),))
    changed = EnvironmentReview(name="shop", status="changed", changes=(grave,))
    gone = EnvironmentReview(name="gone", status="removed", note="is gone", risks=(Risk("high", "nobody checks"),))
    new = tuple(EnvironmentReview(name=f"c{number:04}", status="added", note="is new") for number in range(3000))
    environments = (*new, changed, gone)
    found = Review(base="a", head="b", environments=environments, groups=grouped(environments))
    comment = "\n".join(diff_markdown(found))
    assert comment.index("nobody checks") < comment.index("**high**: grave") < comment.index("| `c0000` | is new |")
    assert re.search(r"This comment was cut\*\*: [0-9]+ environments would not fit", comment)


LIVE = (":boom:", "acme/mail#1", "0123456789abcdef0123456789abcdef01234567", "GH-12", "@acme/all", "a|b", "$x$", "# 1")


@pytest.mark.parametrize("live", [*LIVE, *(f"`{text}`" for text in LIVE), "``", "` `", " ", "`", "|`|", "##[error]x"])
def test_commands_are_code(live: str) -> None:
    """A program's words are shown as they are, where platforms look for nothing."""
    risk = f"apply would run this as `reload`: {quoted(f'php {live} x')} and more"
    (row,) = [line for line in comment_of(risk).split("\n") if line.startswith("| `x`")]
    cell = row.split(" | ")[2].removesuffix(" |")
    codes = re.findall(r"`([^`]*)`|<code>(.*?)</code>(?= and)", cell)
    shown = [html.unescape(re.sub("</?code>", "", found or other)) for found, other in codes]
    assert shown == ["reload", f"php {live} x"]
    assert re.sub(r"`[^`]*`|<code>.*</code>", "X", cell) == "**high**: apply would run this as X&#58; X and more"


def test_a_long_command_stays_code_where_it_is_cut() -> None:
    risk = f"apply would run this: {quoted('x' * 1000 + ' :boom:')}"
    assert re.search("`x{300,400}`…", comment_of(risk))


def test_a_command_of_a_pull_request(repository: Repository, kmconfig: Call) -> None:
    """From the file to the comment."""
    repository.replace(
        "environments/production.yaml",
        "  file: {path: out/production.json}",
        "  laravel_env: {path: a, laravel: 12, reload: [[sh, -c, 'x | y :boom: acme/mail#1']]}",
    )
    comment = kmconfig("diff", "--format", "markdown").out
    assert "as `reload`&#58; <code>sh -c 'x &#124; y &#58;boom&#58; acme/mail<code>#</code>1'</code> |" in comment
