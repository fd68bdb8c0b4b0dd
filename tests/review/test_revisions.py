"""Which revisions are compared, and what is said where they cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.review.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.running import Call

    Diff = Callable[..., dict[str, Any]]


def tighten(repository: Repository, tier: str) -> str:
    repository.replace(f"environments/{tier}.yaml", "max_age: 90d", "max_age: 30d")
    return repository.commit(tier)


def changed(document: dict[str, Any]) -> list[str]:
    return [entry["environment"] for entry in document["environments"]]


@pytest.mark.parametrize("remote", [None, "refs/remotes/origin/main", "refs/remotes/origin/master"])
def test_the_default_is_where_the_branch_began(repository: Repository, diff: Diff, remote: str | None) -> None:
    tighten(repository, "production")
    repository.git("checkout", "--quiet", "main")
    began = repository.git("rev-parse", "HEAD")
    tighten(repository, "staging")
    if remote is not None:
        repository.git("update-ref", remote, "main")
    repository.git("checkout", "--quiet", "change")
    if remote is not None:
        repository.git("branch", "--quiet", "-D", "main")
    document = diff()
    assert changed(document) == ["production"]
    name = "main" if remote is None else remote.removeprefix("refs/remotes/")
    assert (document["base"], document["head"]) == (f"{name} ({began[:12]})", "working tree")


def test_the_remote_says_which_branch_is_the_default(repository: Repository, diff: Diff) -> None:
    repository.git("update-ref", "refs/remotes/origin/trunk", "main")
    repository.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk")
    tighten(repository, "production")
    repository.git("branch", "--quiet", "--force", "main", "change")
    assert changed(diff()) == ["production"]


@pytest.mark.parametrize("variable", ["GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "CHANGE_TARGET"])
def test_a_job_says_which_branch_the_change_is_for(
    repository: Repository, diff: Diff, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    release = tighten(repository, "production")
    repository.git("update-ref", "refs/remotes/origin/release", release)
    tighten(repository, "staging")
    assert changed(diff()) == ["production", "staging"]
    monkeypatch.setenv(variable, "release")
    assert changed(diff()) == ["staging"]


def test_a_job_whose_branch_is_not_here(
    repository: Repository, kmconfig: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another branch in its place would give a wrong answer."""
    monkeypatch.setenv("GITHUB_BASE_REF", "release")
    ran = kmconfig("diff")
    assert (ran.code, ran.out) == (65, "")
    assert "git fetch origin release:refs/remotes/origin/release" in ran.err
    assert "`fetch-depth: 0`" in ran.err


def test_a_command_to_paste_runs_nothing_else(
    repository: Repository, kmconfig: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A branch may have almost any name."""
    monkeypatch.setenv("GITHUB_BASE_REF", "x;touch${IFS}y")
    assert "git fetch origin 'x;touch${IFS}y:refs/remotes/origin/x;touch${IFS}y'" in kmconfig("diff").err


def test_two_revisions(repository: Repository, diff: Diff) -> None:
    first = tighten(repository, "production")
    tighten(repository, "staging")
    repository.git("tag", "v1", first)
    assert changed(diff("main", "v1")) == ["production"]
    assert changed(diff("v1")) == ["staging"]
    assert changed(diff(first, "HEAD~1")) == []
    assert changed(diff("HEAD", "main")) == ["production", "staging"]


def test_another_file_of_the_commit_makes_no_change(repository: Repository, diff: Diff) -> None:
    repository.write({"README.md": "words\n"})
    repository.commit()
    assert changed(diff("main", "HEAD")) == []


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("nowhere",), 65, "there is no revision `nowhere`"),
        (("main", "nowhere"), 65, "there is no revision `nowhere`"),
        (("main:environments",), 65, "what it names is no commit"),
        (("--", "--output=stolen"), 64, "is no revision"),
        (("--", "-x", "-y"), 64, "is no revision"),
        (("",), 64, "is no revision"),
        (("main\n--output=stolen",), 64, "is no revision"),
        (("main...HEAD",), 64, "is a range"),
        (("main", "HEAD", "HEAD"), 64, "unexpected extra argument"),
        (("main", "--environments", "staging", "production"), 64, "--environments"),
    ],
)
def test_what_is_no_revision(
    repository: Repository, kmconfig: Call, arguments: tuple[str, ...], code: int, words: str
) -> None:
    ran = kmconfig("diff", *arguments)
    assert (ran.code, ran.out) == (code, "")
    assert words in ran.err
    assert not (repository.root / "stolen").exists()


def test_no_repository(kmconfig: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    (tmp_path / "environments").mkdir()
    ran = kmconfig("diff", "-C", tmp_path)
    assert ran.code == 65
    assert "there is no git repository" in ran.err


def test_no_git(repository: Repository, kmconfig: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    ran = kmconfig("diff")
    assert ran.code == 65
    assert "git is not installed" in ran.err
    assert kmconfig("diff", "--environments", "staging", "production").code == 0


def test_no_commit_yet(kmconfig: Call, tmp_path: Path) -> None:
    Repository.create(tmp_path / "new")
    ran = kmconfig("diff", "-C", tmp_path / "new")
    assert ran.code == 65
    assert "there is no commit yet" in ran.err


def test_no_default_branch(repository: Repository, kmconfig: Call) -> None:
    repository.git("branch", "--quiet", "-D", "main")
    ran = kmconfig("diff")
    assert ran.code == 65
    assert "there is no default branch" in ran.err


def test_histories_that_have_nothing_in_common(repository: Repository, kmconfig: Call) -> None:
    repository.git("checkout", "--quiet", "--orphan", "other")
    repository.commit()
    ran = kmconfig("diff")
    assert ran.code == 65
    assert "there is no commit that HEAD and main have in common" in ran.err


def test_no_configuration_at_all(kmconfig: Call, tmp_path: Path) -> None:
    made = Repository.create(tmp_path / "empty")
    made.write({"README.md": "words\n"})
    made.commit()
    ran = kmconfig("diff", "-C", made.root)
    assert ran.code == 65
    assert "there is no environment file" in ran.err


def test_links_are_followed_before_commits_count_as_the_same(repository: Repository, diff: Diff) -> None:
    repository.write({"files/project.yaml": "version: 1\n"})
    (repository.root / "kmconfig.yaml").symlink_to("files/project.yaml")
    repository.commit()
    repository.write({"files/project.yaml": "version: 1\nlint: {fail_on: never}\n"})
    repository.commit()
    assert [change["setting"] for change in diff("HEAD~1", "HEAD")["project"]] == ["lint.fail_on"]


def test_a_baseline_alone(repository: Repository, diff: Diff, kmconfig: Call) -> None:
    repository.write({"kmconfig.yaml": "version: 1\nlint: {baseline: b.json}\n"})
    repository.replace("environments/base.yaml", "port: 587", "port: 25")
    assert kmconfig("lint", "--write-baseline").code == 0
    repository.commit()
    repository.write({"b.json": '{"version": 1, "findings": []}'})
    repository.commit()
    assert [change["setting"] for change in diff("HEAD~1", "HEAD")["project"]] == ["baseline"]


def test_a_clone_without_trees(repository: Repository, kmconfig: Call, tmp_path: Path) -> None:
    """What is missing on both sides is not the same."""
    tighten(repository, "production")
    repository.git("config", "uploadpack.allowFilter", "true")
    options = ("--quiet", "--bare", "--filter=tree:0", "--branch=change")
    repository.git("clone", *options, f"file://{repository.root}", str(tmp_path / "partial" / ".git"))
    clone = Repository(tmp_path / "partial")
    clone.git("config", "core.bare", "false")
    ran = kmconfig("diff", "-C", clone.root, "main", "change")
    assert ran.code == 65
    assert "this clone lacks some of its objects" in ran.err


class TestShallowClones:
    """A clone without history says what to fetch."""

    @pytest.fixture
    def clone(self, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
        repository.git("checkout", "--quiet", "main")
        tighten(repository, "staging")
        repository.git("checkout", "--quiet", "change")
        tighten(repository, "production")
        repository.git("checkout", "--quiet", "main")
        address = f"file://{repository.root}"
        options = ("--quiet", "--depth=1", "--no-single-branch", "--branch=change")
        repository.git("clone", *options, address, str(tmp_path / "clone"))
        monkeypatch.chdir(tmp_path / "clone")
        return Repository(tmp_path / "clone")

    def test_what_to_fetch(self, clone: Repository, kmconfig: Call, diff: Diff) -> None:
        ran = kmconfig("diff")
        assert (ran.code, ran.out) == (65, "")
        assert "shallow clone" in ran.err
        assert "`git fetch --unshallow origin`" in ran.err
        assert "`fetch-depth: 0`" in ran.err
        clone.git("fetch", "--quiet", "--unshallow", "origin")
        assert changed(diff()) == ["production"]

    def test_a_revision_to_fetch(self, clone: Repository, kmconfig: Call) -> None:
        ran = kmconfig("diff", "HEAD~1")
        assert ran.code == 65
        assert "there is no revision `HEAD~1` in this shallow clone" in ran.err
        assert "`git fetch --unshallow origin`" in ran.err
        assert "`git fetch --unshallow origin`" in kmconfig("diff", "0123456789").err
        assert "--depth=1" not in kmconfig("diff", "0123456789").err

    def test_a_tag_to_fetch(self, clone: Repository, repository: Repository, kmconfig: Call) -> None:
        """It has another name then: a remote tells nobody what to call it."""
        repository.git("tag", "v1", "main~1")
        assert "`git fetch --depth=1 origin v1` and compare with FETCH_HEAD" in kmconfig("diff", "v1").err
        clone.git("fetch", "--quiet", "--depth=1", "origin", "v1")
        assert kmconfig("diff", "v1").code == 65
        assert kmconfig("diff", "FETCH_HEAD").code == 0

    def test_a_branch_of_the_remote_to_fetch(self, clone: Repository, kmconfig: Call) -> None:
        clone.git("update-ref", "-d", "refs/remotes/origin/main")
        ran = kmconfig("diff", "origin/main")
        command = "git fetch --depth=1 origin main:refs/remotes/origin/main"
        assert (ran.code, f"`{command}`" in ran.err) == (65, True)
        clone.git(*command.split()[1:], "--quiet")
        assert kmconfig("diff", "origin/main", "--format", "json").code == 0

    def test_what_is_there_can_be_compared(self, clone: Repository, diff: Diff) -> None:
        assert changed(diff("origin/main")) == ["production", "staging"]


def test_nothing_is_fetched(repository: Repository, kmconfig: Call, tmp_path: Path) -> None:
    """A clone that leaves objects out asks for them, and is told how to get them."""
    tighten(repository, "production")
    repository.git("config", "uploadpack.allowFilter", "true")
    address = f"file://{repository.root}"
    repository.git("clone", "--quiet", "--filter=blob:none", "--branch=change", address, str(tmp_path / "partial"))
    ran = kmconfig("diff", "-C", tmp_path / "partial", "origin/main")
    assert ran.code == 65
    assert "this clone lacks some of its objects" in ran.err


def test_git_is_told_nothing_secret(
    repository: Repository, kmconfig: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen = tmp_path / "seen"
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    real = repository.git("--exec-path")
    program.write_text(f'#!/bin/sh\nenv >> {seen}\nexec {real}/git "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    monkeypatch.setenv("VAULT_TOKEN", "hvs.not-for-git")
    assert kmconfig("diff").code == 0
    assert "GIT_ALLOW_PROTOCOL=none" in seen.read_text(encoding="utf-8")
    assert "not-for-git" not in seen.read_text(encoding="utf-8")


def test_the_work_tree_and_the_index_stay_as_they_are(repository: Repository, kmconfig: Call) -> None:
    tighten(repository, "production")
    repository.replace("environments/staging.yaml", "max_age: 90d", "max_age: 30d")
    index = (repository.root / ".git/index").read_bytes()
    status = repository.git("status", "--porcelain")
    assert kmconfig("diff", "main", "HEAD").code == kmconfig("diff").code == 0
    assert (repository.root / ".git/index").read_bytes() == index or repository.git("status", "--porcelain") == status
