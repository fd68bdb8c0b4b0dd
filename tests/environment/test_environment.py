"""One environment: tier, lookups, places and what it lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmconfig.environment.settings import UnknownValue
from kmconfig.source.value import Value
from tests.environment.folders import ENV, SENDER, V, load, only

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("tier", "meant"),
    [
        *[(tier, tier) for tier in ("development", "staging", "production")],
        *[
            (tier, "production")
            for tier in ("Staging", "5", "null", "*x", "!x staging", "[staging]", "{}", "staging\ntier: development")
        ],
    ],
)
def test_a_tier_that_is_not_known_is_the_strictest(tmp_path: Path, tier: str, meant: str) -> None:
    assert only(tmp_path, {"p.yaml": V + f"tier: {tier}\n"}).tier == meant


def test_lookups(tmp_path: Path) -> None:
    environment = only(
        tmp_path, {"p.yaml": ENV + SENDER + "target: {file: {path: [x]}}\nstores: {vault: {adress: x}}\n"}
    )
    sender = environment.get("email", "sender", "email")
    assert sender is not None
    assert sender.data == "licensing@acme.example"
    port = environment.get("email", "smtp", "port")
    assert port is not None
    assert (port.data, port.written) == (587, False)
    assert environment.get("email", "reply_to") is None
    assert environment.get("target", "vault") is None
    assert isinstance(environment.get("target", "file", "path"), UnknownValue)
    assert isinstance(environment.get("stores", "vault", "address"), UnknownValue)
    assert environment.get() is environment.root


def test_in_an_incomplete_environment_nothing_is_absent(tmp_path: Path) -> None:
    environment = only(tmp_path, {"p.yaml": ENV + SENDER + "extends: x.yaml\n"})
    assert isinstance(environment.get("target"), UnknownValue)
    assert not isinstance(environment.get("email", "sender"), UnknownValue)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("email", "sender", "email"), "p.yaml:3:25"),
        (("email", "sender", "name"), "p.yaml:3:9"),
        (("email", "smtp", "port"), "p.yaml:3:1"),
        (("email", "smtp"), "p.yaml:3:1"),
        (("application", "name"), "p.yaml:1:1"),
        (("nothing",), "p.yaml:1:1"),
        ((), "p.yaml:1:1"),
    ],
)
def test_what_nobody_wrote_stands_on_its_nearest_written_key(tmp_path: Path, path: tuple[str, ...], place: str) -> None:
    environment = only(tmp_path, {"p.yaml": ENV + SENDER})
    value = environment.get(*path) or Value(None, path)
    assert str(environment.place_of(value)) == f"environments/{place}"


def test_what_is_missing_is_told_of_the_whole_environment_only(tmp_path: Path) -> None:
    project = load(
        tmp_path,
        {"p.yaml": ENV + "extends: base.yaml\n", "q.yaml": ENV + SENDER + "extends: base.yaml\n", "base.yaml": V},
    )
    assert [layer.document.problems for layer in project.layers] == [[], [], []]
    assert [(problem.code, problem.path) for problem in project.environments["p"].missing()] == [
        ("KM106", ("email", "sender", "email"))
    ]
    assert project.environments["q"].missing() == []


@pytest.mark.parametrize(
    "text",
    [
        "email: {sender: {email: 5}}",
        "email: {sender: {emial: a@acme.example}}",
        "email: {sender: *x}",
        "email: *x",
        "<<: *x",
        "email: {<<: *x}",
        "email: {sender: {name: a, name: b@acme.example}}",
        "email: 5",
        "emial: {}",
    ],
)
def test_a_refused_setting_is_not_missing_too(tmp_path: Path, text: str) -> None:
    environment = only(tmp_path, {"p.yaml": ENV + text + "\n"})
    assert len(environment.layers[-1].document.problems) == 1
    assert environment.missing() == []
