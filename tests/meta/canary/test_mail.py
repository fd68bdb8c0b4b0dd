"""`test` and `apply`, with mail servers that repeat what they hear."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.meta.canary.lines import FORMS
from tests.meta.canary.spellings import ECHOES, repeating

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.mail.servers import Server
    from tests.meta.canary.scene import Scene


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("echo", ECHOES)
@pytest.mark.parametrize("command", ["test", "apply"])
def test_a_server_that_repeats_a_refused_login(
    scene: Scene, server: Callable[..., Server], command: str, echo: str, form: str
) -> None:
    with server(AUTH=repeating(echo)) as running:
        scene.settings(running.port)
        runs = [scene.call(*line) for line in scene.lines(command, form)]
    assert {ran.code for ran in runs} == {1}
    assert scene.overheard(*runs) == {}


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "END"])
@pytest.mark.parametrize("command", ["test", "apply"])
def test_a_server_that_repeats_the_login_later(
    scene: Scene, server: Callable[..., Server], command: str, verb: str
) -> None:
    with server(**{verb: repeating("as heard", code="550", status="5.7.1")}) as running:
        scene.settings(running.port)
        runs = [scene.call(*line) for line in scene.lines(command, "json")]
    assert {ran.code for ran in runs} <= {0, 1, 6}
    assert scene.overheard(*runs) == {}


@pytest.mark.parametrize("echo", ECHOES)
@pytest.mark.parametrize("form", FORMS)
def test_a_server_that_repeats_the_login_while_all_is_well(
    scene: Scene, server: Callable[..., Server], form: str, echo: str
) -> None:
    greeting = repeating(echo, code="235", status="2.7.0")
    with server(AUTH=greeting, END=repeating(echo, code="250", status="2.0.0")) as running:
        scene.settings(running.port)
        runs = [scene.call(*line) for command in ("test", "apply") for line in scene.lines(command, form)]
    assert {ran.code for ran in runs} == {0}
    assert scene.overheard(*runs) == {}
