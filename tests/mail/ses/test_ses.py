"""The whole way to a message that SES took, and what is looked at before."""

from __future__ import annotations

import email
import email.policy
from typing import TYPE_CHECKING

import pytest

from kmconfig.errors import Refused
from kmconfig.mail.ses import SesTransport
from tests.mail.ses.sending import KEY_ID, RECIPIENT, account, chain, probe, row_of, send, verdicts
from tests.servers.aws import ENVIRONMENT, REGION
from tests.servers.ses import CONFIGURATION_SET, DOMAIN, SENDER

if TYPE_CHECKING:
    from tests.servers.ses import SesServer

PROBED = ["resolve", "auth", "sender", "recipient"]
SENT = [*PROBED, "data", "accepted"]
SANDBOX = {
    "ProductionAccessEnabled": False,
    "SendQuota": {"Max24HourSend": 200.0, "MaxSendRate": 1.0, "SentLast24Hours": 3.0},
}
OTHER = "other@partner.example"


def test_a_message_passes_every_stage(ses: SesServer) -> None:
    result = send(None, RECIPIENT, OTHER)

    assert (result.ok, result.diagnosis, result.notes) == (True, None, ())
    assert verdicts(result) == [(stage, True) for stage in SENT]
    (sent,) = ses.sent
    assert sent.source == SENDER
    assert set(sent.destinations) == {RECIPIENT, OTHER}
    assert [(seen.address, seen.ok) for seen in result.recipients] == [(RECIPIENT, True), (OTHER, True)]
    assert result.reply.startswith("accepted as ")
    assert {seen.text for seen in result.recipients} == {result.reply}
    received = email.message_from_string(sent.raw, policy=email.policy.default)
    assert received["X-KMConfig-Test-ID"] == "0123456789abcdef"
    assert "\r\n" in sent.raw


def test_what_each_stage_saw(ses: SesServer) -> None:
    details = {stage.stage: stage.detail for stage in send().stages}
    assert details["resolve"].startswith("127.0.0.1 port ")
    assert details["resolve"].endswith(", static keys")
    assert details["auth"] == "12 of 50000 messages sent in 24 hours, 14 a second"
    assert details["sender"] == f"{DOMAIN} is verified"
    assert details["recipient"] == "1 would be taken"
    assert ses.asked == [
        "GET account",
        f"GET identities/{SENDER}",
        f"GET identities/{DOMAIN}",
        "POST outbound-emails",
    ]


def test_a_probe_sends_nothing(ses: SesServer) -> None:
    ses.configuration_set()
    result = probe(account(configuration_set=CONFIGURATION_SET))
    assert result.ok
    assert verdicts(result) == [(stage, True) for stage in PROBED]
    assert ses.sent == []
    assert [seen.text for seen in result.recipients] == ["would be taken"]


def test_static_keys_come_before_the_chain(ses: SesServer) -> None:
    assert send().ok
    assert {asked.access_key for asked in ses.aws.asked} == {KEY_ID}
    assert {asked.region for asked in ses.aws.asked} == {REGION}


def test_the_chain(ses: SesServer) -> None:
    result = send(chain())
    assert result.ok
    assert {asked.access_key for asked in ses.aws.asked} == {ENVIRONMENT["AWS_ACCESS_KEY_ID"]}
    assert result.stages[0].detail.endswith("AWS credential chain (env)")


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        (account(), f"Amazon SES in {REGION}, static keys"),
        (chain(configuration_set="x"), f"Amazon SES in {REGION}, configuration set x, the AWS credential chain"),
    ],
)
def test_where(chosen: object, words: str) -> None:
    assert SesTransport(chosen).where() == words  # type: ignore[arg-type]


def test_facts() -> None:
    assert SesTransport(chain()).facts() == (("Amazon SES Region", REGION),)
    assert SesTransport(chain(configuration_set="x")).facts()[1] == ("Configuration Set", "x")


def test_the_configuration_set_goes_along(ses: SesServer) -> None:
    ses.configuration_set()
    assert send(account(configuration_set=CONFIGURATION_SET)).ok
    assert ses.bodies[-1]["ConfigurationSetName"] == CONFIGURATION_SET
    assert send(account()).ok
    assert "ConfigurationSetName" not in ses.bodies[-1]


# who may be given the login


def test_the_endpoint_is_authorized_before_it_gets_a_login(ses: SesServer) -> None:
    asked: list[tuple[str, int]] = []

    def forbid(host: str, port: int) -> None:
        asked.append((host, port))
        raise Refused("not there")

    with pytest.raises(Refused):
        send(authorize=forbid)
    assert [host for host, _ in asked] == ["127.0.0.1"]
    assert ses.aws.asked == []


def test_without_a_redirection_amazon_is_authorized(monkeypatch: pytest.MonkeyPatch, ses: SesServer) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    asked: list[tuple[str, int]] = []

    def forbid(host: str, port: int) -> None:
        asked.append((host, port))
        raise Refused("not there")

    with pytest.raises(Refused):
        probe(authorize=forbid)
    assert asked == [(f"email.{REGION}.amazonaws.com", 443)]


# sender


def test_a_domain_covers_its_subdomains(ses: SesServer) -> None:
    assert probe(sender="portal@mail.eu.acme.test").ok
    assert "GET identities/mail.eu.acme.test" in ses.asked


def test_an_address_that_is_verified_needs_no_domain(ses: SesServer) -> None:
    ses.no_identity()
    ses.identity(SENDER)
    result = probe()
    assert result.ok
    assert f"GET identities/{DOMAIN}" not in ses.asked


def test_an_unverified_sender(ses: SesServer) -> None:
    ses.no_identity()
    ses.aws.client("sesv2").delete_email_identity(EmailIdentity=SENDER)
    result = send()
    assert verdicts(result)[-1] == ("sender", False)
    assert row_of(result) == "ses-api-unverified"
    assert result.diagnosis is not None
    assert "there is no identity acme.test" in result.diagnosis.symptom
    assert ses.sent == []


def test_an_identity_whose_verification_fails(ses: SesServer) -> None:
    ses.identity(
        DOMAIN,
        VerifiedForSendingStatus=False,
        VerificationStatus="FAILED",
        VerificationInfo={"ErrorType": "HOST_NOT_FOUND"},
    )
    ses.aws.client("sesv2").delete_email_identity(EmailIdentity=SENDER)
    result = probe()
    assert row_of(result) == "ses-api-unverified"
    assert result.diagnosis is not None
    assert "acme.test is not verified (FAILED, HOST_NOT_FOUND)" in result.diagnosis.symptom


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"SigningEnabled": True, "Status": "PENDING"}, "DKIM of acme.test is PENDING"),
        ({"SigningEnabled": False, "Status": "NOT_STARTED"}, "DKIM of acme.test is DISABLED"),
    ],
)
def test_missing_signatures_are_a_note(ses: SesServer, attributes: dict[str, object], words: str) -> None:
    ses.identity(DOMAIN, DkimAttributes=attributes)
    result = probe()
    assert result.ok
    assert [note for note in result.notes if note.startswith(words)]


def test_a_broken_mail_from_domain(ses: SesServer) -> None:
    broken = {"MailFromDomain": "bounce.acme.test", "MailFromDomainStatus": "FAILED"}
    ses.identity(DOMAIN, MailFromAttributes={**broken, "BehaviorOnMxFailure": "USE_DEFAULT_VALUE"})
    result = probe()
    assert result.ok
    assert "MAIL FROM" in result.notes[0]
    ses.identity(DOMAIN, MailFromAttributes={**broken, "BehaviorOnMxFailure": "REJECT_MESSAGE"})
    assert row_of(probe()) == "ses-api-mail-from"


# account


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"SendingEnabled": False}, "the account's sending is paused"),
        ({"EnforcementStatus": "SHUTDOWN"}, "AWS has shut down the account's sending"),
    ],
)
def test_a_paused_account(ses: SesServer, changes: dict[str, object], words: str) -> None:
    ses.account(**changes)
    result = send()
    assert row_of(result) == "ses-api-paused"
    assert result.diagnosis is not None
    assert words in result.diagnosis.symptom
    assert ses.sent == []


def test_an_account_under_review_may_send(ses: SesServer) -> None:
    ses.account(EnforcementStatus="PROBATION")
    result = send()
    assert result.ok
    assert "under review" in result.notes[0]


def test_a_quota_that_is_used_up(ses: SesServer) -> None:
    ses.account(SendQuota={"Max24HourSend": 200.0, "MaxSendRate": 1.0, "SentLast24Hours": 199.0})
    assert probe().ok
    result = probe(None, RECIPIENT, OTHER)
    assert row_of(result) == "ses-api-daily-quota"
    assert result.diagnosis is not None
    assert result.diagnosis.temporary
    assert probe(None, "bounce@simulator.amazonses.com", RECIPIENT).ok


def test_an_account_without_a_limit(ses: SesServer) -> None:
    ses.account(SendQuota={"Max24HourSend": -1.0, "MaxSendRate": 14.0, "SentLast24Hours": 1e6})
    result = probe()
    assert result.ok
    assert "of any number of messages" in result.stages[1].detail
