"""Runs that build on others: saved plans, fleets, drift, rollback and history show and keep no secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmconfig.cli.run import run
from tests.cli.running import write
from tests.meta.canary.lines import FORMS, LOUD
from tests.meta.canary.scene import SOURCES
from tests.meta.canary.spellings import ECHOES, repeating

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.running import Ran
    from tests.mail.servers import Server
    from tests.meta.canary.scene import Scene

APPLY = ("apply", "development", "--yes")


def call(scene: Scene, *words: object, form: str = "text") -> Ran:
    """Run a command line of the scene, as loud as can be."""
    return scene.call(*words, *LOUD, "-C", scene.root, "--format", form)


def colleagues(scene: Scene, port: int, number: int) -> list[str]:
    """Further environments of the scene with targets of their own; their names."""
    text = (scene.root / "environments/development.yaml").read_text(encoding="utf-8")
    names = [f"more-{index}" for index in range(number)]
    for name in names:
        path = scene.env.parent / f"{name}.env"
        path.write_text(f"MAIL_PASSWORD='{scene.live.value}'\n", encoding="utf-8")
        scene.inputs.add(path)
        write(scene.root, {f"environments/{name}.yaml": text.replace(str(scene.env), str(path))})
    return names


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("source", SOURCES)
def test_a_saved_plan(scene: Scene, stored: str, server: Callable[..., Server], form: str) -> None:
    file = scene.root / "plan.json"
    with server() as running:
        scene.settings(running.port, source=stored)
        saved = call(scene, "plan", "development", "--save", file, form=form)
        applied = call(scene, "apply", "--plan", file, "--yes", form=form)
        changed = scene.env.read_text(encoding="utf-8").replace("apikey", "somebody-else")
        scene.env.write_text(changed, encoding="utf-8")
        stale = call(scene, "apply", "--plan", file, "--yes", form=form)
    assert [ran.code for ran in (saved, applied, stale)] == [0, 0, 3], applied.err
    assert file.stat().st_size
    assert scene.overheard(saved, applied, stale) == {}


@pytest.mark.parametrize("holds", ["canary", "live"])
def test_a_plan_file_with_a_secret_in_it(scene: Scene, server: Callable[..., Server], holds: str) -> None:
    file = scene.root / "plan.json"
    secret = getattr(scene, holds).halves[0]
    texts = [secret, f'{{"digest": "{secret}"}}', f'{{"digest": "x", "smtp_password": "{secret}"}}']
    with server() as running:
        scene.settings(running.port)
        for text in texts:
            file.write_text(text, encoding="utf-8")
            ran = call(scene, "apply", "--plan", file, "--yes")
            assert ran.code == 65
            file.unlink()
            assert scene.overheard(ran) == {}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("source", SOURCES)
def test_several_at_a_time(scene: Scene, stored: str, server: Callable[..., Server], form: str) -> None:
    with server() as running:
        scene.settings(running.port, source=stored)
        names = colleagues(scene, running.port, 3)
        ran = call(scene, "apply", "--all", "--yes", "--parallel", "2", form=form)
    assert ran.code == 0, ran.err
    assert all(name in ran.out for name in names)
    assert scene.overheard(ran) == {}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("echo", ECHOES)
def test_several_at_a_time_that_are_refused(scene: Scene, server: Callable[..., Server], form: str, echo: str) -> None:
    with server(AUTH=repeating(echo)) as running:
        scene.settings(running.port)
        colleagues(scene, running.port, 2)
        ran = call(scene, "apply", "--all", "--yes", "--parallel", "2", "--keep-going", form=form)
    assert ran.code == 1
    assert scene.overheard(ran) == {}


@pytest.mark.parametrize("form", FORMS)
def test_a_process_of_several_that_breaks(
    scene: Scene, server: Callable[..., Server], monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(f"failed with {scene.canary.value}")

    with server() as running:
        scene.settings(running.port)
        colleagues(scene, running.port, 2)
        monkeypatch.setattr("kmconfig.mail.smtp.SmtpTransport.send", fail)
        ran = call(scene, "apply", "--all", "--yes", "--parallel", "3", "--keep-going", form=form)
    assert ran.code == 6
    assert scene.overheard(ran) == {}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("source", SOURCES)
def test_there_and_back(scene: Scene, stored: str, server: Callable[..., Server], form: str) -> None:
    with server() as running:
        scene.settings(running.port, source=stored)
        runs = [
            call(scene, *words, form=form)
            for words in (
                APPLY,
                ("drift", "--all"),
                ("apply", "development", "--resume", "--yes"),
                ("rollback", "development", "--yes", "--no-test-send", "the old server is gone"),
                ("drift", "development"),
                ("history", "development", "--verify"),
            )
        ]
    assert [ran.code for ran in runs] == [0, 0, 0, 0, 2, 0], runs[3].err
    assert scene.overheard(*runs) == {}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("source", SOURCES)
def test_somebody_else_wrote_another_secret(
    scene: Scene, stored: str, server: Callable[..., Server], form: str
) -> None:
    with server() as running:
        scene.settings(running.port, source=stored)
        assert call(scene, *APPLY).code == 0
        text = f"MAIL_MAILER=smtp\nMAIL_USERNAME=somebody\nMAIL_PASSWORD='{scene.live.value}'\n"
        scene.env.write_text(text, encoding="utf-8")
        seen = [call(scene, "drift", "development", form=form), call(scene, "rollback", "development", "--yes")]
    assert [ran.code for ran in seen] == [2, 3]
    assert scene.overheard(*seen) == {}


def test_what_a_run_keeps_while_it_goes_on(scene: Scene, server: Callable[..., Server]) -> None:
    """Names and contents of journal, lock and snapshots, as another process sees them."""
    look = "find .kmconfig > ../seen; cat .kmconfig/env.* >> ../seen"
    with server() as running:
        scene.settings(running.port, commands=f", reload: [[sh, -c, '{look}']]")
        assert run([*APPLY, "-C", str(scene.root)]) == 0
        assert run(["rollback", "development", "--yes", "-C", str(scene.root)]) in (0, 1, 6)
    seen = (scene.root / "seen").read_text(encoding="utf-8")
    assert "snapshots/" in seen
    assert scene.found_in(seen) == set()
