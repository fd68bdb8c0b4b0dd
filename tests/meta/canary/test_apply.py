"""`apply` and `plan`: children, targets and what lies in them."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from tests.cli.running import write
from tests.meta.canary.lines import FORMS
from tests.meta.canary.scene import SOURCES, VARIABLE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.mail.servers import Server
    from tests.meta.canary.scene import Scene

#: What the target's commands do, and how an apply then ends.
TALKATIVE = {
    "verify prints it": ("verify: [[cat, .env]]", {0}),
    "verify fails": ("verify: [[sh, -c, 'cat .env; exit 3']]", {6}),
    "verify fails encoded": ("verify: [[sh, -c, 'base64 -w0 .env; od -An -tx1 .env; exit 3']]", {6}),
    "reload fails": ("reload: [[sh, -c, 'cat .env >&2; exit 3']]", {6, 7}),
    "snapshot shown": ("verify: [[sh, -c, 'cat .kmconfig/snapshots/*; exit 3']]", {6}),
    "environment shown": ("verify: [[sh, -c, 'env; exit 3']]", {6}),
    "journal and lock kept": ("reload: [[sh, -c, 'cat .kmconfig/env.* > seen']]", {0}),
    "arguments kept": ("reload: [[sh, -c, 'cat /proc/*/cmdline > seen 2> nothing; env >> seen']]", {0}),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("does", TALKATIVE)
def test_commands_of_the_target_that_talk(scene: Scene, server: Callable[..., Server], does: str, form: str) -> None:
    commands, codes = TALKATIVE[does]
    with server() as running:
        scene.settings(running.port, commands=f", {commands}")
        (line, _) = scene.lines("apply", form)
        ran = scene.call(*line)
    assert ran.code in codes, ran.err
    assert "kept" not in does or (scene.env.parent / "seen").stat().st_size
    assert scene.overheard(ran) == {}


@pytest.mark.parametrize("source", SOURCES)
def test_children_get_no_secret_of_any_store(
    scene: Scene, stored: str, server: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    if stored != "env":
        monkeypatch.delenv(VARIABLE)
    look = "cat /proc/$$/cmdline /proc/$PPID/cmdline /proc/self/environ > seen; env >> seen; ls -l /proc/$$/fd >> seen"
    with server() as running:
        scene.settings(running.port, source=stored, commands=f", reload: [[sh, -c, '{look}']], verify: [[env]]")
        runs = [scene.call(*line) for line in scene.lines("apply", "text")]
    assert {ran.code for ran in runs} == {0}, runs[0].err
    seen = (scene.env.parent / "seen").read_text(encoding="utf-8")
    assert f"HOME={os.environ['HOME']}" in seen
    assert "AWS_SECRET_ACCESS_KEY" not in seen
    assert scene.overheard(*runs) == {}


@pytest.mark.parametrize("source", SOURCES)
def test_whatever_holds_secrets_is_for_its_owner_only_under_any_umask(
    scene: Scene, stored: str, server: Callable[..., Server]
) -> None:
    before = set(scene.root.rglob("*"))
    os.umask(0)
    with server() as running:
        scene.settings(running.port, source=stored)
        (line, _) = scene.lines("apply", "text")
        assert scene.call(*line).code == 0
    made = [path for path in scene.root.rglob("*") if path not in before and path.is_file()]
    held = [path for path in made if scene.found_in(path.read_text(encoding="utf-8", errors="replace"))]
    assert held
    assert {stat.S_IMODE(path.stat().st_mode) for path in held} == {0o600}
    assert {stat.S_IMODE(path.parent.stat().st_mode) for path in held} == {0o700}


def test_git_is_not_handed_the_secret(
    scene: Scene, server: Callable[..., Server], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake = tmp_path / "bin" / "git"
    seen = scene.root / "seen-by-git"
    write(tmp_path, {"bin/git": f'#!/bin/sh\necho "$@" >> {seen}\n/usr/bin/env >> {seen}\nexit 1\n'})
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(fake.parent), prepend=":")
    with server() as running:
        scene.settings(running.port)
        ran = scene.call("apply", "development", "--yes", "-C", scene.root)
    assert ran.code == 0
    assert "rev-parse" in seen.read_text(encoding="utf-8")
    assert scene.overheard(ran) == {}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("command", ["plan", "apply"])
@pytest.mark.parametrize(
    "live",
    [
        "MAIL_PASSWORD={live}\nMAIL_PASSWORD='{live}' x\n",
        'MAIL_PASSWORD="{live}\n',
        "{live}\n",
        "MAIL_USERNAME={live}\nMAIL_PASSWORD={live}\n",
        "MAIL_URL=smtp://x:{live}@y\n",
    ],
)
def test_a_target_that_holds_another_secret(
    scene: Scene, server: Callable[..., Server], command: str, form: str, live: str
) -> None:
    scene.env.write_text(live.format(live=scene.live.halves[0]), encoding="utf-8")
    with server() as running:
        scene.settings(running.port)
        (line, _) = list(scene.lines(command, form))[:2]
        assert scene.overheard(scene.call(*line)) == {}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("known", [True, False])
def test_a_file_target(scene: Scene, server: Callable[..., Server], form: str, known: bool) -> None:
    settings = scene.root / "settings.json"
    held = f'{{"settings": {{"email": {{"smtp": {{"password": "{scene.live.halves[0]}"}}}}}}}}'
    settings.write_text(held if known else held[:-1], encoding="utf-8")
    settings.chmod(0o600)
    scene.inputs.add(settings)
    with server() as running:
        scene.settings(running.port, target="file: {path: settings.json}")
        runs = [scene.call(*next(scene.lines(command, form))) for command in ("plan", "apply", "apply")]
    assert {ran.code for ran in runs} == ({0} if known else {5})
    assert stat.S_IMODE(settings.stat().st_mode) == 0o600
    assert scene.overheard(*runs) == {}
