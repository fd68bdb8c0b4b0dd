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


@pytest.mark.parametrize("code", [64, 65])
def test_what_could_not_even_be_read_is_worse_than_a_difference_only(code: int) -> None:
    assert outcome(0, code, 2) == code
    assert outcome(code, 4) == 4


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


@pytest.mark.parametrize("command", ["plan", "drift", "secrets", "dns"])
def test_a_file_that_cannot_be_read_stops_no_other(kmconfig: Call, root: Path, command: str) -> None:
    write(root, {"environments/broken.yaml": "tier: production\na: [\n"})
    whole, rest = kmconfig(command, "--all", "--format", "json"), kmconfig(command, "staging", "--format", "json")
    assert whole.code in {65, 5, 1}
    assert "environments/broken.yaml:" in whole.err
    names = [result["environment"] for result in whole.document["results"]]
    assert [result["environment"] for result in rest.document["results"]] == ["staging"]
    assert "staging" in names


@pytest.mark.parametrize("command", [("apply", "--yes"), ("test",)])
def test_nothing_begins_while_a_file_cannot_be_read(
    kmconfig: Call, root: Path, serve: Callable[..., Server], command: tuple[str, ...]
) -> None:
    with serve() as server:
        write(root, {"environments/local.yaml": settings(server.port, name="local")})
        write(root, {"environments/broken.yaml": "tier: production\na: [\n"})
        ran = kmconfig(*command, "--all")
    assert (ran.code, server.connections) == (65, 0)
    assert "environments/broken.yaml:" in ran.err


def test_a_broken_layer_is_told_of_by_whoever_extends_it(kmconfig: Call, root: Path) -> None:
    write(root, {"environments/layer.yaml": "a: [\n"})
    write(root, {"environments/user.yaml": "version: 1\nextends: layer.yaml\ntier: staging\n"})
    ran = kmconfig("plan", "--all")
    assert ran.code == 65
    assert ran.err.count("environments/layer.yaml:") == 1


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
