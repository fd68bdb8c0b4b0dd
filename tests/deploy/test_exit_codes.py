"""Each way to end has its exit code, and leaves the target alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.deploy.site import LIVE, everything

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.running import Call
    from tests.deploy.site import Site
    from tests.mail.servers import Server


def no_target(site: Site) -> None:
    site.configure(target={"laravel_env": {"path": "elsewhere/.env", "laravel": 10}})


def folder_as_target(site: Site) -> None:
    site.configure(target={"laravel_env": {"path": str(site.application), "laravel": 10}})


def broken_file(site: Site) -> None:
    site.env.write_bytes(b"A=b c\n")


def no_file_of_ours(site: Site) -> None:
    (site.application / "settings.json").write_text("[]", encoding="utf-8")
    site.configure(target={"file": {"path": str(site.application / "settings.json")}})


def promoted(site: Site) -> None:
    project = "version: 1\npromotion: [development, staging, production]\n"
    (site.root / "kmconfig.yaml").write_text(project, encoding="utf-8")


CASES: list[tuple[Callable[[Site], None], int, str]] = [
    (lambda site: site.configure(host="mail.acme.test", port=465), 1, "KM201"),
    (lambda site: site.configure(password={"env": "KM_NOT_SET"}), 5, "KM_NOT_SET"),
    (no_target, 5, "there is no `elsewhere/.env`"),
    (folder_as_target, 5, "not a regular file"),
    (no_file_of_ours, 5, "holds no settings written by kmconfig"),
    (broken_file, 5, "double quotes"),
    (lambda site: site.configure(target={"vault": {"path": "keymanager/staging"}}), 65, "needs `stores.vault`"),
    (lambda site: site.configure(password={"vault": "keymanager/staging/smtp#password"}), 5, "does not declare"),
    (promoted, 3, "has not been proved in `development`"),
    (lambda site: site.configure(target={"laravel_env": {"path": str(site.env)}}), 65, "composer.lock"),
    (lambda site: site.configure(recipients=[]), 3, "names no test recipient"),
]


@pytest.mark.parametrize(("arrange", "code", "said"), CASES)
def test_refused_before_anything_happens(
    site: Site, kmconfig: Call, arrange: Callable[[Site], None], code: int, said: str
) -> None:
    arrange(site)
    before = everything(site.root, site.application)
    ran = kmconfig("apply", "staging", "--yes")
    assert ran.code == code, ran.err
    assert said in ran.out + ran.err
    assert site.server.connections == 0
    assert everything(site.root, site.application) == before


def test_an_unknown_environment(kmconfig: Call) -> None:
    ran = kmconfig("apply", "stagin", "--yes")
    assert ran.code == 65
    assert "did you mean `staging`?" in ran.err


def test_nobody_to_ask(site: Site, kmconfig: Call, server: Server) -> None:
    ran = kmconfig("apply", "staging")
    assert ran.code == 64
    assert "add --yes" in ran.err
    assert server.connections == 0
    assert site.env.read_bytes() == LIVE


def test_the_worst_of_several_counts_and_the_others_go_on(site: Site, kmconfig: Call, server: Server) -> None:
    target = {"laravel_env": {"path": str(site.application / ".env.broken"), "laravel": 10}}
    site.configure("broken", password={"env": "KM_NOT_SET"}, target=target)
    ran = kmconfig("apply", "broken", "staging", "--yes", "--keep-going", "--format", "json")
    assert ran.code == 5
    results = {result["environment"]: result["result"] for result in ran.document["results"]}
    assert results == {"broken": "failed", "staging": "applied"}
    assert len(server.messages) == 1


def test_a_file_that_somebody_else_wrote_is_not_overwritten(site: Site, kmconfig: Call) -> None:
    place = site.application / "settings.json"
    place.write_text('{"mine": 1}\n', encoding="utf-8")
    site.configure(target={"file": {"path": str(place)}})
    assert kmconfig("apply", "staging", "--yes").code == 5
    assert place.read_text(encoding="utf-8") == '{"mine": 1}\n'
