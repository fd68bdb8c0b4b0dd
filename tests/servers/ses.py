"""Amazon SES version 2 on the loopback: moto takes the messages, and what it gets wrong or lacks is answered here.

moto has no `GetAccount`, never calls an identity verified, and takes messages for configuration sets that do not exist.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from moto.ses.models import ses_backends

from tests.servers.aws import REGION
from tests.servers.aws_front_door import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.servers.aws import AwsServer

ACCOUNT_PATH = "GET /v2/email/account"
SEND_PATH = "POST /v2/email/outbound-emails"
DOMAIN = "acme.test"
SENDER = "licensing@acme.test"
CONFIGURATION_SET = "transactional"

_ACCOUNT = {
    "DedicatedIpAutoWarmupEnabled": False,
    "EnforcementStatus": "HEALTHY",
    "ProductionAccessEnabled": True,
    "SendQuota": {"Max24HourSend": 50000.0, "MaxSendRate": 14.0, "SentLast24Hours": 12.0},
    "SendingEnabled": True,
}
_IDENTITY = {
    "IdentityType": "DOMAIN",
    "VerifiedForSendingStatus": True,
    "VerificationStatus": "SUCCESS",
    "DkimAttributes": {"SigningEnabled": True, "Status": "SUCCESS", "Tokens": ["a1", "b2", "c3"]},
    "MailFromAttributes": {"BehaviorOnMxFailure": "USE_DEFAULT_VALUE"},
}


class Sent(NamedTuple):
    """A message that SES took."""

    source: str
    destinations: list[str]
    raw: str


class SesServer:
    """SES as the server of AWS shows it, and the hand that changes it. What is set later counts."""

    def __init__(self, aws: AwsServer) -> None:
        self.aws = aws
        aws.client("sesv2").create_email_identity(EmailIdentity=SENDER)
        self.account()
        self.identity(DOMAIN)

    @property
    def sent(self) -> list[Sent]:
        """The messages that were taken."""
        backend: Any = ses_backends[ACCOUNT][REGION]
        return [Sent(one.source, one.destinations, one.raw_data) for one in backend.sent_messages]

    @property
    def asked(self) -> list[str]:
        """Paths and methods, without their common beginning."""
        return [operation.replace("/v2/email/", "") for operation in self.aws.operations]

    @property
    def bodies(self) -> list[Mapping[str, Any]]:
        """What was posted."""
        return [asked.parameters for asked in self.aws.asked if asked.operation == SEND_PATH]

    def account(self, **changes: Any) -> None:
        """Answer for the account."""
        self._answer(ACCOUNT_PATH, {**_ACCOUNT, **changes})

    def identity(self, name: str, **changes: Any) -> None:
        """Have an identity, verified and signed unless ``changes`` say otherwise."""
        self._answer(identity_path(name), {**_IDENTITY, **changes})

    def no_identity(self, name: str = DOMAIN) -> None:
        """Have no identity of this name, whatever was said before."""
        self._first(identity_path(name))
        self.aws.refuse(
            identity_path(name), "NotFoundException", f"Email identity <{name}> does not exist.", status=404
        )

    def configuration_set(self, name: str = CONFIGURATION_SET, *, enabled: bool = True) -> None:
        """Have a configuration set."""
        answer = {"ConfigurationSetName": name, "SendingOptions": {"SendingEnabled": enabled}}
        self._answer(f"GET /v2/email/configuration-sets/{name}", answer)

    def _answer(self, operation: str, answer: dict[str, Any]) -> None:
        self._first(operation)
        self.aws.garble(operation, json.dumps(answer).encode(), content_type="application/json")

    def _first(self, operation: str) -> None:
        """What was said of an operation before counts no more."""
        kept = [one for one in self.aws._door.interferences if one.operation != operation]
        self.aws._door.interferences[:] = kept


def identity_path(name: str) -> str:
    """How an identity is asked for."""
    return f"GET /v2/email/identities/{name}"


@pytest.fixture
def ses(aws: AwsServer) -> SesServer:
    """An account out of the sandbox with the verified domain of :data:`SENDER`."""
    return SesServer(aws)
