"""Files of a commit: links, submodules, crafted trees, and the private folder they lie in."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kmconfig.review.git import Repository as Git
from kmconfig.review.revisions import Revision
from kmconfig.review.snapshot import snapshot
from tests.review.repository import BASE, Repository, environment

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.running import Call

    Diff = Callable[..., dict[str, Any]]


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders go."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", None)
    return folder


@pytest.fixture
def taken(repository: Repository, temporary: Path) -> Callable[[], Any]:
    """Lays a snapshot of HEAD out."""
    return lambda: snapshot(Git(repository.root), Revision(repository.git("rev-parse", "HEAD"), "HEAD"))


def test_the_folder_is_private_and_goes_away(taken: Callable[[], Any], temporary: Path) -> None:
    with taken() as (project, notes):
        assert notes == ()
        assert stat.S_IMODE(project.root.stat().st_mode) == 0o700
        assert project.root.parent == temporary
        assert project.names() == ["development", "production", "staging"]
    assert list(temporary.iterdir()) == []


def test_only_what_is_read_is_taken(repository: Repository, taken: Callable[[], Any]) -> None:
    repository.write({"environments/readme.md": "x", ".env": "SECRET=1", "kmconfig.yaml": "version: 1\n"})
    repository.commit()
    with taken() as (project, _):
        found = {str(path.relative_to(project.root)) for path in project.root.rglob("*") if path.is_file()}
    tiers = {f"environments/{name}.yaml" for name in ("base", "development", "production", "staging")}
    assert found == {"kmconfig.yaml", *tiers}


def test_links_lead_where_they_lead_in_the_work_tree(repository: Repository, diff: Diff) -> None:
    """Whatever is a link: nothing changes between a commit and its own checkout."""
    folder = repository.root / "environments"
    (folder / "real").mkdir()
    (folder / "real" / "extra.yaml").write_text(BASE, encoding="utf-8")
    (folder / "alias").symlink_to("real")
    (folder / "other.yaml").symlink_to("production.yaml")
    (folder / "twice.yaml").symlink_to("other.yaml")
    (folder / "dangling.yaml").symlink_to("nowhere.yaml")
    (folder / "outside.yaml").symlink_to("/etc/hostname")
    (folder / "loop.yaml").symlink_to("loop.yaml")
    (folder / "through.yaml").write_text(
        environment("staging").replace("base.yaml", "alias/extra.yaml"), encoding="utf-8"
    )
    commit = repository.commit()
    for document in (diff("HEAD"), diff(commit, "HEAD~0")):
        assert (document["environments"], document["new_findings"], document["fixed_findings"]) == ([], [], [])
    found = {entry["environment"]: entry["status"] for entry in diff("main", "HEAD")["environments"]}
    assert (found["other"], found["twice"], found["through"]) == ("added", "added", "added")


def test_the_environments_folder_and_the_project_file_may_be_links(repository: Repository, diff: Diff) -> None:
    repository.git("mv", "environments", "settings")
    (repository.root / "environments").symlink_to("settings")
    repository.write({"files/project.yaml": "version: 1\nlint: {fail_on: warning}\n"})
    (repository.root / "kmconfig.yaml").symlink_to("files/project.yaml")
    repository.commit()
    document = diff("main", "HEAD")
    assert document["environments"] == []
    assert [change["setting"] for change in document["project"]] == ["lint.fail_on"]
    assert diff("HEAD")["project"] == []


def test_a_submodule(repository: Repository, diff: Diff, tmp_path: Path) -> None:
    other = Repository.create(tmp_path / "other")
    other.write({"shared.yaml": BASE})
    other.commit()
    repository.git(
        "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other.root), "environments/shared"
    )
    commit = repository.commit()
    document = diff("main", "HEAD")
    title = f"HEAD ({commit[:12]})"
    assert document["notes"] == [
        (
            f"`environments/shared` is a submodule at {title}: what is in it is not compared; run `kmconfig diff` in a"
            " clone of that repository"
        )
    ]


def crafted(repository: Repository, *entries: tuple[str, str, str]) -> str:
    """A commit whose environments folder has entries that git would never check out."""
    lines = []
    for mode, name, content in entries:
        done = subprocess.run(
            ("git", "hash-object", "-w", "--stdin"),
            cwd=repository.root,
            input=content,
            capture_output=True,
            text=True,
            check=True,
        )
        lines.append((mode, name, done.stdout.strip()))
    raw = b"".join(f"{mode} {name}\0".encode() + bytes.fromhex(found) for mode, name, found in lines)
    tree = _object(repository, raw)
    top = _object(repository, b"40000 environments\0" + bytes.fromhex(tree))
    return repository.git("commit-tree", top, "-m", "crafted")


def _object(repository: Repository, raw: bytes) -> str:
    done = subprocess.run(
        ("git", "hash-object", "-t", "tree", "-w", "--stdin", "--literally"),
        cwd=repository.root,
        input=raw,
        capture_output=True,
        check=True,
    )
    return done.stdout.decode().strip()


def test_a_crafted_tree_writes_nothing_outside(repository: Repository, diff: Diff, temporary: Path) -> None:
    text = environment("staging")
    commit = crafted(
        repository,
        ("120000", "climb.yaml", "../../../escaped.yaml"),
        ("100644", "../../../escaped.yaml", text),
        ("100644", "/escaped.yaml", text),
        ("100644", "..", text),
        ("100644", "a/../../../escaped.yaml", text),
        ("100644", f"{'x' * 300}.yaml", text),
        ("100644", "deep/" * 900 + "x.yaml", text),
        ("120000", "dir", ".."),
        ("100644", "dir/x.yaml", text),
        ("100644", "sound.yaml", BASE.replace("version: 1", "version: 1\ntier: staging")),
        ("100644", "sound.yaml", text),
        ("100644", "sound.yaml/x.yaml", text),
    )
    before = set(temporary.parent.iterdir())
    found = {entry["environment"] for entry in diff("main", commit)["environments"] if entry["status"] != "removed"}
    assert "sound" in found
    assert set(temporary.parent.iterdir()) == before
    assert list(temporary.iterdir()) == []
    assert not Path("/escaped.yaml").exists()


def test_a_file_that_is_too_large_is_not_read(repository: Repository, diff: Diff) -> None:
    repository.write({"environments/production.yaml": "# " + "x" * 2_000_000})
    repository.commit()
    found = {entry["environment"]: entry["status"] for entry in diff("main", "HEAD")["environments"]}
    assert found == {"production": "unreadable"}
    assert diff("HEAD")["environments"] == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_nothing_behind(
    repository: Repository, temporary: Path, tmp_path: Path, number: signal.Signals
) -> None:
    """A git that ends whoever calls it for the contents of files, when there is a folder for them."""
    seen = tmp_path / "seen"
    interrupting = _git(
        tmp_path, f'case " $* " in *" cat-file "*) ls {temporary} > {seen}; kill -{int(number)} $PPID;; esac'
    )
    script = "import sys; from kmconfig.cli.entry import main; sys.exit(main())"
    root = str(Path(__file__).resolve().parents[2])
    environ = {"PATH": f"{interrupting}:{os.environ['PATH']}", "PYTHONPATH": root, "TMPDIR": str(temporary)}
    done = subprocess.run(
        (sys.executable, "-c", script, "diff", "main"),
        env={**os.environ, **environ},
        cwd=repository.root,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 130
    assert "kmconfig-" in seen.read_text(encoding="utf-8")
    assert list(temporary.iterdir()) == []


def _git(folder: Path, first: str) -> Path:
    """A folder with a git that does something else first."""
    program = folder / "bin" / "git"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\n{first}\nexec {shutil.which("git")} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    return program.parent


def test_an_owner_git_does_not_trust(
    repository: Repository, kmconfig: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    distrusting = _git(tmp_path, "export GIT_TEST_ASSUME_DIFFERENT_OWNER=1")
    monkeypatch.setenv("PATH", f"{distrusting}:{os.environ['PATH']}")
    ran = kmconfig("diff")
    assert ran.code == 65
    assert "safe.directory" in ran.err
