"""Exceptions that leave kmconfig hold no secret, not even in the local variables of the frames they went through."""

from __future__ import annotations

import os
import sys
import traceback
from typing import TYPE_CHECKING, Any

import pytest

import kmconfig.api
from kmconfig.environment.stores import stores_of
from kmconfig.mail.account import secret_references
from kmconfig.secrets.masker import Masker
from kmconfig.secrets.stores import Place, Stores
from tests.meta.canary.lines import READING
from tests.meta.canary.scene import SOURCES, VAULT_PATH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.mail.servers import Server
    from tests.meta.canary.scene import Scene


def chain(error: BaseException | None, *, seen: frozenset[int] = frozenset()) -> Iterator[BaseException]:
    """An exception and all that it came from or came during, whether or not Python would show them."""
    if error is None or id(error) in seen:
        return
    yield error
    seen |= {id(error)}
    yield from chain(error.__cause__, seen=seen)
    yield from chain(error.__context__, seen=seen)
    for part in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
        yield from chain(part, seen=seen)


def everything_of(error: BaseException) -> str:
    """What a reporter that shows local variables would print."""
    shown = [
        *(str(error), repr(error)),
        *(
            "".join(traceback.TracebackException.from_exception(one, capture_locals=True).format())
            for one in chain(error)
        ),
    ]
    return "\n".join(shown)


def raised_by(call: Callable[[], Any]) -> BaseException | None:
    try:
        call()
    except BaseException as error:  # noqa: BLE001 - whatever it is
        return error
    return None


@pytest.mark.parametrize(
    "place", ["kmconfig.secrets.secret.Secret.__init__", "kmconfig.secrets.masker.Masker.register"]
)
@pytest.mark.parametrize("kind", [RuntimeError, KeyboardInterrupt])
@pytest.mark.parametrize("source", SOURCES)
def test_a_store_that_breaks_with_a_value_in_hand(
    scene: Scene, stored: str, monkeypatch: pytest.MonkeyPatch, kind: type[BaseException], place: str
) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise kind("failed")

    scene.settings(1025, source=stored)
    environment = kmconfig.api.load(scene.root).environment("development")
    monkeypatch.setattr(place, fail)

    def read() -> None:
        with Stores(root=scene.root, environ=os.environ, masker=Masker()) as stores:
            stores.resolve(secret_references(environment), place=Place("development", stores_of(environment)))

    error = raised_by(read)
    assert error is not None
    assert scene.found_in(everything_of(error)) == set()


@pytest.mark.parametrize("what", ["plan", "apply"])
@pytest.mark.parametrize("source", SOURCES)
def test_a_store_that_gives_no_secret(
    scene: Scene, stored: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, what: str
) -> None:
    half = scene.canary.halves[0]
    match stored:
        case "env":
            monkeypatch.setenv("KM_CANARY", f"{half}\udcff")
        case "dotenv":
            (scene.root / ".env").write_text(f'CANARY="{half} $x\n', encoding="utf-8")
        case "file":
            (scene.root / "canary.txt").write_bytes(half.encode() + b"\xff\n")
        case "vault":
            request.getfixturevalue("vault").put(VAULT_PATH, {"password": [scene.canary.value]})
        case _:
            cloud = request.getfixturevalue("cloud")
            for operation in ("GetSecretValue", "GetParameters", "GetParameter"):
                cloud.refuse(operation, "ResourceNotFoundException", f"no {scene.canary.value} for {scene.login.value}")
    scene.settings(1025, source=stored)
    project = kmconfig.api.load(scene.root)
    error = raised_by(lambda: getattr(kmconfig.api, what)(project, "development"))
    assert error is not None
    assert scene.found_in(everything_of(error)) == set()


#: Functions that run with secrets at hand, and break; what is raised must leave through all frames above.
LATE = (
    ("plan", "kmconfig.deploy.plan.Plan.__init__"),
    ("apply", "kmconfig.mail.smtp.SmtpTransport.probe"),
    ("apply", "kmconfig.deploy.receipts.Receipts.save"),
    ("apply", "kmconfig.targets.atomic.os.fsync"),
    ("apply", "kmconfig.targets.keeping.folder.FolderKeeper.hold"),
)


@pytest.mark.parametrize("kind", [RuntimeError, OSError, KeyboardInterrupt])
@pytest.mark.parametrize("late", LATE)
def test_a_run_that_breaks(
    scene: Scene,
    server: Callable[..., Server],
    monkeypatch: pytest.MonkeyPatch,
    late: tuple[str, str],
    kind: type[BaseException],
) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise kind("failed")

    what, place = late
    with server() as running:
        scene.settings(running.port)
        project = kmconfig.api.load(scene.root)
        monkeypatch.setattr(place, fail)
        error = raised_by(lambda: getattr(kmconfig.api, what)(project, "development"))
    monkeypatch.undo()
    # What is undone ends in the receipt, and raises nothing.
    assert error is None or scene.found_in(everything_of(error)) == set()


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("command", READING)
def test_errors_of_every_command(scene: Scene, stored: str, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    """Each error that the command line turns into a message, when it does so."""
    caught: list[str] = []

    def look(*_: object) -> None:
        error = sys.exception()
        assert error is not None
        caught.append(everything_of(error))

    scene.settings(1, source=stored)
    (scene.env).write_text("MAIL_PASSWORD='" + scene.live.halves[0] + "\n", encoding="utf-8")
    monkeypatch.setattr("kmconfig.cli.run.say_error", look)
    for line in scene.lines(command, "text"):
        scene.call(*line)
    assert caught or command in ("secrets", "test", "apply", "drift")
    for shown in caught:
        assert scene.found_in(shown) == set(), shown
