"""Who environments send as, and whose domains are looked at."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from kmconfig.dns.answer import Answer
from kmconfig.dns.examine import examine
from kmconfig.dns.observing import examine_all, senders_of, unchecked_domains
from kmconfig.dns.sender import Sender, sender_of
from kmconfig.environment.project import Project
from kmconfig.errors import CouldNotCheck
from tests.dns.senders import sender
from tests.dns.zone import zone
from tests.lint.clean import write_environment

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.dns.answer import RecordType
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
    assert sender_of(broken) is None
    assert senders_of([broken]) == {}


@pytest.mark.parametrize(("host", "asked"), [("localhost", False), ("mailpit", False), ("smtp.sendgrid.net", True)])
def test_mail_that_reaches_nobody_needs_no_records(tmp_path: Path, host: str, *, asked: bool) -> None:
    text = f"email: {{smtp: {{host: {host}}}}}\n"
    inside = environment(tmp_path, text, tier="development")
    assert bool(senders_of([inside])) == asked
    assert senders_of([environment(tmp_path, text)]).keys() == {"production"}


def nothing(*_: object) -> None:
    """Neither stops nor says anything."""


def test_environments_that_send_alike_are_looked_at_once(tmp_path: Path) -> None:
    records, heard = zone(), list[str]()
    both = [environment(tmp_path, "", tier=tier) for tier in ("staging", "production")]
    found = examine_all(senders_of(both).values(), records, stop=nothing, progress=heard.append)
    assert len(found) == 1
    assert heard == ["the DNS about acme.example"]


def test_many_domains_at_a_time() -> None:
    senders = [sender(domain=f"d{number}.test", mail_domain=f"d{number}.test") for number in range(50)]
    heard = list[str]()
    found = examine_all(senders, zone("d7.test A 192.0.2.7"), stop=nothing, progress=heard.append)
    assert list(found) == senders
    assert [who.domain for who, seen in found.items() if len(seen.state.checks) > 1] == ["d7.test"]
    assert heard == ["the DNS about 50 senders"]


def test_the_questions_about_a_domain_wait_side_by_side() -> None:
    together, lock, asked = threading.Barrier(6, timeout=10), threading.Lock(), set[tuple[str, str]]()

    def ask(name: str, kind: RecordType) -> Answer:
        with lock:
            known = (name, kind) in asked
            asked.add((name, kind))
        if not known:
            together.wait()
        return Answer("timeout", detail=f"{name} {kind}")

    who = Sender("acme.example", None, ("s1",), True, "acme.example")
    assert examine(who, ask, blocklists=False).exit_code == 5
    assert len(asked) == 6


def test_what_is_broken_off_stops_the_others() -> None:
    stopped = list[bool]()

    def ask(name: str, kind: RecordType) -> Answer:
        if stopped:
            return Answer("timeout", detail=f"{name} {kind}")
        raise KeyboardInterrupt

    senders = [sender(domain=f"d{number}.test") for number in range(20)]
    with pytest.raises(KeyboardInterrupt):
        examine_all(senders, ask, stop=lambda: stopped.append(True), progress=nothing)
    assert stopped == [True]


def test_without_a_server_nothing_was_checked(tmp_path: Path) -> None:
    senders = senders_of([environment(tmp_path, "")])
    states = unchecked_domains(senders, CouldNotCheck("this machine has no DNS resolver"))
    (check,) = states["production"].checks
    assert (check.result, check.detail) == ("unknown", "this machine has no DNS resolver")
