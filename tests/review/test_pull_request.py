"""Pull requests from beginning to end: base, change, lint, diff, comment."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from kmconfig.report.diff_markdown import MARKER
from tests.cli.validity import assert_valid
from tests.review.repository import Repository, environment

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.running import Call

    Diff = Callable[..., dict[str, Any]]


def by_name(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {entry["environment"]: entry for entry in document["environments"]}


def settings(entry: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {change["setting"]: change for change in entry["changes"]}


def codes(findings: list[dict[str, Any]]) -> list[str]:
    return [finding["code"] for finding in findings]


def test_nothing_changed(repository: Repository, kmconfig: Call, diff: Diff) -> None:
    document = diff()
    assert (document["environments"], document["groups"], document["project"]) == ([], [], [])
    assert kmconfig("diff").out.endswith("\nno change of email settings\n")
    assert kmconfig("diff", "--detailed-exitcode").code == 0
    comment = kmconfig("diff", "--format", "markdown").out
    assert comment.startswith(f"{MARKER}\n### kmconfig: no change of email settings\n")
    assert len(comment) < 200


def test_a_change_of_a_layer_reaches_three_environments_and_is_said_once(
    repository: Repository, kmconfig: Call, diff: Diff
) -> None:
    repository.replace("environments/base.yaml", "encryption: tls", "encryption: none")
    repository.commit()
    document = diff()
    assert set(by_name(document)) == {"production", "staging", "development"}
    (group,) = document["groups"]
    assert set(group["environments"]) == {"production", "staging", "development"}
    (change,) = group["changes"]
    assert (change["setting"], change["before"], change["after"]) == ("email.smtp.encryption", "tls", "none")
    assert change["severity"] == "high"
    assert change["origin"] == {"path": "environments/base.yaml", "line": 10, "column": 17}
    assert any("credentials would cross the network in clear text" in risk for risk in change["risks"])
    assert "KM306" in codes(by_name(document)["production"]["new_findings"])
    text = kmconfig("diff").out
    assert text.count("email.smtp.encryption") == 1
    assert "tls → none" in text
    assert "environments/base.yaml:10:17" in text
    comment = kmconfig("diff", "--format", "markdown").out
    assert comment.count("| `email.smtp.encryption`") == 1
    assert "**high**: the credentials would cross the network in clear text" in comment


def test_the_whole_story_in_a_job(
    repository: Repository, kmconfig: Call, monkeypatch: pytest.MonkeyPatch, diff: Diff
) -> None:
    """The job checks out the merge of the request; `main` has gone on in the meantime."""
    repository.replace(
        "environments/production.yaml", "stores:", "  sender: {email: licensing@mail.acme.example}\nstores:"
    )
    repository.commit("another sender")
    repository.git("checkout", "--quiet", "main")
    repository.replace("environments/staging.yaml", "max_age: 90d", "max_age: 30d")
    repository.commit("meanwhile")
    repository.git("update-ref", "refs/remotes/origin/main", "main")
    repository.git("merge", "--quiet", "--no-edit", "change")
    merged = repository.git("rev-parse", "HEAD")
    repository.git("checkout", "--quiet", "--detach", merged)
    repository.git("branch", "--quiet", "--delete", "--force", "main")
    monkeypatch.setenv("GITHUB_BASE_REF", "main")
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
    monkeypatch.setenv("GITHUB_REPOSITORY", "acme/mail-settings")
    monkeypatch.setenv("GITHUB_SHA", merged)
    assert kmconfig("lint").code == 0
    document = diff()
    assert list(by_name(document)) == ["production"]
    change = settings(by_name(document)["production"])["email.sender.email"]
    assert change["severity"] == "high"
    assert any("`mail.acme.example` needs SPF" in risk for risk in change["risks"])
    comment = kmconfig("diff", "--format", "markdown").out
    link = f"https://github.com/acme/mail-settings/blob/{merged}/environments/production.yaml#L8"
    assert f"[`environments/production.yaml:8`]({link})" in comment


def test_findings_come_and_go(repository: Repository, diff: Diff) -> None:
    repository.replace("environments/base.yaml", "port: 587", "port: 25")
    repository.commit()
    document = diff()
    assert "KM203" in codes(by_name(document)["production"]["new_findings"])
    backwards = diff("HEAD", "main")
    assert "KM203" in codes(by_name(backwards)["production"]["fixed_findings"])
    assert by_name(backwards)["production"]["new_findings"] == []


def test_an_old_finding_that_moved_is_not_new(repository: Repository, diff: Diff) -> None:
    repository.replace("environments/base.yaml", "port: 587", "port: 25")
    repository.commit()
    repository.git("checkout", "--quiet", "-B", "main")
    repository.git("checkout", "--quiet", "-b", "next")
    repository.replace("environments/base.yaml", "email:\n  smtp", "# a word\n\nemail:\n  smtp")
    assert diff()["environments"] == []


def test_uncommitted_and_untracked_files_count(repository: Repository, diff: Diff) -> None:
    repository.write({"environments/acme/eu.yaml": environment("staging").replace("base.yaml", "../base.yaml")})
    repository.replace("environments/staging.yaml", "max_age: 90d", "max_age: 30d")
    found = by_name(diff())
    assert (found["acme/eu"]["status"], found["acme/eu"]["tier"]) == ("added", "staging")
    change = settings(found["staging"])["email.smtp.password"]
    assert (change["secret"], change["risks"]) == ("same", [])
    assert change["after"] == {"vault": "keymanager/staging/smtp#password", "max_age": "30d"}


def test_removed_and_renamed(repository: Repository, kmconfig: Call, diff: Diff) -> None:
    repository.git("mv", "environments/production.yaml", "environments/live.yaml")
    repository.git("rm", "--quiet", "environments/staging.yaml")
    repository.replace("environments/live.yaml", "max_age: 90d", "max_age: 60d")
    repository.commit()
    found = by_name(diff())
    assert {name: entry["status"] for name, entry in found.items()} == {"live": "renamed", "staging": "removed"}
    assert found["live"]["former_name"] == "production"
    (change,) = found["live"]["changes"]
    assert (change["setting"], change["risks"]) == ("email.smtp.password", [])
    assert found["live"]["new_findings"] == found["live"]["fixed_findings"] == []
    assert all(change["after"] is None for change in found["staging"]["changes"])
    text = kmconfig("diff").out
    assert "live (production) was `production`" in text
    assert "staging (staging) is gone" in text


def test_findings_follow_a_renamed_file(repository: Repository, diff: Diff) -> None:
    repository.replace("environments/production.yaml", "    password", "    port: 25\n    password")
    repository.commit()
    repository.git("checkout", "--quiet", "-B", "main")
    repository.git("mv", "environments/production.yaml", "environments/live.yaml")
    (entry,) = diff()["environments"]
    assert (entry["status"], entry["new_findings"], entry["fixed_findings"]) == ("renamed", [], [])


def test_findings_follow_a_renamed_layer(repository: Repository, kmconfig: Call) -> None:
    repository.replace("environments/base.yaml", "port: 587", "port: 25")
    repository.commit()
    repository.git("mv", "environments/base.yaml", "environments/common.yaml")
    for tier in ("production", "staging", "development"):
        repository.replace(f"environments/{tier}.yaml", "base.yaml", "common.yaml")
    assert kmconfig("diff", "HEAD").out.endswith("\nno change of email settings\n")


def test_what_nobody_can_read_on_either_side(repository: Repository, kmconfig: Call, diff: Diff) -> None:
    """It is not said to be as it was."""
    repository.write({"environments/production.yaml": "tier: [\n"})
    repository.commit()
    repository.write({"environments/production.yaml": "tier: [[\n", "environments/new.yaml": "tier: [\n"})
    found = by_name(diff("HEAD"))
    assert {name: entry["status"] for name, entry in found.items()} == {"production": "unreadable", "new": "unreadable"}
    assert "and in the working tree: its settings are not compared" in found["production"]["note"]
    assert "\n2 environments cannot be compared, " in kmconfig("diff", "HEAD").out
    (repository.root / "environments/production.yaml").unlink()
    assert "is gone, and could not be read at HEAD" in by_name(diff("HEAD"))["production"]["note"]


@pytest.mark.parametrize("side", ["base", "head"])
@pytest.mark.parametrize("broken", ["version: 1\ntier: [production\n", "{" * 50, "\x00", "- a\n"])
def test_a_file_that_cannot_be_read_on_one_side(
    repository: Repository, diff: Diff, kmconfig: Call, side: str, broken: str
) -> None:
    sound = (repository.root / "environments/production.yaml").read_text(encoding="utf-8")
    repository.write({"environments/production.yaml": broken})
    broke = repository.commit("broken")
    repository.write({"environments/production.yaml": sound})
    repository.replace("environments/staging.yaml", "max_age: 90d", "max_age: 30d")
    mended = repository.commit("mended")
    revisions = (broke, mended) if side == "base" else (mended, broke)
    document = diff(*revisions)
    found = by_name(document)
    assert found["production"]["status"] == "unreadable"
    assert found["production"]["changes"] == []
    assert set(settings(found["staging"])) == {"email.smtp.password"}
    listed = [document, *document["environments"]]
    kind = "fixed_findings" if side == "base" else "new_findings"
    assert any(code.startswith("KM1") for entry in listed for code in codes(entry[kind]))
    assert side == "base" or found["production"]["fixed_findings"] == []
    assert "cannot be read at" in kmconfig("diff", *revisions).out


def test_a_broken_layer_makes_all_that_build_on_it_unreadable(repository: Repository, diff: Diff) -> None:
    repository.write({"environments/base.yaml": "email: [\n"})
    assert {entry["status"] for entry in diff()["environments"]} == {"unreadable"}


def test_a_new_value_that_is_refused_is_not_taken_for_absent(repository: Repository, diff: Diff) -> None:
    repository.replace("environments/base.yaml", "port: 587", "port: many")
    found = by_name(diff())
    (change,) = found["production"]["changes"]
    assert (change["setting"], change["before"], change["after"]) == ("email.smtp.port", 587, "(missing or refused)")
    assert change["risks"] == []
    assert "KM105" in codes(found["production"]["new_findings"]) or "KM107" in codes(
        found["production"]["new_findings"]
    )


def test_a_driver_that_is_refused_takes_no_defaults_with_it(repository: Repository, diff: Diff) -> None:
    repository.replace("environments/base.yaml", "email:\n", "email:\n  driver: pigeon\n")
    (change,) = by_name(diff())["production"]["changes"]
    assert (change["setting"], change["before"], change["after"]) == ("email.driver", "smtp", "(missing or refused)")


def test_the_exit_code(repository: Repository, kmconfig: Call) -> None:
    repository.replace("environments/staging.yaml", "max_age: 90d", "max_age: 30d")
    assert kmconfig("diff").code == 0
    assert kmconfig("diff", "--detailed-exitcode").code == 2
    assert kmconfig("diff", "--detailed-exitcode", "HEAD", "main").code == 0


def test_a_result_goes_to_a_file(repository: Repository, kmconfig: Call) -> None:
    repository.replace("environments/staging.yaml", "max_age: 90d", "max_age: 30d")
    for form in ("text", "json", "markdown"):
        ran = kmconfig("diff", "--format", form, "--output", "result", "--color", "always")
        assert (ran.code, ran.out) == (0, "")
        text = (repository.root / "result").read_text(encoding="utf-8")
        assert "email.smtp.password" in text
        assert "\x1b" not in text
    assert "\x1b[" in kmconfig("diff", "--color", "always").out


def test_a_root_below_the_top_of_the_repository(repository: Repository, kmconfig: Call, diff: Diff) -> None:
    repository.git("mv", "environments", "moved")
    (repository.root / "mail").mkdir()
    repository.git("mv", "moved", "mail/environments")
    repository.commit()
    repository.git("checkout", "--quiet", "-B", "main")
    repository.git("remote", "add", "origin", "https://token@github.com/acme/mail.git")
    repository.replace("mail/environments/staging.yaml", "max_age: 90d", "max_age: 30d")
    commit = repository.commit()
    assert set(by_name(diff("-C", "mail", "HEAD~1"))) == {"staging"}
    comment = kmconfig("diff", "-C", "mail", "HEAD~1", "HEAD", "--format", "markdown").out
    assert f"(https://github.com/acme/mail/blob/{commit}/mail/environments/staging.yaml#L7)" in comment
    assert "token" not in comment


def test_the_environments_folder_is_named_by_each_side(repository: Repository, diff: Diff) -> None:
    repository.git("mv", "environments", "settings")
    repository.write({"kmconfig.yaml": "version: 1\nenvironments: settings\n"})
    document = diff()
    assert document["environments"] == []
    (change,) = document["project"]
    assert (change["setting"], change["severity"]) == ("environments", "high")


def test_a_fork_brings_hostile_files(repository: Repository, kmconfig: Call, tmp_path: Path) -> None:
    """What a stranger proposes is looked at as data: nothing of it runs, and nothing outside of it is read."""
    secret = tmp_path / "outside.yaml"
    secret.write_text("version: 1\ntier: production\ndescription: not for you\n", encoding="utf-8")
    ran = tmp_path / "ran"
    hook = f"#!/bin/sh\ntouch {ran}\n"
    repository.write(
        {
            ".gitattributes": "* diff=evil filter=evil\n",
            ".git/hooks/post-checkout": hook,
            "fsmonitor": hook,
            "environments/<img src=x>`|@acme.yaml": environment("staging").replace(
                "Mail of staging", "'| @acme/all <script>alert(1)</script> [x](https://evil.example) `code` ::error::x'"
            ),
        }
    )
    for key in ("diff.evil.textconv", "filter.evil.smudge", "filter.evil.clean", "core.fsmonitor", "core.pager"):
        repository.git("config", key, f"touch {ran}; cat")
    (repository.root / "environments/stolen.yaml").symlink_to(secret)
    (repository.root / "environments/climbing").symlink_to("../../..")
    repository.git("-c", "core.fsmonitor=false", "-c", "filter.evil.clean=cat", "add", "--all")
    repository.git(
        "-c", "core.fsmonitor=false", "-c", "filter.evil.clean=cat", "commit", "--quiet", "--message", "evil"
    )
    ran.unlink(missing_ok=True)
    for form in ("text", "json", "markdown"):
        told = kmconfig("diff", "main", "HEAD", "--format", form)
        assert told.code == 0
        assert "not for you" not in told.out + told.err
        assert "<script" not in told.out if form == "markdown" else True
    assert not ran.exists()
    comment = kmconfig("diff", "main", "HEAD", "--format", "markdown").out
    assert "in &#60;img src=x&#62;" in comment
    assert not any("<img" in part for line in comment.splitlines() for part in line.split("`")[::2])
    assert "](https://evil" not in comment
    assert_valid(json.loads(kmconfig("diff", "main", "HEAD", "--format", "json").out), "diff")
