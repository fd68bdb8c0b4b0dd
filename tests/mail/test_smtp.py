"""The whole way to an accepted message, and what the result tells about it."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from kmconfig.errors import Refused
from kmconfig.mail.smtp import SmtpTransport
from kmconfig.mail.stages import STAGES, Stage
from tests.mail.sending import RECIPIENT, SENDER, loopback, message_for, probe, send, settings, verdicts
from tests.mail.servers import Server, Smtp

if TYPE_CHECKING:
    from tests.mail.certificates import Certificates

ALL = ["resolve", "connect", "tls", "greeting", "auth", "sender", "recipient", "data", "accepted"]


def test_starttls_send_passes_every_stage_in_order(certificates: Certificates) -> None:
    with Server(Smtp(starttls=certificates.good())) as server:
        result = send(server)

    assert result.ok
    assert result.diagnosis is None
    assert verdicts(result) == [(stage, True) for stage in ALL]
    assert list(STAGES[:9]) == ALL
    assert result.reply == "250 2.0.0 queued as 4Zq1"
    assert result.port_used == server.port
    assert [(seen.address, seen.code) for seen in result.recipients] == [(RECIPIENT, 250)]
    received = email.message_from_bytes(server.messages[0], policy=email.policy.default)
    assert received["Subject"] == "Test Email from Acme License Portal"


def test_result_says_what_was_negotiated(certificates: Certificates) -> None:
    with Server(Smtp(starttls=certificates.only_tls12())) as server:
        result = probe(server)

    assert result.tls_version == "TLSv1.2"
    assert result.cipher
    assert result.certificate_expires is not None
    assert result.certificate_expires > datetime.now(UTC) + timedelta(days=1)
    details = {stage.stage: stage.detail for stage in result.stages}
    assert "TLSv1.2" in details["tls"]
    assert f"until {result.certificate_expires:%Y-%m-%d}" in details["tls"]
    assert details["greeting"] == "220 mx.acme.test ESMTP ready"
    assert details["auth"] == "PLAIN: 235 2.7.0 welcome"
    assert all(stage.ms >= 0 for stage in result.stages)


def test_implicit_tls(certificates: Certificates) -> None:
    with Server(Smtp(), tls=certificates.good()) as server:
        result = send(server, encryption="ssl")

    assert result.ok
    assert result.tls_version == "TLSv1.3"
    assert verdicts(result) == [(stage, True) for stage in ALL]


def test_no_encryption_and_no_login_skip_their_stages() -> None:
    with Server(Smtp(auth="")) as server:
        result = send(server, encryption="none", username=None)

    assert result.ok
    assert verdicts(result) == [(stage, True) for stage in ALL if stage not in {"tls", "auth"}]
    assert result.tls_version is None


def test_no_encryption_stays_in_clear_even_where_starttls_is_offered(certificates: Certificates) -> None:
    with Server(Smtp(starttls=certificates.good())) as server:
        result = probe(server, encryption="none", username=None)

    assert result.ok
    assert server.said("STARTTLS") == []


def test_probe_ends_with_reset_and_sends_nothing(certificates: Certificates) -> None:
    with Server(Smtp(starttls=certificates.good())) as server:
        result = probe(server)

    assert result.ok
    assert verdicts(result)[-1] == ("recipient", True)
    assert [line.split(" ")[0] for line in server.heard[-4:]] == ["MAIL", "RCPT", "RSET", "QUIT"]
    assert server.messages == []


def test_ehlo_uses_the_configured_domain_again_after_tls(certificates: Certificates) -> None:
    with Server(Smtp(starttls=certificates.good())) as server:
        probe(server)

    assert server.said("EHLO") == ["ehlo licenses.acme.example"] * 2


def test_ehlo_has_a_name_or_an_address_when_none_is_configured(certificates: Certificates) -> None:
    with Server(Smtp(starttls=certificates.good())) as server:
        assert probe(server, ehlo_domain=None).ok

    name = server.said("EHLO")[0].partition(" ")[2]
    assert "." in name or name.startswith("[")


def test_helo_serves_an_old_relay_that_needs_neither_login_nor_tls() -> None:
    with Server(Smtp(answers={"EHLO": "502 5.5.1 unknown command"})) as server:
        result = probe(server, encryption="none", username=None)

    assert result.ok
    assert server.said("HELO") == ["HELO licenses.acme.example"]


def test_progress_hears_of_each_stage_as_it_happens(certificates: Certificates) -> None:
    class Log:
        def __init__(self) -> None:
            self.events: list[str] = []

        def started(self, stage: str) -> None:
            self.events.append(f"+{stage}")

        def finished(self, stage: Stage) -> None:
            self.events.append(f"-{stage.stage}")

    log = Log()
    with Server(Smtp(starttls=certificates.good())) as server:
        SmtpTransport(settings(server), progress=log, resolver=loopback).probe(SENDER, [RECIPIENT])

    assert log.events == [f"{sign}{stage}" for stage in ALL[:7] for sign in "+-"]


def test_the_login_gate_comes_before_the_login(certificates: Certificates) -> None:
    asked: list[tuple[str, int]] = []

    def forbid(host: str, port: int) -> None:
        asked.append((host, port))
        raise Refused("this server may not be given a login")

    with Server(Smtp(starttls=certificates.good())) as server:
        transport = SmtpTransport(settings(server), authorize=forbid, resolver=loopback)
        with pytest.raises(Refused):
            transport.probe(SENDER, [RECIPIENT])

    assert asked == [("localhost", server.port)]
    assert server.said("AUTH") == []


def test_message_with_dots_and_long_lines_arrives_unchanged(certificates: Certificates) -> None:
    with Server(Smtp(starttls=certificates.good())) as server:
        chosen = settings(server)
        message = message_for(chosen)
        body = ".leading dot\n..\n.\n" + "x" * 2000 + "\näöü €\n"
        message.set_content(body)
        result = SmtpTransport(chosen, resolver=loopback).send(message, SENDER, [RECIPIENT])

    assert result.ok
    assert server.messages[0].isascii()
    received = email.message_from_bytes(server.messages[0], policy=email.policy.default)
    assert received.get_content().replace("\r\n", "\n") == body
