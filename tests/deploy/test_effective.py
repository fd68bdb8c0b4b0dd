"""What the application says that it uses, after the write."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kmconfig.deploy.effective import read_table
from tests.deploy.endings import APPLY, rolled_back, steps, taken_back
from tests.deploy.remote_sites import configure
from tests.deploy.site import PASSWORD, Site
from tests.servers.requirements import require

if TYPE_CHECKING:
    from tests.cli.running import Call, Ran
    from tests.servers.sshd import Sshd

SCRIPT = Path(__file__).parent / "artisan.php"
CACHE = ["php", "artisan", "config:cache"]


@pytest.fixture
def site(site: Site) -> Site:
    require("PHP", programs=("php",), packages="php-cli")
    shutil.copy(SCRIPT, site.application / "artisan")
    return site


def cache(site: Site, **values: Any) -> None:
    """Let the application have a configuration that was cached before."""
    (site.application / "cached.json").write_text(json.dumps(values), encoding="utf-8")


def detail(ran: Ran) -> str:
    """What the step says of itself; that it is there is what the test wants."""
    (found,) = (step for step in ran.result["steps"] if step["step"] == "effective")
    return str(found["detail"])


def outcome(ran: Ran) -> str:
    return dict(steps(ran)).get("effective", "not there")


def test_it_agrees(site: Site, kmconfig: Call) -> None:
    ran = kmconfig(*APPLY)
    assert (ran.code, outcome(ran)) == (0, "ok"), ran.err
    assert detail(ran) == (
        "default, mailers.smtp.host, mailers.smtp.port, mailers.smtp.encryption, from.address as applied"
    )
    assert ran.result["application_verified"] is False
    assert kmconfig("rollback", "staging", "--yes", "--no-test-send", "back").code == 0


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("default", "log"),
        ("mailers.smtp.host", "smtp.old.example"),
        ("mailers.smtp.port", 25),
        ("mailers.smtp.encryption", None),
        ("from.address", "hello@example.test"),
    ],
)
def test_a_cached_configuration_wins(site: Site, kmconfig: Call, place: str, value: Any) -> None:
    cache(site, **{place: value})
    ran = kmconfig("-vvv", *APPLY)
    assert taken_back(site, ran) == rolled_back("effective")
    shown = "null" if value is None else value
    assert f"`mail.{place}` is `{shown}`, not `" in ran.result["message"]
    assert PASSWORD not in ran.out + ran.err
    assert "an older password" not in ran.out + ran.err


def test_it_is_asked_after_the_cache_was_made_anew(site: Site, kmconfig: Call) -> None:
    cache(site, **{"mailers.smtp.host": "smtp.old.example"})
    site.configure(reload=[CACHE])
    ran = kmconfig(*APPLY)
    assert (ran.code, outcome(ran)) == (0, "ok")
    assert [step for step, _ in steps(ran)][-4:] == ["activate", "read_back", "effective", "test_message"]


def test_an_address_that_wins_over_host_and_port(site: Site, kmconfig: Call) -> None:
    cache(site, **{"mailers.smtp.url": "smtp://apikey:hidden-in-here@smtp.acme.test"})
    ran = kmconfig("-vvv", *APPLY)
    assert taken_back(site, ran) == rolled_back("effective")
    assert "`mail.mailers.smtp.url` is set and wins over host and port" in ran.result["message"]
    assert "hidden-in-here" not in ran.out + ran.err


def test_an_application_that_does_not_know_the_command(site: Site, kmconfig: Call) -> None:
    (site.application / "knows-less").touch()
    ran = kmconfig(*APPLY)
    assert (ran.code, outcome(ran)) == (0, "skipped")
    assert "has no `config:show`" in detail(ran)


def test_an_application_that_fails(site: Site, kmconfig: Call) -> None:
    (site.application / "crashes").touch()
    ran = kmconfig("-vvv", *APPLY)
    assert taken_back(site, ran) == rolled_back("effective")
    assert "it is not known what is in use" in ran.result["message"]
    assert PASSWORD not in ran.out + ran.err


def test_a_machine_without_php(site: Site, kmconfig: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    ran = kmconfig(*APPLY)
    assert (ran.code, outcome(ran), detail(ran)) == (0, "skipped", "`php artisan` cannot be run here")


def test_policy_may_forbid_it(site: Site, kmconfig: Call) -> None:
    site.policy(commands=["true"])
    ran = kmconfig(*APPLY)
    assert (ran.code, outcome(ran), detail(ran)) == (0, "skipped", "`policy.commands` does not allow `php`")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_programs_of_others_are_run_only_when_the_files_say_so(site: Site, kmconfig: Call) -> None:
    os.chown(site.application / "artisan", 12345, 12345)
    ran = kmconfig(*APPLY)
    assert (ran.code, outcome(ran)) == (0, "skipped")
    assert "belongs to another user" in detail(ran)


def test_it_is_asked_in_the_way_that_the_files_know(site: Site, kmconfig: Call) -> None:
    """As in a container: here the application has a place of its own."""
    (site.application / "artisan").rename(site.application / "inside")
    (site.application / "inside").rename(site.application / "console.php")
    (site.application / "enter").write_text('#!/bin/sh\nshift\nexec php console.php "$@"\n', encoding="utf-8")
    (site.application / "enter").chmod(0o755)
    cache(site, **{"mailers.smtp.host": "smtp.old.example"})
    site.configure(reload=[["./enter", "artisan", "queue:restart"]])
    assert taken_back(site, kmconfig(*APPLY)) == rolled_back("effective")


def test_no_console_no_step(site: Site, kmconfig: Call) -> None:
    (site.application / "artisan").unlink()
    ran = kmconfig(*APPLY)
    assert (ran.code, outcome(ran)) == (0, "not there")


def test_on_another_machine(site: Site, sshd: Sshd, kmconfig: Call) -> None:
    configure(site, sshd, reload=[["true"]])
    cache(site, **{"mailers.smtp.host": "smtp.old.example"})
    ran = kmconfig("-vvv", *APPLY)
    assert taken_back(site, ran) == rolled_back("effective")
    assert "an older password" not in ran.out + ran.err
    (site.application / "cached.json").unlink()
    assert outcome(kmconfig(*APPLY)) == "ok"


def test_tables() -> None:
    text = (
        "\n  \x1b[32;1mmail\x1b[39;22m ......................................  \n"
        "  default ............................. \x1b[1msmtp\x1b[22m  \n"
        "  mailers ⇁ smtp ⇁ host ... smtp.acme.example  \n"
        "  mailers ⇁ smtp ⇁ url .. null  \n"
        "  mailers ⇁ smtp ⇁ username ................  \n"
        "  from ⇁ name .................... Acme ... Licensing  \n"
        "  mailers ⇁ smtp ⇁ password a-value-that-leaves-no-room-for-dots  \n"
        "  too-long-a-value-goes-on-here  \n"
    )
    assert read_table(text) == {
        "mail": "",
        "default": "smtp",
        "mailers.smtp.host": "smtp.acme.example",
        "mailers.smtp.url": "null",
        "mailers.smtp.username": "",
        "from.name": "Acme ... Licensing",
    }
