"""Who environments send as, and whose domains are looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmconfig.dns.observing import observe_domains, unchecked_domains
from kmconfig.dns.sender import Sender, sender_of
from kmconfig.environment.project import Project
from kmconfig.errors import CouldNotCheck
from tests.dns.zone import zone
from tests.lint.clean import write_environment

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.environment.environment import Environment


def environment(root: Path, text: str, *, tier: str = "production") -> Environment:
    write_environment(root, text, name=tier, tier=tier)
    project = Project(root)
    project.load()
    return project.environments[tier]


def made(root: Path, text: str) -> Sender:
    found = sender_of(environment(root, text))
    assert found is not None
    return found


def test_the_provider_tells_the_selectors(tmp_path: Path) -> None:
    who = made(tmp_path, "")
    assert (who.domain, who.selectors, who.chosen, who.free_mail) == ("acme.example", ("s1", "s2"), False, False)
    assert who.provider is not None
    assert who.provider.slug == "sendgrid"
    assert who.signing_domains == ("acme.example",)


@pytest.mark.parametrize(
    ("text", "selectors"),
    [
        ("email: {sender: {dkim_selectors: [a, b]}}\n", ("a", "b")),
        ("email: {smtp: {host: mail.acme.example}}\n", ()),
        ("email: {smtp: {host: smtp.gmail.com}, sender: {email: someone@gmail.com}}\n", ()),
        ("email: {driver: ses, ses: {region: eu-west-1}}\n", ()),
        ("email: {driver: mailgun, mailgun: {domain: mg.acme.example}}\n", ("k1",)),
        ("email: {driver: sendmail}\n", ()),
    ],
)
def test_selectors(tmp_path: Path, text: str, selectors: tuple[str, ...]) -> None:
    assert made(tmp_path, text).selectors == selectors


@pytest.mark.parametrize(
    "text",
    [
        "email: {driver: mailgun, mailgun: {domain: mg.acme.example}}\n",
        "email: {smtp: {host: smtp.mailgun.org, username: postmaster@mg.acme.example}}\n",
        "email: {smtp: {host: smtp.eu.mailgun.org, username: postmaster@MG.acme.example}}\n",
    ],
)
def test_mailgun_signs_as_the_domain_of_the_account(tmp_path: Path, text: str) -> None:
    assert made(tmp_path, text).signing_domains == ("mg.acme.example", "acme.example")


@pytest.mark.parametrize(
    ("address", "domain"), [("a@ACME.example", "acme.example"), ("a@bücher.example", "xn--bcher-kva.example")]
)
def test_domains_are_asked_in_ascii(tmp_path: Path, address: str, domain: str) -> None:
    assert made(tmp_path, f"email: {{sender: {{email: {address}}}}}\n").domain == domain


@pytest.mark.parametrize("text", ["email: {sender: {email: nonsense}}\n", "email: {sender: {email: null}}\n"])
def test_settings_with_faults_name_no_domain(tmp_path: Path, text: str) -> None:
    broken = environment(tmp_path, text)
    records = zone()
    assert sender_of(broken) is None
    assert observe_domains([broken], records) == {}
    assert records.asked == []


@pytest.mark.parametrize(("host", "asked"), [("localhost", False), ("mailpit", False), ("smtp.sendgrid.net", True)])
def test_mail_that_reaches_nobody_needs_no_records(tmp_path: Path, host: str, *, asked: bool) -> None:
    text = f"email: {{smtp: {{host: {host}}}}}\n"
    inside = environment(tmp_path, text, tier="development")
    assert bool(observe_domains([inside], zone())) == asked
    assert bool(unchecked_domains([inside], CouldNotCheck("no resolver"))) == asked
    assert observe_domains([environment(tmp_path, text)], zone()).keys() == {"production"}


def test_environments_that_send_alike_are_looked_at_once(tmp_path: Path) -> None:
    records, heard = zone(), list[str]()
    both = [environment(tmp_path, "", tier=tier) for tier in ("staging", "production")]
    states = observe_domains(both, records, progress=heard.append)
    assert states["staging"] is states["production"]
    assert heard == ["the DNS about acme.example"]


def test_without_a_server_nothing_was_checked(tmp_path: Path) -> None:
    states = unchecked_domains([environment(tmp_path, "")], CouldNotCheck("this machine has no DNS resolver"))
    (check,) = states["production"].checks
    assert (check.result, check.detail) == ("unknown", "this machine has no DNS resolver")
