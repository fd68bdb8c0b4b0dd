"""Who may get mail, with which configuration set, and what a login sees that may only send."""

from __future__ import annotations

import email
import email.policy
from typing import TYPE_CHECKING

import pytest

from kmconfig.mail.ses import SesTransport
from tests.mail.ses.sending import RECIPIENT, account, message_for, probe, row_of, send
from tests.servers.ses import ACCOUNT_PATH, CONFIGURATION_SET, DOMAIN, SENDER, identity_path

if TYPE_CHECKING:
    from tests.servers.ses import SesServer

SANDBOX = {
    "ProductionAccessEnabled": False,
    "SendQuota": {"Max24HourSend": 200.0, "MaxSendRate": 1.0, "SentLast24Hours": 3.0},
}
OTHER = "other@partner.example"


def test_the_sandbox_takes_only_verified_recipients(ses: SesServer) -> None:
    ses.account(**SANDBOX)
    ses.identity(RECIPIENT, IdentityType="EMAIL_ADDRESS")
    result = send(None, RECIPIENT, OTHER)
    assert row_of(result) == "ses-api-sandbox"
    assert result.diagnosis is not None
    assert OTHER in result.diagnosis.symptom
    assert RECIPIENT not in result.diagnosis.symptom
    assert [seen.ok for seen in result.recipients] == [True, False]
    assert ses.sent == []
    good = send(None, RECIPIENT)
    assert good.ok
    assert "sandbox" in good.notes[0]


@pytest.mark.parametrize("box", ["success", "bounce+label", "complaint", "suppressionlist", "ooto"])
def test_the_simulator_works_in_the_sandbox(ses: SesServer, box: str) -> None:
    ses.account(**SANDBOX)
    assert send(None, f"{box}@simulator.amazonses.com").ok
    assert not [path for path in ses.asked if "simulator" in path]


def test_too_many_recipients(ses: SesServer) -> None:
    assert row_of(probe(None, *(f"a{number}@partner.example" for number in range(51)))) == "ses-api-too-many"


def test_letters_beyond_ascii(ses: SesServer) -> None:
    assert send(None, "post@bücher.example").ok
    assert "post@xn--bcher-kva.example" in ses.sent[0].destinations
    result = send(None, "jörg@partner.example")
    assert result.diagnosis is not None
    assert result.diagnosis.stage == "recipient"
    assert len(ses.sent) == 1


def test_names_cannot_add_headers(ses: SesServer) -> None:
    message = message_for(RECIPIENT, name="Acme\r\nBcc: victim@acme.test")
    assert SesTransport(account()).send(message, SENDER, (RECIPIENT,)).ok
    received = email.message_from_string(ses.sent[0].raw, policy=email.policy.default)
    assert received["Bcc"] is None
    assert ses.sent[0].destinations.count("victim@acme.test") == 0


# configuration set


@pytest.mark.parametrize(("enabled", "row"), [(None, "ses-api-configuration-set"), (False, "ses-api-set-paused")])
def test_an_unusable_configuration_set(ses: SesServer, enabled: bool | None, row: str) -> None:
    if enabled is not None:
        ses.configuration_set(enabled=enabled)
    else:
        ses.aws.refuse(f"GET /v2/email/configuration-sets/{CONFIGURATION_SET}", "NotFoundException", status=404)
    assert row_of(send(account(configuration_set=CONFIGURATION_SET))) == row
    assert ses.sent == []


# a login that may only send


def test_a_login_that_may_only_send(ses: SesServer) -> None:
    for path in (
        ACCOUNT_PATH,
        identity_path(SENDER),
        identity_path(DOMAIN),
        f"GET /v2/email/configuration-sets/{CONFIGURATION_SET}",
    ):
        ses._first(path)
        ses.aws.refuse(path, "AccessDeniedException", "User: arn:x is not authorized to perform: ses:x", status=403)
    result = send(account(configuration_set=CONFIGURATION_SET))
    assert result.ok
    assert [note.split("`")[1] for note in result.notes] == [
        "ses:GetAccount",
        "ses:GetConfigurationSet",
        "ses:GetEmailIdentity",
    ]
    assert len(ses.sent) == 1
