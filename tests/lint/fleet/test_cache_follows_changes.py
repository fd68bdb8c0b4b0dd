"""Whatever changes between two runs: with what was kept, the result is the one without."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kmconfig.environment.project import Project
from kmconfig.lint.fleet import run
from kmconfig.lint.fleet.cache import Cache
from kmconfig.lint.fleet.key import key_of
from tests.lint.clean import clean
from tests.lint.fleet.comparing import as_fleet, in_memory, visible
from tests.lint.fleet.projects import FILES, LAYER, PROJECT_FILES, environment, examined_again, seeded, write_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random


class Kept:
    """A project whose results are kept."""

    def __init__(self, root: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        self.folder = folder
        self.environments = root / "environments"
        self.examined = examined_again(monkeypatch)

    def check(self) -> list[str]:
        """Lint with what was kept; the result must be the one in memory. Returns the names of the files examined."""
        self.examined.clear()
        key = key_of(Project(self.root))
        cache = Cache(self.folder, self.root, key) if key is not None else None
        result = visible(as_fleet(self.root, cache=cache))
        found = list(self.examined)
        assert result == visible(in_memory(self.root))
        assert cache is None or cache.problem is None
        return found

    def write(self, **files: str) -> None:
        """Write files of the environments folder; their names lack the suffix."""
        for name, text in files.items():
            (self.environments / f"{name}.yaml").write_text(text, encoding="utf-8")


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kept:
    """A small sound project."""
    kept = Kept(tmp_path / "project", tmp_path / "cache", monkeypatch)
    kept.environments.mkdir(parents=True)
    kept.write(base=clean("staging"), one=_on("base.yaml"), two=_on("base.yaml"))
    assert kept.check() == ["base.yaml", "one.yaml", "two.yaml"]
    assert kept.check() == []
    return kept


def _on(*layers: str, tier: str = "staging", more: str = "") -> str:
    return f"version: 1\nextends: [{', '.join(layers)}]\ntier: {tier}\n{more}"


@pytest.mark.parametrize("seed", range(6))
def test_any_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    random = seeded(seed)
    root = write_project(tmp_path / "project", random, examples=2, environments=5)
    kept = Kept(root, tmp_path / "cache", monkeypatch)
    monkeypatch.setattr(run, "CHUNK", random.choice((2, 50)))
    kept.check()
    for _ in range(6):
        for _ in range(random.randrange(3)):
            _change(kept.environments, random)
        kept.check()


def _change(folder: Path, random: Random) -> None:
    files = sorted(path for path in folder.rglob("*") if not path.is_dir() and "/folder/" not in str(path))
    path, other = random.sample(files, 2)
    if random.random() < 0.5:
        _write(folder, path, random)
    else:
        _move(folder, path, other, random)


def _write(folder: Path, path: Path, random: Random) -> None:
    match random.choice(("text", "raw", "layer", "project", "append")):
        case "text":
            _replace(path, environment(random).encode())
        case "raw":
            _replace(path, random.choice(FILES))
        case "layer":
            layer = random.choice(("layer-a.yaml", "clean-staging.yaml", ".hidden.yaml", "top.yaml"))
            _replace(folder / layer, LAYER.replace("25", str(random.choice((25, 465, 587)))).encode())
        case "project":
            (folder.parent / "kmconfig.yaml").write_text(random.choice(PROJECT_FILES) or "", encoding="utf-8")
        case "append":
            _replace(path, (path.read_bytes() if path.is_file() else b"") + b"# kmconfig: ignore[KM603] why not\n")


def _move(folder: Path, path: Path, other: Path, random: Random) -> None:
    match random.choice(("remove", "rename", "touch", "link", "swap")):
        case "remove":
            path.unlink()
        case "rename":
            path.rename(folder / f"renamed{random.randrange(3)}.yaml")
        case "touch":
            os.utime(path, (1, 1), follow_symlinks=False)
        case "link":
            path.unlink()
            path.symlink_to(os.path.relpath(other, path.parent))
        case "swap":
            path.rename(folder / ".swap")
            other.rename(path)
            (folder / ".swap").rename(other)


def _replace(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    path.write_bytes(content)


def test_only_what_changed_is_examined_again(kept: Kept) -> None:
    kept.write(one=_on("base.yaml", more="owner: me\n"))
    assert kept.check() == ["one.yaml"]
    kept.write(base=clean("staging").replace("587", "25"))
    assert kept.check() == ["base.yaml", "one.yaml", "two.yaml"]
    (kept.environments / "two.yaml").touch()
    assert kept.check() == []


def test_the_project_file_counts(kept: Kept) -> None:
    kept.write(base=clean("staging").replace("587", "25"))
    kept.check()
    (kept.root / "kmconfig.yaml").write_text("version: 1\nlint: {rules: {KM203: off}}\n", encoding="utf-8")
    assert kept.check() == ["base.yaml", "one.yaml", "two.yaml"]
    (kept.root / "kmconfig.yaml").unlink()
    assert kept.check() == ["base.yaml", "one.yaml", "two.yaml"]


def test_what_was_missing_appears_and_goes_again(kept: Kept) -> None:
    kept.write(one=_on("base.yaml", "late.yaml"))
    kept.check()
    kept.write(late="version: 1\nowner: late\n")
    assert "one.yaml" in kept.check()
    assert kept.check() == []
    (kept.environments / "late.yaml").unlink()
    assert "one.yaml" in kept.check()


def test_what_a_layer_without_environments_extends_goes(kept: Kept) -> None:
    kept.write(unused="version: 1\nextends: low.yaml\n", low="version: 1\nowner: low\n")
    kept.check()
    (kept.environments / "low.yaml").unlink()
    assert "unused.yaml" in kept.check()


def test_what_a_hidden_layer_lacks_appears(kept: Kept) -> None:
    kept.write(unused="version: 1\nextends: .low.yaml\n", **{".low": "version: 1\nextends: .lower.yaml\n"})
    kept.check()
    kept.write(**{".lower": "version: 1\nwrong: 1\n"})
    kept.check()


def test_a_file_becomes_a_link_to_the_same_content(kept: Kept) -> None:
    kept.write(other=_on("base.yaml"))
    kept.check()
    one = kept.environments / "one.yaml"
    one.unlink()
    one.symlink_to("two.yaml")
    assert kept.check() == ["one.yaml"]
    one.unlink()
    one.symlink_to("other.yaml")
    kept.write(other=_on("base.yaml", more="wrong: 1\n"))
    assert "one.yaml" in kept.check()


def test_a_layer_becomes_a_link_that_leads_outside(kept: Kept) -> None:
    base, outside = kept.environments / "base.yaml", kept.root / "outside.yaml"
    base.rename(outside)
    base.symlink_to(outside)
    assert kept.check() == ["base.yaml", "one.yaml", "two.yaml"]


def test_a_folder_becomes_a_link_to_the_same_content(kept: Kept) -> None:
    (kept.environments / "sub").mkdir()
    (kept.environments / "sub" / "low.yaml").write_text("version: 1\nowner: low\n", encoding="utf-8")
    kept.write(one=_on("base.yaml", "sub/low.yaml"))
    kept.check()
    (kept.environments / "sub").rename(kept.root / "moved")
    (kept.environments / "sub").symlink_to(kept.root / "moved")
    assert "one.yaml" in kept.check()


def test_a_folder_that_a_path_leaves_again_becomes_a_link(kept: Kept) -> None:
    deep = kept.environments / "deep"
    (deep / "inner").mkdir(parents=True)
    (deep / "base.yaml").write_text(clean("staging").replace("587", "25"), encoding="utf-8")
    (kept.environments / "sub").mkdir()
    kept.write(one=_on("sub/../base.yaml"))
    kept.check()
    (kept.environments / "sub").rmdir()
    (kept.environments / "sub").symlink_to("deep/inner")
    assert "one.yaml" in kept.check()


def test_a_link_that_counts_for_its_target_leads_elsewhere(kept: Kept) -> None:
    link = kept.environments / ".link.yaml"
    link.symlink_to("base.yaml")
    kept.write(one=_on("base.yaml", ".link.yaml"), other="version: 1\nwrong: 1\n")
    kept.check()
    link.unlink()
    link.symlink_to("other.yaml")
    assert "one.yaml" in kept.check()


def test_a_file_becomes_a_pipe_or_a_folder(kept: Kept) -> None:
    (kept.environments / "one.yaml").unlink()
    os.mkfifo(kept.environments / "one.yaml")
    assert kept.check() == ["one.yaml"]
    (kept.environments / "base.yaml").unlink()
    (kept.environments / "base.yaml").mkdir()
    assert kept.check() == ["one.yaml", "two.yaml"]


def test_layers_that_extend_each_other(kept: Kept) -> None:
    kept.write(a=_on("b.yaml"), b="version: 1\nextends: c.yaml\n", c="version: 1\n")
    kept.check()
    kept.write(c="version: 1\nextends: b.yaml\n")
    kept.check()
    kept.write(a="version: 1\n")
    kept.check()
    kept.write(c="version: 1\nextends: a.yaml\n")
    kept.check()


def test_a_text_that_stands_for_a_link_is_no_file_that_it_once_was(kept: Kept) -> None:
    text = b"version: 1\nextends: [base.yaml]\ntier: staging\n"
    overlay = {"environments/one.yaml": text}
    one = kept.environments / "one.yaml"
    one.write_bytes(text)
    kept.check()
    one.unlink()
    one.symlink_to("base.yaml")
    key = key_of(Project(kept.root))
    assert key is not None
    cache = Cache(kept.folder, kept.root, key)
    with_kept = visible(as_fleet(kept.root, cache=cache, overlay=overlay))
    assert with_kept == visible(in_memory(kept.root, overlay=overlay))


def test_a_text_on_no_disk_is_never_kept(kept: Kept) -> None:
    before = {path: path.read_bytes() for path in kept.folder.iterdir()}
    overlay = {"environments/one.yaml": _on("base.yaml", more="wrong: 1\n").encode()}
    cache = Cache(kept.folder, kept.root, b"k" * 32)
    assert any(found.rule.code == "KM104" for found in as_fleet(kept.root, cache=cache, overlay=overlay).findings)
    assert {path: path.read_bytes() for path in kept.folder.iterdir()} == before
    assert kept.check() == []


def test_a_file_that_may_no_longer_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory() as folder:  # pytest's own folders are closed to others
        kept = Kept(Path(folder) / "project", Path(folder) / "cache", monkeypatch)
        kept.environments.mkdir(parents=True)
        kept.write(base=clean("staging"), one=_on("base.yaml"))
        Path(folder).chmod(0o755)
        kept.folder.mkdir(mode=0o777)
        kept.folder.chmod(0o777)
        with _as_nobody():
            kept.check()
            assert kept.check() == []
        (kept.environments / "base.yaml").chmod(0)
        with _as_nobody():
            assert kept.check() == ["base.yaml", "one.yaml"]
        (kept.environments / "base.yaml").chmod(0o644)
        with _as_nobody():
            kept.check()
            assert kept.check() == []


@contextmanager
def _as_nobody() -> Iterator[None]:
    """Root may read everything, so be somebody else."""
    was = os.geteuid()
    if was == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(was)
