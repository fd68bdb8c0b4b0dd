"""A saved plan is taken verbatim, or not at all."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from kmconfig.deploy import plan_file
from kmconfig.deploy.plan import canonical, digest_of
from tests.deploy.endings import complies
from tests.deploy.site import LIVE, PASSWORD, everything

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.running import Call, Ran
    from tests.deploy.site import Site
    from tests.deploy.vaults import AgedVault
    from tests.mail.servers import Server


@pytest.fixture
def file(site: Site) -> Path:
    return site.root.parent / "plan.json"


def save(kmconfig: Call, file: Path) -> dict[str, Any]:
    ran = kmconfig("plan", "staging", "--save", file)
    assert ran.code == 0, ran.err
    assert "good until" in ran.out
    plan: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return plan


def take(kmconfig: Call, file: Path, *arguments: str) -> Ran:
    return kmconfig("apply", "--plan", file, "--yes", "--retry-for", "0", "--format", "json", *arguments)


def rewrite(file: Path, **changes: Any) -> None:
    """Change a saved plan, and make its digest fit again."""
    content = json.loads(file.read_text(encoding="utf-8")) | changes
    content.pop("digest")
    file.write_bytes(canonical({**content, "digest": digest_of(content)}))


def test_it_says_what_it_is_bound_to(site: Site, kmconfig: Call, file: Path) -> None:
    plan = save(kmconfig, file)
    assert complies({"version": 1, "results": [plan]}, "plan")
    assert list(plan["inputs"]["files"]) == ["environments/staging.yaml"]
    assert plan["target"] == f"laravel_env:{site.env}"
    assert plan["secrets"] == [
        {
            "setting": "email.smtp.password",
            "reference": "env:KM_SMTP_PASSWORD",
            "version": None,
            "fingerprint": None,
        }
    ]
    lifetime = datetime.fromisoformat(plan["expires"]) - datetime.fromisoformat(plan["created"])
    assert lifetime == timedelta(hours=24)
    origins = {op["key"]: op["origin"] for op in plan["operations"]}
    assert origins["MAIL_PORT"].startswith("environments/staging.yaml:11:")
    assert PASSWORD not in file.read_text(encoding="utf-8")


def test_it_is_applied_and_then_there_is_nothing_to_do(site: Site, kmconfig: Call, file: Path, server: Server) -> None:
    plan = save(kmconfig, file)
    ran = take(kmconfig, file)
    assert (ran.code, ran.result["result"], ran.result["plan_digest"]) == (0, "applied", plan["digest"])
    before = everything(site.application)
    again = take(kmconfig, file)
    assert (again.code, again.result["result"]) == (0, "unchanged")
    assert everything(site.application) == before
    assert len(server.messages) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"environment": "production"}, "changed after it was saved"),
        ({"digest": "0" * 64}, "changed after it was saved"),
        ({"digest": None}, "has no digest"),
        ({"digest": 7}, "digest"),
    ],
)
def test_a_plan_that_was_tampered_with(
    site: Site, kmconfig: Call, file: Path, change: dict[str, Any], said: str
) -> None:
    file.write_text(json.dumps(save(kmconfig, file) | change), encoding="utf-8")
    ran = kmconfig("apply", "--plan", file, "--yes")
    assert ran.code in (3, 65)
    assert said in ran.err
    assert site.env.read_bytes() == LIVE


def test_a_digest_that_fits_does_not_make_a_change_good(site: Site, kmconfig: Call, file: Path) -> None:
    plan = save(kmconfig, file)
    operations = [op | {"after": "mail.evil.test"} if op["key"] == "MAIL_PORT" else op for op in plan["operations"]]
    rewrite(file, operations=operations)
    ran = take(kmconfig, file)
    assert (ran.code, site.env.read_bytes()) == (3, LIVE)
    assert "it says something else than what has to be done" in ran.err


def test_for_another_environment(site: Site, kmconfig: Call, file: Path) -> None:
    save(kmconfig, file)
    assert kmconfig("apply", "production", "--plan", file, "--yes").code == 64
    rewrite(file, environment="nowhere")
    assert kmconfig("apply", "--plan", file, "--yes").code == 65
    rewrite(file, environment="staging", target="laravel_env:/elsewhere/.env")
    ran = take(kmconfig, file)
    assert (ran.code, "it was made for laravel_env:/elsewhere/.env" in ran.err) == (3, True)


@pytest.mark.parametrize(("hours", "said"), [(-25, "has expired"), (1, "made in the future")])
def test_out_of_its_time(site: Site, kmconfig: Call, file: Path, hours: int, said: str) -> None:
    save(kmconfig, file)
    created = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=hours)
    rewrite(file, created=created.isoformat(), expires=(created + timedelta(hours=24)).isoformat())
    ran = kmconfig("apply", "--plan", file, "--yes")
    assert (ran.code, said in ran.err) == (3, True)
    assert site.env.read_bytes() == LIVE


def test_it_is_not_good_for_longer_than_a_plan_may_be(site: Site, kmconfig: Call, file: Path) -> None:
    created = datetime.fromisoformat(save(kmconfig, file)["created"])
    for changes in (
        {"expires": "2999-01-01T00:00:00+00:00"},
        {"created": (created - timedelta(days=2)).isoformat(), "expires": (created + timedelta(hours=1)).isoformat()},
    ):
        rewrite(file, **changes)
        ran = take(kmconfig, file)
        assert (ran.code, site.env.read_bytes()) == (3, LIVE)
        assert "for longer than the 24 hours of a plan for this tier" in ran.err


def test_the_files_changed(site: Site, kmconfig: Call, file: Path) -> None:
    save(kmconfig, file)
    site.configure(ehlo_domain="licenses.acme.test")
    ran = take(kmconfig, file)
    assert (ran.code, "environments/staging.yaml changed since" in ran.err) == (3, True)


def test_the_target_changed(site: Site, kmconfig: Call, file: Path) -> None:
    save(kmconfig, file)
    live = LIVE.replace(b"MAIL_HOST=localhost", b"MAIL_HOST=mail.acme.test")
    site.env.write_bytes(live)
    ran = take(kmconfig, file)
    assert (ran.code, site.env.read_bytes()) == (3, live)
    assert "the target changed since" in ran.err
    compared = 'MAIL_HOST: planned from "mail.acme.test", live is "mail.acme.test", wanted is "localhost"'
    assert compared in ran.err


def test_another_version_of_this_program(site: Site, kmconfig: Call, file: Path) -> None:
    plan = save(kmconfig, file)
    rewrite(file, inputs=plan["inputs"] | {"tool": "0.0.1"})
    ran = take(kmconfig, file)
    assert (ran.code, "kmconfig 0.0.1 made it" in ran.err, site.env.read_bytes()) == (3, True, LIVE)


def test_the_commit_counts_and_the_plan_itself_does_not(site: Site, kmconfig: Call) -> None:
    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=tests", "-c", "user.email=tests@acme.test")
        subprocess.run(("git", "-C", str(site.root), *identity, *arguments), check=True, capture_output=True)

    git("init", "-q")
    git("add", "environments")
    git("commit", "-qm", "settings")
    # Git would note in its index that it has looked.
    os.utime(site.root / "environments/staging.yaml")
    repository = everything(site.root / ".git")
    file = site.root / "plan.json"
    plan = save(kmconfig, file)
    assert "+dirty" not in plan["commit"]
    assert everything(site.root / ".git") == repository
    git("commit", "-qm", "another", "--allow-empty")
    ran = take(kmconfig, file)
    assert (ran.code, f"it was made at commit {plan['commit'][:12]}" in ran.err) == (3, True)
    save(kmconfig, file)
    assert take(kmconfig, file).code == 0


def test_a_secret_that_moved(site: Site, kmconfig: Call, file: Path, vault: AgedVault) -> None:
    save(kmconfig, file)
    vault.write("another password of the same length")
    ran = take(kmconfig, file)
    assert (ran.code, site.env.read_bytes()) == (3, LIVE)
    assert "`email.smtp.password` moved from version" in ran.err


@pytest.mark.parametrize(
    "text", ["", "[]", "{", "null", '{"version": 1, "results": []}', '{"environment": 5}', "[" * 100_000, "\0"]
)
def test_no_plan_at_all(kmconfig: Call, file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    ran = kmconfig("apply", "--plan", file, "--yes")
    assert ran.code in (3, 65), ran.err
    assert str(file) in ran.err


def test_no_file(kmconfig: Call, file: Path) -> None:
    assert kmconfig("apply", "--plan", file, "--yes").code == 64
    assert kmconfig("apply", "--plan", file.parent, "--yes").code == 64


def test_one_plan_for_each_file(site: Site, kmconfig: Call, file: Path) -> None:
    site.configure("other", tier="staging", target={"file": {"path": str(site.application / "other.json")}})
    site.configure("third", tier="staging", target={"file": {"path": str(site.application / "third.json")}})
    ran = kmconfig("plan", "--all", "--save", file)
    assert (ran.code, file.exists()) == (64, False)


def test_a_plan_with_the_text_of_a_secret_is_not_saved(
    site: Site, kmconfig: Call, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KM_SMTP_PASSWORD", "licensing@acme.test")
    ran = kmconfig("plan", "staging", "--save", file)
    assert (ran.code, file.exists()) == (70, False)
    assert "holds the text of a secret" in ran.err


def test_everything_a_plan_says_is_in_its_digest(site: Site, kmconfig: Call, file: Path) -> None:
    plan = save(kmconfig, file)
    digest = plan.pop("digest")
    assert digest == digest_of(plan)
    for key in plan:
        assert digest != digest_of(plan | {key: "something else"}), key
    assert plan_file.read_plan(file, now=datetime.now(UTC)).digest == digest
