"""No command shows or stores a secret, wherever it comes from: not in output, files, receipts or logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmconfig.cli.app import COMMANDS
from tests.meta.canary.lines import FORMS, LINES, SPEAKING, WITHOUT_FORMAT, WITHOUT_SECRETS
from tests.meta.canary.scene import SOURCES

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.mail.servers import Server
    from tests.meta.canary.scene import Scene

#: How commands end that find something to say about a sound scene.
MAY_FAIL = {"secrets": {1}, "dns": {1, 5}}


def test_every_command_has_a_scenario() -> None:
    assert LINES.keys() == COMMANDS.keys()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("command", SPEAKING)
def test_success(scene: Scene, stored: str, server: Callable[..., Server], command: str, form: str) -> None:
    with server() as running:
        scene.settings(running.port, source=stored)
        scene.prepare(command)
        runs = [scene.call(*line) for line in scene.lines(command, form)]
    assert {ran.code for ran in runs} <= {0, 2} | MAY_FAIL.get(command, set()), runs[0].err
    assert scene.overheard(*runs) == {}


@pytest.mark.parametrize("command", sorted(WITHOUT_SECRETS))
def test_commands_without_secrets(scene: Scene, command: str) -> None:
    scene.settings(1025)
    forms = FORMS[:1] if command in WITHOUT_FORMAT else FORMS
    runs = [scene.call(*line) for form in forms for line in scene.lines(command, form)]
    assert {ran.code for ran in runs} == {0}, runs[0].err
    assert scene.overheard(*runs) == {}
