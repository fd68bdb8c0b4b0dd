"""Environments that another repository holds: they are not taken for new."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.review.repository import TIERS, Repository, environment, files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.running import Call

    Diff = Callable[..., dict[str, Any]]


@pytest.fixture
def shared(tmp_path: Path) -> Repository:
    """A repository of environments alone."""
    made = Repository.create(tmp_path / "shared")
    made.write({path.removeprefix("environments/"): text for path, text in files().items()})
    made.write({f"deep/{path}": text for path, text in files().items()})
    made.commit()
    return made


@pytest.fixture
def outer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A repository without environments of its own, whose root is the current folder."""
    made = Repository.create(tmp_path / "outer")
    made.commit("begin")
    monkeypatch.chdir(made.root)
    return made


def mount(outer: Repository, shared: Repository, path: str) -> str:
    outer.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(shared.root), path)
    return outer.commit("mount")


@pytest.mark.parametrize(
    ("path", "project", "link", "words"),
    [
        ("environments", "version: 1\n", None, "`environments` is a submodule at HEAD ("),
        ("vendor/mail", "version: 1\nenvironments: vendor/mail\n", None, "`vendor/mail` is a submodule at HEAD ("),
        (
            "vendor/mail",
            "version: 1\nenvironments: vendor/mail/deep/environments\n",
            None,
            "`vendor/mail/deep/environments` is in a submodule at HEAD (",
        ),
        ("vendor/mail", "version: 1\n", "vendor/mail", "`vendor/mail` is a submodule at HEAD ("),
    ],
)
def test_the_environments_are_in_a_submodule(  # noqa: PLR0917
    outer: Repository, shared: Repository, kmconfig: Call, path: str, project: str, link: str | None, words: str
) -> None:
    outer.write({"kmconfig.yaml": project})
    if link is not None:
        (outer.root / "environments").symlink_to(link)
    mount(outer, shared, path)
    ran = kmconfig("diff", "HEAD")
    assert (ran.code, ran.out) == (65, "")
    assert words in ran.err
    assert "run `kmconfig diff` in a clone of that repository" in ran.err
    assert shared.git("rev-parse", "HEAD")[:12] in ran.err


def test_what_a_submodule_holds_is_the_same_at_the_same_commit(
    outer: Repository, shared: Repository, kmconfig: Call
) -> None:
    mount(outer, shared, "environments")
    outer.write({"README.md": "words\n"})
    outer.commit()
    assert "no change of email settings" in kmconfig("diff", "HEAD~1", "HEAD").out
    shared.write({"production.yaml": environment("production").replace("90d", "30d")})
    commit = shared.commit()
    outer.git("-C", "environments", "-c", "protocol.file.allow=always", "fetch", "--quiet")
    outer.git("-C", "environments", "checkout", "--quiet", commit)
    outer.commit()
    assert kmconfig("diff", "HEAD~1", "HEAD").code == 65


def test_the_repository_of_the_environments_itself_can_be_compared(
    shared: Repository, diff: Diff, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is said to do can be done."""
    shared.write({"kmconfig.yaml": "version: 1\nenvironments: .\n"})
    shared.git("rm", "--quiet", "-r", "deep")
    shared.commit()
    shared.replace("production.yaml", "max_age: 90d", "max_age: 30d")
    monkeypatch.chdir(shared.root)
    assert [entry["environment"] for entry in diff("HEAD")["environments"]] == ["production"]


def test_environments_in_a_submodule_beside_others(repository: Repository, tmp_path: Path, diff: Diff) -> None:
    """Only the others are compared, and no finding of those in the submodule is called new."""
    other = Repository.create(tmp_path / "other")
    text = (
        environment("staging")
        .replace("base.yaml", "../base.yaml")
        .replace("    password", "    port: 25\n    password")
    )
    other.write({"eu.yaml": text})
    other.commit()
    mount(repository, other, "environments/customers")
    repository.replace("environments/staging.yaml", "max_age: 90d", "max_age: 30d")
    document = diff("HEAD")
    assert [entry["environment"] for entry in document["environments"]] == ["staging"]
    assert "`environments/customers` is a submodule at HEAD" in document["notes"][0]


def test_a_layer_in_a_submodule_is_not_called_missing(
    repository: Repository, tmp_path: Path, diff: Diff, kmconfig: Call
) -> None:
    """The file is where it should be: it is the commit that does not hold it."""
    other = Repository.create(tmp_path / "other")
    other.write({"base.yaml": files()["environments/base.yaml"]})
    other.commit()
    repository.git("rm", "--quiet", "environments/base.yaml")
    for tier in TIERS:
        repository.replace(f"environments/{tier}.yaml", "base.yaml", "shared/base.yaml")
    mount(repository, other, "environments/shared")
    for revisions in (("HEAD",), ("HEAD~1", "HEAD")):
        document = diff(*revisions)
        assert {entry["status"] for entry in document["environments"]} == {"unreadable"}
        listed = [document, *document["environments"]]
        assert [entry[kind] for entry in listed for kind in ("new_findings", "fixed_findings") if entry[kind]] == []
    assert "3 environments cannot be compared\n" in kmconfig("diff", "HEAD").out
