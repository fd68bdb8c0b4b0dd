"""Providers of packages: known wherever ours are, and only where the project allows plugins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kmconfig.environment.project import Project
from kmconfig.lint.catalogue import enable_plugins
from kmconfig.providers.leaks import find_leaks
from kmconfig.providers.misspelling import likely_host
from kmconfig.providers.offered import load_providers
from kmconfig.providers.registry import PROVIDERS, domain_owner, provider_by_slug, provider_of_host, providers
from tests.cli.running import write
from tests.lint.plugin_packages import ALLOWED, install
from tests.plugins.making import write_environment

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.running import Call

KEY = "acme-0123456789abcdef01234567"

FIELDS = {
    "slug": '"own-relay"',
    "title": '"Own relay"',
    "hosts": '("smtp.own-relay.test",)',
    "ports": '{587: "tls"}',
    "username": 'Form("u[0-9]+", "u and digits")',
    "credential": 'Form("k[0-9]+", "k and digits", secret=True)',
    "limits": '"none"',
    "documentation": '"https://own-relay.test/docs"',
    "source": '"a test"',
}


def install_provider(packages: Path, name: str = "own", **fields: str) -> None:
    made = ", ".join(f"{field}={value}" for field, value in {**FIELDS, **fields}.items())
    text = f"from kmconfig.plugins import *\nRECORD = Provider({made})\n"
    install(
        packages, name, {f"{name}_provider": text}, {"the-entry": f"{name}_provider:RECORD"}, group="kmconfig.providers"
    )


def lint(kmconfig: Call) -> dict[str, dict[str, Any]]:
    """The findings by code."""
    return {found["code"]: found for found in kmconfig("lint", "--format", "json").document["findings"]}


class TestTheExample:
    def test_it_is_known(self, example: Path, root: Path) -> None:
        enable_plugins(Project(root).file)
        record = provider_by_slug("acme-relay")
        assert record is not None
        assert providers() == (*PROVIDERS, record)
        assert provider_of_host("Relay.Acme.Example.") is record
        assert domain_owner("relay.acme.example") is record
        guess = likely_host("relay.acme.exampel")
        assert guess is not None
        assert guess.host == "relay.acme.example"

    def test_it_is_forgotten_where_plugins_are_not_allowed(self, example: Path, root: Path, tmp_path: Path) -> None:
        enable_plugins(Project(root).file)
        assert provider_of_host("relay.acme.example") is not None
        enable_plugins(Project(tmp_path).file)
        assert provider_of_host("relay.acme.example") is None
        assert (providers(), likely_host("relay.acme.exampel")) == (PROVIDERS, None)

    def test_its_form_is_asked_for(self, example: Path, root: Path, kmconfig: Call) -> None:
        write_environment(root)
        text = (root / "environments/staging.yaml").read_text(encoding="utf-8")
        relay = text.replace(
            "mail.acme.test, username: mailer", "relay.acme.example, username: 'eu mailer', port: 2525"
        )
        write(root, {"environments/staging.yaml": relay.replace("{own_store: a}", "{env: P}")})
        said = " ".join(found["message"] + found["help"] for found in lint(kmconfig).values())
        assert "such as eu-mailer" in said
        assert "2525" in said

    @pytest.mark.parametrize(("allowed", "refused"), [("acme-relay", False), ("sendgrid", True)])
    def test_policy_may_name_it(self, example: Path, root: Path, kmconfig: Call, allowed: str, refused: bool) -> None:
        write_environment(root, "{env: P}")
        text = (root / "environments/staging.yaml").read_text(encoding="utf-8")
        write(
            root,
            {
                "kmconfig.yaml": f"{ALLOWED}policy: {{providers: [{allowed}]}}\n",
                "environments/staging.yaml": text.replace("mail.acme.test", "relay.acme.example"),
            },
        )
        found = lint(kmconfig)
        assert "KM107" not in found
        assert ("KM601" in found) is refused

    def test_policy_cannot_name_it_without_plugins(self, example: Path, root: Path, kmconfig: Call) -> None:
        write_environment(root, "{env: P}")
        write(root, {"kmconfig.yaml": "version: 1\npolicy: {providers: [acme-relay]}\n"})
        assert "acme-relay" in lint(kmconfig)["KM107"]["message"]

    def test_it_is_explained(self, example: Path, root: Path, kmconfig: Call) -> None:
        assert "relay.acme.example" in kmconfig("explain", "--provider", "acme-relay").out

    def test_nobody_begins_with_it_without_plugins(self, example: Path, root: Path, kmconfig: Call) -> None:
        write(root, {"kmconfig.yaml": "version: 1\n"})
        ran = kmconfig("init", "--provider", "acme-relay", "--sender", "licensing@acme.test", "--yes")
        assert (ran.code, "acme-relay" in ran.err) == (64, True)

    def test_a_repository_may_begin_with_it(self, example: Path, root: Path, kmconfig: Call) -> None:
        begin = (
            "init",
            "--provider",
            "acme-relay",
            "--sender",
            "licensing@acme.test",
            "--username",
            "eu-mailer",
            "--yes",
        )
        ran = kmconfig(*begin)
        assert ran.code == 0, ran.err
        made = "".join(path.read_text(encoding="utf-8") for path in (root / "environments").iterdir())
        assert "relay.acme.example" in made


def test_its_leaks_are_found(packages: Path, root: Path, tmp_path: Path) -> None:
    leaks = '(Leak("an own key", r"\\bown-[0-9]{12}\\b", literal="own-"),)'
    install_provider(packages, leaks=leaks)
    text = "key: own-123456789012"
    assert find_leaks(text) == []
    enable_plugins(Project(root).file)
    assert [leak.kind for leak in find_leaks(text)] == ["an own key"]
    enable_plugins(Project(tmp_path).file)
    assert find_leaks(text) == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"slug": '"sendgrid"'}, "`sendgrid` is known already"),
        ({"hosts": '("smtp.sendgrid.net",)'}, "names `smtp.sendgrid.net`, which is of `sendgrid`"),
        ({"hosts": '("api.sendgrid.net",)'}, "names `api.sendgrid.net`, which is of `sendgrid`"),
        ({"domains": '("sendgrid.net",)'}, "which is of `sendgrid`"),
        ({"domains": '("amazonaws.com",)'}, "for its own, which is of `ses`"),
        ({"other_hosts": '".*"'}, "for its own, which is of"),
        ({"slug": '"Own Relay"'}, "needs a slug"),
        ({"slug": "3"}, "a provider needs a slug"),
        ({"title": '"\\x1b[2J"'}, "needs a title"),
        ({"documentation": '"http://x.test"'}, "https://"),
        ({"ports": "{}"}, "needs `ports`"),
        ({"ports": '{587: "starttls"}'}, "needs `ports`"),
        ({"username": "None"}, "needs a Form"),
        ({"username": 'Form("(", "nothing")'}, "needs a Form"),
        ({"hosts": '"smtp.own-relay.test"'}, "needs `hosts`"),
        ({"hosts": '("SMTP.Own-Relay.test",)'}, "needs `hosts`"),
        ({"hosts": "()"}, "needs `hosts`"),
        ({"regional_hosts": '("smtp.own.test",)'}, "needs `regional_hosts`"),
        ({"region": '"("'}, "and a regular expression for"),
        ({"other_hosts": '"("'}, "regular expression for `other_hosts`"),
        ({"companies": '"Acme"'}, "needs `companies`"),
        ({"leaks": '("x",)'}, "needs `leaks`"),
        ({"from_rule": '"nobody"'}, "needs a `from_rule`"),
    ],
)
def test_one_that_cannot_be_used(packages: Path, root: Path, kmconfig: Call, fields: dict[str, str], said: str) -> None:
    install_provider(packages, **fields)
    (fault,) = load_providers().faults
    assert fault.startswith("plugin `the-entry` of own 0.3: ")
    assert said in fault
    write_environment(root, "{env: P}")
    ran = kmconfig("show", "staging")
    assert (ran.code, ran.out) == (65, "")
    assert "uninstall" in ran.err
    assert "\x1b" not in ran.err


def test_two_packages_that_want_the_same(packages: Path) -> None:
    install_provider(packages, "first")
    install_provider(packages, "second", slug='"another"')
    (fault,) = load_providers().faults
    assert fault.startswith("plugin `the-entry` of second 0.3: ")
    assert "`smtp.own-relay.test`, which is of `own-relay`" in fault
