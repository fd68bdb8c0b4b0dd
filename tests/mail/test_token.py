"""XOAUTH2: an access token in place of a password."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest

from tests.mail.sending import PASSWORD, failed_stage, probe, secret
from tests.mail.servers import TOKEN_FAULT, Server, Smtp

if TYPE_CHECKING:
    from tests.mail.certificates import Certificates
    from tests.mail.servers import Peer

TOKEN = "ya29.a0AfB_byC-token"


def google(certificates: Certificates, **changes: object) -> Smtp:
    script = Smtp(starttls=certificates.good(), auth="LOGIN PLAIN XOAUTH2", username="a@acme.test", password=TOKEN)
    script.answers.update(changes)  # type: ignore[arg-type]
    return script


def test_a_token_is_sent_as_google_and_microsoft_want_it(certificates: Certificates) -> None:
    with Server(google(certificates)) as server:
        result = probe(server, auth="xoauth2", username="a@acme.test", password=secret(TOKEN))

    assert result.ok
    (line,) = server.said("AUTH")
    assert base64.b64decode(line.removeprefix("AUTH XOAUTH2 ")) == f"user=a@acme.test\1auth=Bearer {TOKEN}\1\1".encode()
    assert next(stage.detail for stage in result.stages if stage.stage == "auth").startswith("XOAUTH2: 235")


def test_a_refused_token_is_explained_and_offered_nowhere_else(certificates: Certificates) -> None:
    with Server(google(certificates)) as server:
        result = probe(server, auth="xoauth2", username="a@acme.test", password=secret("expired"))

    assert failed_stage(result) == "auth"
    assert [line.split(" ")[1] for line in server.said("AUTH")] == ["XOAUTH2"]
    assert "" in server.heard
    assert result.reply == (
        "535 5.7.8 authentication failed (status 401, schemes bearer, scope https://mail.google.com/)"
    )
    assert result.diagnosis is not None
    assert "token has expired" in result.diagnosis.cause


@pytest.mark.parametrize(
    "challenge",
    [
        "<no base64>",
        base64.b64encode(b"no json").decode(),
        base64.b64encode(b"[1]").decode(),
        base64.b64encode(b"[" * 3000).decode(),
        base64.b64encode(json.dumps({"status": ["x"], "scope": None}).encode()).decode(),
        "",
    ],
)
def test_an_odd_explanation_is_left_out(certificates: Certificates, challenge: str) -> None:
    def refuse(peer: Peer) -> None:
        peer.say(f"334 {challenge}")
        peer.hear()
        peer.say("535 5.7.8 no")

    with Server(google(certificates, AUTH=refuse)) as server:
        result = probe(server, auth="xoauth2", password=secret(TOKEN))

    assert result.reply == "535 5.7.8 no"


def test_an_explanation_that_repeats_the_token_is_masked(certificates: Certificates) -> None:
    fault = base64.b64encode(json.dumps({"status": "401", "scope": TOKEN}).encode()).decode()

    def refuse(peer: Peer) -> None:
        peer.say(f"334 {fault}")
        peer.hear()
        peer.say("535 5.7.8 no")

    with Server(google(certificates, AUTH=refuse)) as server:
        result = probe(server, auth="xoauth2", password=secret(TOKEN))

    assert not result.ok
    assert TOKEN not in repr(result)


def test_a_server_that_never_stops_asking(certificates: Certificates) -> None:
    def ask(peer: Peer) -> None:
        peer.say(f"334 {base64.b64encode(TOKEN_FAULT.encode()).decode()}")
        while (line := peer.hear()) is not None and line != "*":
            peer.say("334 ")
        peer.say("501 5.7.0 cancelled")

    with Server(google(certificates, AUTH=ask)) as server:
        assert failed_stage(probe(server, auth="xoauth2", password=secret(TOKEN))) == "auth"

    assert "*" in server.heard


def test_no_token_without_encryption_even_where_none_is_configured() -> None:
    with Server(Smtp(auth="XOAUTH2 PLAIN")) as server:
        result = probe(server, auth="xoauth2", encryption="none", password=secret(TOKEN))

    assert failed_stage(result) == "auth"
    assert server.said("AUTH") == []
    assert result.diagnosis is not None
    assert "no access token was sent" in result.diagnosis.cause


def test_no_token_to_a_server_that_takes_passwords_only(certificates: Certificates) -> None:
    with Server(Smtp(starttls=certificates.good())) as server:
        result = probe(server, auth="xoauth2", password=secret(TOKEN))

    assert failed_stage(result) == "auth"
    assert server.said("AUTH") == []
    assert result.diagnosis is not None
    assert "PLAIN LOGIN CRAM-MD5" in result.diagnosis.symptom


def test_no_password_to_a_server_that_takes_tokens_only(certificates: Certificates) -> None:
    with Server(Smtp(starttls=certificates.good(), auth="XOAUTH2")) as server:
        result = probe(server, password=secret(PASSWORD))

    assert failed_stage(result) == "auth"
    assert server.said("AUTH") == []
    assert result.diagnosis is not None
    assert "`email.smtp.auth: xoauth2`" in result.diagnosis.remedies[0]


@pytest.mark.parametrize("token", ["a\1b", "a\0b"])
def test_a_token_that_would_end_early_is_not_sent(certificates: Certificates, token: str) -> None:
    with Server(google(certificates)) as server:
        assert failed_stage(probe(server, auth="xoauth2", password=secret(token))) == "auth"

    assert server.said("AUTH") == []
