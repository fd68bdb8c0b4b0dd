"""Asking the providers about the accounts of environments: what is asked, with which keys, and what becomes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmconfig.environment.project import Project
from kmconfig.lint.observed import AccountState
from kmconfig.mail.observing_accounts import observe_accounts
from kmconfig.secrets.masker import Masker
from kmconfig.secrets.stores import Stores
from tests.lint.clean import write_environment
from tests.mail.ses.sending import KEY, KEY_ID
from tests.servers.mailgun import DOMAIN as MAILGUN_DOMAIN
from tests.servers.mailgun import KEY as MAILGUN_KEY
from tests.servers.mailgun import Mailgun, Reply, record
from tests.servers.ses import ACCOUNT_PATH, DOMAIN, SENDER, identity_path

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.ses import SesServer

SES = "email:\n  driver: ses\n  ses: {region: eu-west-1}\n  sender: {email: licensing@acme.test}\n"
STATIC = SES.replace(
    "eu-west-1}", "eu-west-1, access_key_id: {env: KM_ID}, secret_access_key: {env: KM_KEY, max_age: 90d}}"
)
MAILGUN = f"""\
email:
  driver: mailgun
  mailgun: {{domain: {MAILGUN_DOMAIN}, api_key: {{env: KM_MAILGUN, max_age: 90d}}}}
"""
VARIABLES = {"KM_ID": KEY_ID, "KM_KEY": KEY, "KM_MAILGUN": MAILGUN_KEY}


def look(
    root: Path, *, project: str = "", environ: dict[str, str] | None = None, timeout: float = 5.0, **texts: str
) -> tuple[dict[str, AccountState], list[str]]:
    """What is seen of the environments with these texts, and who was asked."""
    for name, text in texts.items():
        write_environment(root, text, name=name)
    if project:
        (root / "kmconfig.yaml").write_text(f"version: 1\n{project}", encoding="utf-8")
    opened, asked = Project(root), list[str]()
    environments = [opened.environment(name) for name in texts]
    with Stores(root=root, environ=VARIABLES if environ is None else environ, masker=Masker()) as stores:
        found = observe_accounts(environments, stores, file=opened.file, progress=asked.append, timeout=timeout)
    return found, asked


def one(root: Path, text: str, **more: object) -> AccountState:
    return look(root, production=text, **more)[0]["production"]  # type: ignore[arg-type]


def test_a_sound_ses_account(ses: SesServer, tmp_path: Path) -> None:
    found, asked = look(tmp_path, production=SES)
    name = "the SES account in eu-west-1"
    assert found["production"] == AccountState(name, sandbox=False, paused="", sender="verified")
    assert asked == ["Amazon SES"]


def test_an_account_with_everything_wrong(ses: SesServer, tmp_path: Path) -> None:
    ses.account(ProductionAccessEnabled=False, SendingEnabled=False)
    ses.no_identity()
    ses.aws.client("sesv2").delete_email_identity(EmailIdentity=SENDER)
    state = one(tmp_path, SES)
    assert (state.sandbox, state.paused, state.sender) == (True, "the account's sending is paused", "missing")
    assert (state.unknown, state.sender_unknown) == ("", "")


def test_a_pending_identity(ses: SesServer, tmp_path: Path) -> None:
    ses.aws.client("sesv2").delete_email_identity(EmailIdentity=SENDER)
    ses.identity(DOMAIN, VerifiedForSendingStatus=False, VerificationStatus="PENDING")
    state = one(tmp_path, SES)
    assert (state.sender, state.detail) == ("unverified", "PENDING")


def test_static_keys_are_read_from_the_stores(ses: SesServer, tmp_path: Path) -> None:
    assert one(tmp_path, STATIC).sandbox is False
    assert {asked.access_key for asked in ses.aws.asked} == {KEY_ID}


def test_a_key_that_is_missing(ses: SesServer, tmp_path: Path) -> None:
    state = one(tmp_path, STATIC, environ={"KM_ID": KEY_ID})
    assert "KM_KEY" in state.unknown
    assert state.unknown == state.sender_unknown
    assert ses.aws.asked == []


def test_environments_that_share_an_account_ask_once(ses: SesServer, tmp_path: Path) -> None:
    other = SES.replace(SENDER, "portal@mail.acme.test")
    found, _ = look(tmp_path, a=SES, b=SES, c=other)
    assert {state.sender for state in found.values()} == {"verified"}
    assert len(found) == 3
    assert ses.asked.count("GET account") == 1
    assert ses.asked.count(f"GET identities/{SENDER}") == 1
    assert "GET identities/mail.acme.test" in ses.asked


def test_a_login_that_may_not_look(ses: SesServer, tmp_path: Path) -> None:
    for path in (ACCOUNT_PATH, identity_path(SENDER), identity_path(DOMAIN)):
        ses._first(path)
        ses.aws.refuse(path, "AccessDeniedException", status=403)
    state = one(tmp_path, SES)
    assert "ses:GetAccount" in state.unknown
    assert "ses:GetEmailIdentity" in state.sender_unknown


@pytest.mark.parametrize("code", ["UnrecognizedClientException", "SignatureDoesNotMatch"])
def test_a_login_that_is_no_good(ses: SesServer, tmp_path: Path, code: str) -> None:
    ses._first(ACCOUNT_PATH)
    ses.aws.refuse(ACCOUNT_PATH, code, KEY, status=403)
    state = one(tmp_path, SES)
    assert code in state.unknown
    assert KEY not in repr(state)
    assert ses.asked == ["GET account"]


def test_silence(ses: SesServer, tmp_path: Path) -> None:
    ses._first(ACCOUNT_PATH)
    ses.aws.silence(ACCOUNT_PATH)
    assert "no complete answer within 1.5 s" in one(tmp_path, SES, timeout=1.5).unknown


@pytest.mark.parametrize(("hosts", "asked"), [("[smtp.acme.example]", False), ("[127.0.0.1]", True)])
def test_only_hosts_that_policy_allows_are_asked(ses: SesServer, tmp_path: Path, hosts: str, asked: bool) -> None:
    state = one(tmp_path, SES, project=f"policy: {{hosts: {hosts}}}\n")
    assert ("policy.hosts" in state.unknown) != asked
    assert bool(ses.aws.asked) == asked


def test_other_drivers_have_no_account(tmp_path: Path) -> None:
    assert look(tmp_path, production="") == ({}, [])


# Mailgun


@pytest.mark.parametrize(
    ("state", "wanted"),
    [
        ("active", {"domain": "active", "paused": ""}),
        ("unverified", {"domain": "unverified", "paused": "", "detail": "no TXT mg.acme.test v=spf1"}),
        ("disabled", {"domain": None, "paused": "the domain is disabled"}),
    ],
)
def test_a_domain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: str, wanted: dict[str, str | None]) -> None:
    with Mailgun(state=state, records=[record("TXT", MAILGUN_DOMAIN, "v=spf1", valid=state == "active")]) as server:
        monkeypatch.setenv("KMCONFIG_MAILGUN_URL", server.url)
        found, asked = look(tmp_path, production=MAILGUN)
    seen = found["production"]._asdict()
    assert {name: seen[name] for name in wanted} == wanted
    assert (seen["account"], seen["unknown"]) == (f"the Mailgun domain {MAILGUN_DOMAIN}", "")
    assert asked == ["Mailgun"]
    assert server.sent == []


@pytest.mark.parametrize(
    ("reply", "domain", "words"),
    [
        (Reply(status=404, body={"message": "Domain not found"}), "missing", ""),
        (Reply(status=401, text="Forbidden"), None, "a sending key may not look"),
        (Reply(status=500, text="oops"), None, "does not tell the domain's state"),
        (Reply(body={"nothing": 1}), None, "does not tell the domain's state"),
        (Reply(body={"domain": {"state": "\x1b[31mnew"}}), None, "does not tell the domain's state"),
    ],
)
def test_a_domain_that_mailgun_does_not_tell_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reply: Reply, domain: str | None, words: str
) -> None:
    with Mailgun(answers={"domain": [reply]}) as server:
        monkeypatch.setenv("KMCONFIG_MAILGUN_URL", server.url)
        state = one(tmp_path, MAILGUN)
    assert state.domain == domain
    assert words in state.unknown
    assert bool(state.unknown) == (domain is None)
    assert MAILGUN_KEY not in repr(state)


def test_mailgun_is_asked_only_where_policy_allows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Mailgun() as server:
        monkeypatch.setenv("KMCONFIG_MAILGUN_URL", server.url)
        state = one(tmp_path, MAILGUN, project="policy: {hosts: [smtp.acme.example]}\n")
    assert "policy.hosts" in state.unknown
    assert server.asked == []


def test_a_mailgun_that_is_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KMCONFIG_MAILGUN_URL", "http://127.0.0.1:1")
    state = one(tmp_path, MAILGUN)
    assert "127.0.0.1" in state.unknown
