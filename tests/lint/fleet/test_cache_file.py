"""The file in which results are kept: whatever is wrong with it, the run goes on and its result is right."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from kmconfig.lint.fleet.cache import Cache, cache_folder
from tests.lint.clean import clean
from tests.lint.fleet.comparing import as_fleet, in_memory, visible
from tests.lint.fleet.projects import CANARY, FILES, LEAK, examined_again, seeded, write_project

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KEY = b"k" * 32
RECORDS = {"environments/a.yaml": b"a record", "environments/b\udcff.yaml": b""}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where results are kept."""
    return tmp_path / "cache"


@pytest.fixture
def file(tmp_path: Path, folder: Path) -> Path:
    """The file that holds records."""
    Cache(folder, tmp_path, KEY).save(RECORDS)
    (file,) = folder.iterdir()
    return file


def _load(tmp_path: Path, folder: Path, key: bytes = KEY) -> dict[str, bytes]:
    return Cache(folder, tmp_path, key).load()


def _flip(position: int) -> Callable[[bytes], bytes]:
    return lambda content: content[:position] + bytes((content[position] ^ 1,)) + content[position:][1:]


def test_what_was_saved_is_loaded(tmp_path: Path, folder: Path, file: Path) -> None:
    assert _load(tmp_path, folder) == RECORDS
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_nothing_was_saved(tmp_path: Path, folder: Path) -> None:
    assert _load(tmp_path, folder) == {}


def test_every_project_has_its_own(tmp_path: Path, folder: Path, file: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    assert Cache(folder, tmp_path / "link", KEY).load() == RECORDS
    assert Cache(folder, tmp_path / "other", KEY).load() == {}


def test_another_key_finds_nothing(tmp_path: Path, folder: Path, file: Path) -> None:
    assert _load(tmp_path, folder, b"other key".ljust(32)) == {}
    assert _load(tmp_path, folder, KEY[:-1]) == {}


@pytest.mark.parametrize(
    "damage",
    [
        *(pytest.param(_flip(position), id=f"flipped-{position}") for position in (0, 15, 20, 60, 79, 80, 90, -1)),
        pytest.param(lambda _: b"", id="empty"),
        pytest.param(lambda content: content[:10], id="cut-in-the-magic"),
        pytest.param(lambda content: content[:48], id="cut-before-the-checksum"),
        pytest.param(lambda content: content[:70], id="cut-in-the-checksum"),
        pytest.param(lambda content: content[:80], id="cut-before-the-records"),
        pytest.param(lambda content: content[:-1], id="cut"),
        pytest.param(lambda content: content + b"\0", id="longer"),
        pytest.param(lambda content: b"\0" * len(content), id="zeros"),
        pytest.param(lambda content: content.replace(b"lint 1", b"lint 2"), id="foreign-magic"),
    ],
)
def test_a_damaged_file_counts_as_none(
    tmp_path: Path, folder: Path, file: Path, damage: Callable[[bytes], bytes]
) -> None:
    content = file.read_bytes()
    file.write_bytes(damage(content))
    assert damage(content) != content
    assert _load(tmp_path, folder) == {}


def test_any_flipped_byte_is_noticed(tmp_path: Path, folder: Path, file: Path) -> None:
    content = file.read_bytes()
    for position in range(len(content)):
        file.write_bytes(_flip(position)(content))
        assert _load(tmp_path, folder) == {}


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_what_others_may_write_counts_as_none(tmp_path: Path, folder: Path, file: Path, mode: int) -> None:
    file.chmod(mode)
    assert _load(tmp_path, folder) == {}


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to give a file away; run the tests as root")
def test_what_somebody_else_wrote_counts_as_none(tmp_path: Path, folder: Path, file: Path) -> None:
    os.chown(file, 65534, 65534)
    assert _load(tmp_path, folder) == {}


def _link(file: Path) -> None:
    file.rename(file.parent / "elsewhere")
    file.symlink_to("elsewhere")


def _replace_by(make: Callable[[Path], None]) -> Callable[[Path], None]:
    def replace(file: Path) -> None:
        file.unlink()
        make(file)

    return replace


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(_link, id="link"),
        pytest.param(_replace_by(lambda file: file.symlink_to(file)), id="link-to-itself"),
        pytest.param(_replace_by(lambda file: file.mkdir()), id="folder"),
        pytest.param(_replace_by(os.mkfifo), id="pipe"),
    ],
)
def test_what_is_no_file_counts_as_none(
    tmp_path: Path, folder: Path, file: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(file)
    assert _load(tmp_path, folder) == {}


def test_a_folder_in_its_place_is_said_and_nothing_is_left_behind(tmp_path: Path, folder: Path, file: Path) -> None:
    file.unlink()
    file.mkdir()
    cache = Cache(folder, tmp_path, KEY)
    cache.save(RECORDS)
    assert cache.problem == f"{folder}: Is a directory"
    assert list(folder.iterdir()) == [file]


@pytest.mark.parametrize("spoil", [_link, _replace_by(os.mkfifo)])
def test_a_link_or_pipe_in_its_place_is_replaced(
    tmp_path: Path, folder: Path, file: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(file)
    cache = Cache(folder, tmp_path, KEY)
    cache.save({"a": b"new"})
    assert cache.problem is None
    assert cache.load() == {"a": b"new"}
    assert not file.is_symlink()


def test_a_file_in_place_of_the_folder_is_said(tmp_path: Path, folder: Path) -> None:
    folder.write_bytes(b"")
    for place, reason in ((folder, "File exists"), (folder / "below", "Not a directory")):
        cache = Cache(place, tmp_path, KEY)
        assert cache.load() == {}
        cache.save(RECORDS)
        assert cache.problem == f"{place}: {reason}"


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    folder.symlink_to("/proc/self/fdinfo")
    cache = Cache(folder, tmp_path, KEY)
    cache.save(RECORDS)
    assert cache.problem is not None
    assert cache.problem.startswith(f"{folder}: ")
    assert cache.load() == {}


def test_old_results_are_forgotten_and_nothing_else_is(tmp_path: Path, folder: Path, file: Path) -> None:
    others = [folder / name for name in ("notes.lint", ".hidden.lint", f"{'0' * 32}.txt")]
    old = [folder / f"{'0' * 32}.lint", folder / ".abcd_123.lint"]
    for path in (*others, *old):
        path.write_bytes(b"")
        os.utime(path, (1, 1))
    (folder / f"{'1' * 32}.lint").mkdir()
    os.utime(folder / f"{'1' * 32}.lint", (1, 1))
    cache = Cache(folder, tmp_path, KEY)
    cache.save(RECORDS)
    assert cache.problem is None
    assert all(path.exists() for path in others)
    assert not any(path.exists() for path in old)
    assert (folder / f"{'1' * 32}.lint").is_dir()


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        ({"KMCONFIG_CACHE_DIR": "/c", "XDG_CACHE_HOME": "/x", "HOME": "/h"}, "/c"),
        ({"XDG_CACHE_HOME": "/x", "HOME": "/h"}, "/x/kmconfig"),
        ({"HOME": "/h"}, "/h/.cache/kmconfig"),
        ({"XDG_CACHE_HOME": "", "HOME": "/h"}, "/h/.cache/kmconfig"),
        ({"XDG_CACHE_HOME": "relative", "HOME": "/h"}, "/h/.cache/kmconfig"),
        ({"KMCONFIG_CACHE_DIR": "", "HOME": "/h"}, None),
        ({"KMCONFIG_CACHE_DIR": "relative", "HOME": "/h"}, None),
        ({"HOME": ""}, None),
        ({"HOME": "relative"}, None),
        ({}, None),
    ],
)
def test_where_results_are_kept(environ: dict[str, str], folder: str | None) -> None:
    found = cache_folder(environ)
    assert (None if found is None else str(found)) == folder


@pytest.mark.parametrize("seed", range(3))
def test_no_secret_is_kept(tmp_path: Path, folder: Path, seed: int) -> None:
    root = write_project(tmp_path / "project", seeded(seed))
    secrets = [content for content in FILES if CANARY.encode() in content or LEAK.encode() in content]
    for number, content in enumerate(secrets):
        (root / "environments" / f"secret{number}.yaml").write_bytes(content)
        over = f"version: 1\ntier: staging\nextends: [clean-staging.yaml, secret{number}.yaml]\n"
        (root / "environments" / f"on-secret{number}.yaml").write_text(over, encoding="utf-8")
    (root / "kmconfig.yaml").unlink(missing_ok=True)
    outcome = as_fleet(root, cache=Cache(folder, root, KEY))
    assert {"KM301", "KM302"} <= {found.rule.code for found in outcome.findings}
    (file,) = folder.iterdir()
    content = file.read_bytes()
    assert b"clean-staging.yaml" in content
    assert CANARY.encode() not in content
    assert LEAK.encode() not in content
    shown = visible(outcome)
    assert CANARY not in str((shown["text"], shown["json"], shown["sarif"]))


def test_no_secret_of_the_project_file_is_kept(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "one.yaml").write_text(f"tier: production\n{clean('production')}", encoding="utf-8")
    text = f"version: 1\npolicy: {{providers: ['{LEAK}']}}\n"
    (tmp_path / "kmconfig.yaml").write_text(text, encoding="utf-8")
    outcome = as_fleet(tmp_path, cache=Cache(folder, tmp_path, KEY))
    assert {"KM302", "KM601"} <= {found.rule.code for found in outcome.findings}
    assert not any(LEAK.encode() in file.read_bytes() for file in folder.glob("*"))
    assert visible(outcome) == visible(in_memory(tmp_path))


def test_two_runs_at_once_leave_what_the_next_one_can_use(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write_project(tmp_path / "project", seeded(1))
    children = []
    for _ in range(3):
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                as_fleet(root, cache=Cache(folder, root, KEY))
                for _ in range(20):
                    Cache(folder, root, KEY).save(RECORDS)
                code = 0
            finally:
                os._exit(code)
        children.append(pid)
    seen = [Cache(folder, root, KEY).load().keys() for _ in range(200)]
    assert [os.waitpid(pid, 0)[1] for pid in children] == [0, 0, 0]
    assert all(keys in (set(), RECORDS.keys()) or "environments/top.yaml" in keys for keys in seen)
    assert len(list(folder.iterdir())) == 1
    assert Cache(folder, root, KEY).load() == RECORDS
    as_fleet(root, cache=Cache(folder, root, KEY))
    again = examined_again(monkeypatch)
    assert visible(as_fleet(root, cache=Cache(folder, root, KEY))) == visible(in_memory(root))
    assert "top.yaml" not in again
