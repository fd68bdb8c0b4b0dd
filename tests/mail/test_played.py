"""Every refusal of the table, said by a server at its stage, is diagnosed as the table says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from kmconfig.mail.diagnosis import Failure, diagnose, find_row
from kmconfig.mail.smtp import SmtpTransport
from tests.mail.sending import RECIPIENT, SENDER, loopback, message_for, settings
from tests.mail.servers import Server, Smtp
from tests.mail.symptoms import SYMPTOMS

if TYPE_CHECKING:
    import ssl

    from tests.mail.certificates import Certificates

VERBS = {
    "greeting": "CONNECT",
    "tls": "STARTTLS",
    "auth": "AUTH",
    "sender": "MAIL",
    "recipient": "RCPT",
    "data": "DATA",
    "accepted": ".",
}
REFUSALS = [
    (key, failure)
    for key, failure in SYMPTOMS
    if failure.kind in {"reply", "token-refused"} and (failure.code or 0) >= 400 and "(status" not in failure.text
]


@pytest.fixture(scope="module")
def everybody(certificates: Certificates) -> ssl.SSLContext:
    """A certificate for every host of the table."""
    return certificates.named(*sorted({failure.host for _, failure in REFUSALS}))


@pytest.mark.parametrize(
    ("key", "failure"), [pytest.param(key, failure, id=f"{key}-{failure.text[:30]}") for key, failure in REFUSALS]
)
def test_a_refusal_on_the_wire(everybody: ssl.SSLContext, key: str, failure: Failure) -> None:
    script = Smtp(starttls=everybody, auth="PLAIN LOGIN XOAUTH2", answers={VERBS[failure.stage]: failure.text})
    with Server(script) as server:
        auth = "xoauth2" if failure.kind == "token-refused" else "login"
        chosen = settings(server, host=failure.host, auth=auth)
        result = SmtpTransport(chosen, resolver=loopback).send(message_for(chosen), SENDER, [RECIPIENT])
        seen = replace(failure, port=server.port)

    assert result.diagnosis == diagnose(seen)
    assert find_row(seen).key == key
    assert server.messages == [] or failure.stage == "accepted"
