"""A server that puts the login, the recipients or the test message off is asked again while patience lasts."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest

from kmconfig.deploy import patience as patience_module
from kmconfig.errors import CheckFailed
from kmconfig.mail.stages import Silence
from tests.deploy.endings import prepared
from tests.deploy.site import LIVE, good_server, site_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kmconfig.deploy.receipt import Receipt, Step
    from kmconfig.mail.stages import Progress
    from tests.mail.certificates import Certificates
    from tests.mail.servers import Peer


class Watch:
    """Keeps what a run tells."""

    def __init__(self) -> None:
        self.mail: Progress = Silence()
        self.waits: list[str] = []

    def started(self, step: str) -> None:
        """Not looked at."""

    def waiting(self, step: str, reason: str) -> None:
        self.waits.append(f"{step}: {reason}")

    def finished(self, step: Step) -> None:
        """Not looked at."""


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that would have been made."""
    made: list[float] = []
    monkeypatch.setattr(patience_module, "_PAUSES_SECONDS", (10.0, 30.0, 80.0))
    original = patience_module.Patience.__init__
    monkeypatch.setattr(
        patience_module.Patience,
        "__init__",
        lambda self, *arguments, **more: original(self, *arguments, **more, wait=made.append),
    )
    return made


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def put_off(tmp_path: Path, certificates: Certificates, watch: Watch) -> Callable[..., Receipt]:
    """Applies where a server answers the message, or the given word before it, like this."""

    def run(answer: Any, *, patience: float, word: str = "DOT") -> Receipt:
        with good_server(certificates, **{word: answer}) as server:
            return prepared(site_in(tmp_path / "here", server), watch, patience=patience).run()

    return run


def refusing(times: int) -> Callable[[Peer], None]:
    """Puts off so many times, then agrees."""
    counter = itertools.count(1)

    def answer(peer: Peer) -> None:
        peer.say("451 4.7.1 greylisted, try again later" if next(counter) <= times else "250 2.0.0 taken")

    return answer


@pytest.mark.parametrize(
    ("times", "patience", "waited"),
    [(1, 120, [10]), (3, 120, [10, 30, 80]), (9, 120, [10, 30, 80]), (9, 45, [10, 30]), (1, 0, [])],
)
def test_how_often(
    put_off: Callable[..., Receipt], pauses: list[float], times: int, patience: float, waited: list[float]
) -> None:
    receipt = put_off(refusing(times), patience=patience)
    assert pauses == waited
    assert receipt.test is not None
    if times > len(waited):
        assert (receipt.exit_code, receipt.test["sent"]) == (6, False)
    else:
        assert (receipt.exit_code, receipt.test["sent"]) == (0, True)
        assert f"at attempt {times + 1}" in receipt.steps[-1].detail


def test_a_refusal_for_good_is_not_tried_again(put_off: Callable[..., Receipt], pauses: list[float]) -> None:
    assert put_off("550 5.7.1 no", patience=120).exit_code == 6
    assert pauses == []


@pytest.mark.parametrize("word", ["MAIL", "RCPT"])
def test_greylisting_before_anything_is_written(
    put_off: Callable[..., Receipt], pauses: list[float], watch: Watch, word: str
) -> None:
    receipt = put_off(refusing(2), patience=120, word=word)
    preflight = next(step for step in receipt.steps if step.step == "preflight")
    assert (receipt.exit_code, pauses) == (0, [10, 30])
    assert "at attempt 3" in preflight.detail
    assert watch.waits[0].startswith("preflight: ")


def test_a_server_that_never_agrees_leaves_everything_as_it_was(
    put_off: Callable[..., Receipt], pauses: list[float], tmp_path: Path
) -> None:
    with pytest.raises(CheckFailed, match="nothing was changed: still put off after 3 attempts"):
        put_off(refusing(9), patience=45, word="RCPT")
    assert pauses == [10, 30]
    assert (tmp_path / "here/application/.env").read_bytes() == LIVE


def test_a_message_that_may_have_been_taken_is_not_sent_twice(
    put_off: Callable[..., Receipt], pauses: list[float]
) -> None:
    receipt = put_off(lambda peer: peer.drop(), patience=120)
    assert (receipt.exit_code, pauses) == (6, [])
    assert "may or may not be delivered" in receipt.message


def test_whoever_watches_hears_of_it(put_off: Callable[..., Receipt], watch: Watch, pauses: list[float]) -> None:
    put_off(refusing(2), patience=120)
    assert len(pauses) == 2
    assert "greylisted" in watch.waits[0]
    assert "trying again in 10 s" in watch.waits[0]
