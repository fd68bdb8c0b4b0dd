"""The review of a pull request: one comment that is kept current, and a summary where the job may not comment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from kmconfig.report.diff_markdown import MARKER
from tests.workflows.service import BOT

if TYPE_CHECKING:
    from tests.review.repository import Repository
    from tests.workflows.playing import Play
    from tests.workflows.runner import Job
    from tests.workflows.service import Service

NUMBER = 7


def change(origin: Repository, branch: str, old: str, new: str) -> None:
    """Commit a change of the base layer to a branch of the request."""
    origin.git("checkout", "--quiet", "-B", branch, "main")
    origin.replace("environments/base.yaml", old, new)
    origin.commit()
    origin.git("checkout", "--quiet", "main")


@pytest.fixture
def weakened(origin: Repository) -> str:
    """A branch that turns encryption off."""
    change(origin, "weaker", "encryption: tls", "encryption: none")
    return "weaker"


def review(play: Play) -> Job:
    return play("review.yml", "review")


def test_a_comment_is_written_once_and_then_changed_in_place(
    play: Play, service: Service, origin: Repository, weakened: str
) -> None:
    service.pull_request(NUMBER, weakened)
    first = review(play)
    assert first.result == "success", first.log
    (comment,) = service.comments
    assert comment["issue"] == NUMBER
    assert comment["body"].startswith(MARKER)
    assert "credentials would cross the network in clear text" in comment["body"]
    assert first.summary == comment["body"]

    change(origin, weakened, "port: 587", "port: 2525")
    review(play)
    (current,) = service.comments
    assert current["id"] == comment["id"]
    assert "2525" in current["body"]
    assert "clear text" not in current["body"]


def test_no_change_makes_no_comment_but_updates_the_one_there_is(
    play: Play, service: Service, origin: Repository, weakened: str
) -> None:
    change(origin, "words", "owner: platform-team\n", "owner: platform-team\n# a comment\n")
    service.pull_request(NUMBER, "words")
    assert review(play).result == "success"
    assert service.comments == []
    service.pull_request(NUMBER, weakened)
    review(play)
    service.pull_request(NUMBER, "words")
    review(play)
    (comment,) = service.comments
    assert "no change of email settings" in comment["body"]


def test_a_comment_of_somebody_else_with_the_marker_is_left_alone(play: Play, service: Service, weakened: str) -> None:
    strangers = {"id": 900, "issue": NUMBER, "user": {"login": "stranger"}, "body": f"{MARKER}\nall is well"}
    service.change(comments=[strangers])
    service.pull_request(NUMBER, weakened)
    review(play)
    untouched, own = service.comments
    assert untouched == strangers
    assert own["user"]["login"] == BOT


def test_a_fork_gets_the_summary_and_nothing_is_written(play: Play, service: Service, weakened: str) -> None:
    service.pull_request(NUMBER, weakened, fork=True)
    job = review(play)
    assert job.result == "success", job.log
    assert service.load()["calls"] == []
    assert "credentials would cross the network in clear text" in job.summary
    assert "::notice title=kmconfig::this job may not comment" in job.log


def test_a_token_that_may_not_write_is_a_warning(
    play: Play, service: Service, weakened: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.pull_request(NUMBER, weakened)
    monkeypatch.setattr(service, "fork", True)
    job = review(play)
    assert job.result == "success"
    assert service.comments == []
    assert '::warning title=kmconfig::the comment could not be written (it needs "pull-requests: write")' in job.log
    assert MARKER in job.summary


def test_a_hostile_change_stays_text(play: Play, service: Service, origin: Repository) -> None:
    """Names and values that would be commands in a shell, in a log of GitHub, or in Markdown."""
    branch = "x$(touch${IFS}owned);`touch${IFS}owned`"
    origin.git("checkout", "--quiet", "-b", branch)
    origin.replace("environments/base.yaml", "reply_to: support@acme.example", 'reply_to: "a@x.test\\n::error::forged"')
    origin.replace("environments/base.yaml", "smtp.sendgrid.net", '"$(touch owned) @everyone <img src=x>"')
    origin.write({"environments/$(touch owned) `id`.yaml": "version: 1\nextends: base.yaml\ntier: development\n"})
    origin.commit()
    origin.git("checkout", "--quiet", "main")
    service.pull_request(NUMBER, branch, title="$(touch owned)\n::error::forged")
    job = review(play)
    assert job.result == "success", job.log
    (comment,) = service.comments
    assert "touch owned" in comment["body"]
    assert "\n::error" not in job.log
    assert "<img" not in re.sub(r"`[^`\n]*`", "", comment["body"])
    assert list(service.state.parents[1].rglob("owned")) == []
