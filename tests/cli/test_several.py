"""Several environments in one command: each goes on when another fails, and the worst result counts."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import pytest

from kmconfig.cli.worst import Outcomes
from kmconfig.errors import KmconfigError
from tests.cli.project import environment, settings, variable
from tests.cli.running import write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.running import Call
    from tests.mail.servers import Server

WORST_FIRST = (7, 70, 6, 1, 5, 3, 4, 2)


class EndedError(KmconfigError):
    """An error with the code it is given."""

    def __init__(self, code: int) -> None:
        super().__init__(f"ended with {code}")
        self.exit_code = code


def outcome(*codes: int) -> int:
    outcomes = Outcomes(form="text")
    for code in codes:
        outcomes.add({}, code)
    return outcomes.exit_code


@pytest.mark.parametrize(("worse", "better"), list(combinations((*WORST_FIRST, 0), 2)))
def test_the_worse_of_two(worse: int, better: int) -> None:
    assert outcome(worse, better) == worse
    assert outcome(better, worse) == worse
    assert outcome(0, better, 0, worse, better) == worse


def test_nothing_is_well() -> None:
    assert outcome() == 0
    assert outcome(0, 0) == 0


def test_codes_outside_of_the_order_count_behind_it() -> None:
    assert outcome(64, 2) == 2
    assert outcome(0, 65) == 65


@pytest.mark.parametrize("code", WORST_FIRST)
def test_an_error_ends_its_own_environment_only(capsys: pytest.CaptureFixture[str], code: int) -> None:
    outcomes = Outcomes(form="text")
    for name in ("one", "two"):
        with outcomes.of(name):
            raise EndedError(code)
    assert outcomes.exit_code == code
    assert capsys.readouterr().err.count(f"ended with {code}") == 2


def test_plan_goes_on(kmconfig: Call, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(
        root,
        {
            "environments/other.yaml": environment("staging", name="other").replace(
                f"env: {variable('other')}", "env: KM_NOT_SET"
            )
        },
    )
    ran = kmconfig("plan", "other", "staging", "--format", "json", "--detailed-exitcode")
    assert ran.code == 5
    assert [plan["environment"] for plan in ran.document["results"]] == ["staging"]
    assert "KM_NOT_SET" in ran.err
    monkeypatch.setenv("KM_NOT_SET", "another-password")
    assert kmconfig("plan", "other", "staging", "--detailed-exitcode").code == 2


def test_unknown_names_are_found_before_anything_happens(
    kmconfig: Call, root: Path, serve: Callable[..., Server]
) -> None:
    with serve() as server:
        write(root, {"environments/local.yaml": settings(server.port, name="local")})
        assert kmconfig("test", "local", "nobody").code == 65
    assert server.connections == 0


def test_test_goes_on(kmconfig: Call, root: Path, serve: Callable[..., Server]) -> None:
    with serve() as good, serve(AUTH="535 5.7.8 no") as bad:
        write(root, {"environments/bad.yaml": settings(bad.port, name="bad")})
        write(root, {"environments/good.yaml": settings(good.port, name="good")})
        ran = kmconfig("test", "bad", "good", "--format", "json")
    assert ran.code == 1
    assert [(result["environment"], result["ok"]) for result in ran.document["results"]] == [
        ("bad", False),
        ("good", True),
    ]


def test_apply_goes_on_and_the_worst_counts(kmconfig: Call, root: Path, serve: Callable[..., Server]) -> None:
    with serve() as good, serve(AUTH="535 5.7.8 no") as refusing, serve(DATA="554 5.7.1 no") as spam:
        write(
            root,
            {
                "environments/a.yaml": settings(refusing.port, name="a"),
                "environments/b.yaml": settings(spam.port, name="b"),
                "environments/c.yaml": settings(good.port, name="c"),
                "environments/d.yaml": settings(good.port, name="d", password={"env": "KM_NOT_SET"}),
            },
        )
        ran = kmconfig("apply", "a", "b", "c", "d", "--yes", "--keep-going", "--format", "json")
    assert ran.code == 6
    assert {result["environment"]: result["result"] for result in ran.document["results"]} == {
        "a": "failed",
        "b": "rolled_back",
        "c": "applied",
        "d": "failed",
    }
    assert "KM_NOT_SET" in ran.err
