"""Messages through Mailgun's API, and what becomes of them."""

from __future__ import annotations

from typing import Any

import pytest

from kmconfig.mail.mailgun import TEST_MODE
from tests.mail.mailgun.running import RECIPIENT, SENDER, Hours, causes, message_for, probe, send, transport
from tests.mail.sending import failed_stage, verdicts
from tests.servers.mailgun import DOMAIN, KEY, Mailgun, Reply, delivered, failed, record

STAGES = ["auth", "sender", "data", "accepted", "delivered"]


def test_a_message() -> None:
    with Mailgun() as server:
        result = send(server)
    assert verdicts(result) == [(stage, True) for stage in STAGES]
    assert (result.ok, result.notes, result.diagnosis) == (True, (), None)
    assert [(outcome.address, outcome.code) for outcome in result.recipients] == [(RECIPIENT, 250)]
    (sent,) = server.sent
    assert sent.fields == {"to": [RECIPIENT]}
    assert sent.message["X-KMConfig-Test-ID"] == "4f1d8e0b"
    assert sent.raw.endswith(b"\r\n")
    assert server.asked == [
        f"GET /v4/domains/{DOMAIN}",
        f"POST /v3/{DOMAIN}/messages.mime",
        f"GET /v3/{DOMAIN}/events",
    ]


def test_a_probe_checks_the_domain_and_sends_nothing() -> None:
    with Mailgun() as server:
        result = probe(server)
    assert verdicts(result) == [("auth", True), ("sender", True)]
    assert (result.ok, result.reply, server.sent) == (True, f"{DOMAIN} is active", [])


def test_a_sending_key_is_normal_and_said() -> None:
    with Mailgun(sending_only=True) as server:
        checked, result = probe(server), send(server)
    assert checked.ok
    assert "may send and no more" in checked.notes[0]
    assert verdicts(result) == [("auth", True), ("data", True), ("accepted", True)]
    assert any("may not read events, so delivery is not proved" in note for note in result.notes)
    assert len(server.sent) == 1


@pytest.mark.parametrize("sending_only", [True, False])
def test_a_wrong_key(*, sending_only: bool) -> None:
    with Mailgun(sending_only=sending_only) as server:
        for result in (probe(server, key="no"), send(server, key="no")):
            assert failed_stage(result) == "auth"
            assert causes(result)("wrong or revoked")
            assert causes(result)("EU domain is unknown to the US API")
    assert server.sent == []


def test_a_foreign_domain() -> None:
    with Mailgun() as server:
        result = probe(server, domain="other.test")
    assert failed_stage(result) == "sender"
    assert causes(result)("lives in the other region")


@pytest.mark.parametrize(("state", "cause"), [("unverified", "DNS records"), ("disabled", "disabled the domain")])
def test_a_domain_that_may_not_send(state: str, cause: str) -> None:
    missing = record("TXT", f"k1._domainkey.{DOMAIN}", "k=rsa; p=MIGf", valid=False)
    with Mailgun(state=state, records=[missing]) as server:
        result = probe(server)
    assert failed_stage(result) == "sender"
    assert causes(result)(cause)
    assert f"TXT k1._domainkey.{DOMAIN} k=rsa; p=MIGf" in result.reply


def test_what_is_odd_about_a_domain_is_noted() -> None:
    missing = record("TXT", DOMAIN, "v=spf1 include:mailgun.org ~all", valid=False)
    with Mailgun(kind="sandbox", state="unverified", records=[missing]) as server:
        result = send(server)
    assert result.ok
    assert [note.split(" ")[0] for note in result.notes] == ["this", "Mailgun", "the"]


def test_test_mode() -> None:
    with Mailgun() as server:
        result = send(server, testmode=True)
    assert verdicts(result) == [(stage, True) for stage in STAGES[:-1]]
    assert result.notes == (TEST_MODE,)
    assert server.sent[0].fields["o:testmode"] == ["yes"]


def test_several_recipients() -> None:
    others = ("b@acme.test", "C@Acme.test")
    with Mailgun() as server:
        result = send(server, RECIPIENT, *others)
    assert server.sent[0].fields["to"] == [RECIPIENT, *others]
    assert [(outcome.address, outcome.ok) for outcome in result.recipients] == [
        (RECIPIENT, True),
        *((other, True) for other in others),
    ]


@pytest.mark.parametrize(
    ("event", "cause"),
    [
        (failed(550, "5.1.1 nobody here"), "refused it in the words above"),
        (failed(605, "Not delivering to previously bounced address", reason="suppress-bounce"), "earlier bounce"),
        (failed(498, "No MX for [acme.test]", reason="generic"), "takes no mail"),
        (lambda _: [{"event": "rejected", "reject": {"reason": "Sandbox subdomains"}}], "refused to send it on"),
    ],
)
def test_a_message_that_does_not_arrive(event: Any, cause: str) -> None:
    with Mailgun(outcome=event) as server:
        result = send(server)
    assert failed_stage(result) == "delivered"
    assert causes(result)(cause)
    assert [(outcome.address, outcome.ok) for outcome in result.recipients] == [(RECIPIENT, False)]


def test_the_word_of_the_receiving_server_counts() -> None:
    words = "5.7.26 This mail has been blocked because the sender is unauthenticated."
    with Mailgun(outcome=failed(550, words)) as server:
        result = send(server)
    assert failed_stage(result) == "delivered"
    assert causes(result)("SPF")


def test_one_of_two_recipients() -> None:
    refused = failed(550, "no")
    with Mailgun(outcome=lambda to: refused(to) if to == "b@acme.test" else delivered(to)) as server:
        result = send(server, RECIPIENT, "b@acme.test")
    assert failed_stage(result) == "delivered"
    assert [(outcome.address, outcome.ok) for outcome in result.recipients] == [
        (RECIPIENT, True),
        ("b@acme.test", False),
    ]


def test_delivery_is_waited_for() -> None:
    hours = Hours()
    empty: list[Any] = [Reply(body={"items": []}), Reply(body={"items": []}), Reply(status=503)]
    with Mailgun(answers={"events": empty}) as server:
        result = send(server, hours=hours)
    assert result.ok
    assert result.recipients[0].text == "delivered: 250 OK"
    assert hours.pauses == [1.0, 1.5, 2.25]


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (lambda _: [{"event": "accepted"}], "no word on delivery"),
        (failed(421, "try later", severity="temporary"), "(mail-test@acme.test: failed (bounce): 421 try later)"),
        (lambda _: [{"event": "delivered", "recipient": "other@acme.test"}], "no word on delivery"),
    ],
)
def test_waiting_for_delivery_ends(outcome: Any, words: str) -> None:
    hours = Hours()
    with Mailgun(outcome=outcome) as server:
        result = send(server, hours=hours)
    assert result.ok
    assert verdicts(result)[-1] == ("delivered", False)
    assert words in result.notes[-1]
    assert [(outcome.address, outcome.ok) for outcome in result.recipients] == [(RECIPIENT, True)]
    assert 50 < sum(hours.pauses) <= 60


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Reply(status=503, text="later"), "HTTP 503 later"),
        (Reply(text="<html>sign in"), "HTTP 200 <html>sign in"),
        (Reply(status=302, headers={"Location": "/"}), "redirects (HTTP 302)"),
    ],
)
def test_events_that_cannot_be_read_are_said(answer: Reply, words: str) -> None:
    with Mailgun(answers={"events": [answer] * 40}) as server:
        result = send(server, hours=Hours())
    assert result.ok
    assert "no word on delivery" in result.notes[-1]
    assert "the events could not be read: " in result.notes[-1]
    assert words in result.notes[-1]


def test_events_are_not_asked_for_before_mailgun_wants_it() -> None:
    hours = Hours()
    busy: list[Any] = [Reply(status=429, body={"message": "slow down"}, headers={"Retry-After": "3600"})] * 40
    with Mailgun(answers={"events": busy}) as server:
        result = send(server, hours=hours)
    assert result.ok
    assert hours.pauses == []
    assert "the events could not be read: HTTP 429 slow down (Retry-After: 3600)" in result.notes[-1]


def test_a_limit_in_the_middle_of_waiting_ends_it() -> None:
    hours = Hours()
    busy = Reply(status=429, headers={"Retry-After": "3600"})
    with Mailgun(answers={"events": [Reply(body={"items": []}), busy]}) as server:
        result = send(server, hours=hours)
    assert result.ok
    assert hours.pauses == [1.0]
    assert "Retry-After: 3600" in result.notes[-1]


def test_a_delay_before_delivery_is_none_in_the_end() -> None:
    late = failed(421, "try later", severity="temporary")("")[0]
    with Mailgun(outcome=lambda to: [*delivered(to), late]) as server:
        result = send(server)
    assert result.ok
    assert result.recipients[0].text == "delivered: 250 OK"


@pytest.mark.parametrize(
    ("answer", "stage", "cause"),
    [
        (Reply(status=400, body={"message": "to parameter is not a valid address"}), "recipient", "for an address"),
        (Reply(status=401, text="Forbidden"), "auth", "wrong or revoked"),
        (Reply(status=402, body={"message": "no"}), "accepted", "plan"),
        (
            Reply(status=403, body={"message": "Sandbox subdomains … authorized recipients"}),
            "recipient",
            "authorised before",
        ),
        (Reply(status=404, body={"message": "Domain not found"}), "sender", "no such domain"),
        (Reply(status=413, text="<html>Too large</html>"), "data", "larger"),
        (Reply(status=500, text="oops"), "accepted", "fault at Mailgun"),
        (Reply(status=200, text="<html>Welcome to the hotel</html>"), "accepted", "not Mailgun's API"),
    ],
)
def test_a_refused_message(answer: Reply, stage: str, cause: str) -> None:
    with Mailgun(answers={"messages": [answer]}) as server:
        result = send(server)
    assert failed_stage(result) == stage
    assert causes(result)(cause)
    # Sent twice, a message that was taken after all would arrive twice.
    assert server.asked.count(f"POST /v3/{DOMAIN}/messages.mime") == 1


@pytest.mark.parametrize(
    ("headers", "pauses"), [({"Retry-After": "3"}, [3.0]), ({}, [1.0]), ({"Retry-After": "0"}, [1.0])]
)
def test_too_many_requests(headers: dict[str, str], pauses: list[float]) -> None:
    hours = Hours()
    with Mailgun(answers={"messages": [Reply(status=429, headers=headers)]}) as server:
        result = send(server, hours=hours)
    assert result.ok
    assert hours.pauses == pauses


@pytest.mark.parametrize("retry_after", ["3600", "Fri, 31 Dec 2099 23:59:59 GMT", "99999999999", "-1", "soon"])
def test_back_off_ends_with_the_stage(retry_after: str) -> None:
    hours = Hours()
    always: list[Any] = [Reply(status=429, body={"message": "slow down"}, headers={"Retry-After": retry_after})] * 20
    with Mailgun(answers={"messages": always}) as server:
        result = send(server, hours=hours, timeout=5.0)
    assert failed_stage(result) == "accepted"
    assert causes(result)("too many requests")
    assert result.diagnosis is not None
    assert f"(Retry-After: {retry_after})" in result.diagnosis.symptom
    assert result.diagnosis.temporary
    assert sum(hours.pauses) < 5


@pytest.mark.parametrize(
    ("recipient", "wire"),
    [("ü@münchen.example", "ü@xn--mnchen-3ya.example"), ('"odd local"@acme.test', '"odd local"@acme.test')],
)
def test_unusual_addresses(recipient: str, wire: str) -> None:
    with Mailgun() as server:
        result = send(server, recipient)
    assert [(outcome.address, outcome.ok) for outcome in result.recipients] == [(recipient, True)]
    (sent,) = server.sent
    assert sent.fields["to"] == [wire]
    assert f"To: {wire}".encode() in sent.raw.splitlines()


@pytest.mark.parametrize("address", ["a@acme.test\r\nX: y", 'a"b@acme.test', "nobody"])
def test_no_address_can_add_a_field(address: str) -> None:
    with Mailgun() as server:
        result = transport(server).send(message_for(), SENDER, [address])
    assert not result.ok
    assert server.sent == []


def test_a_name_cannot_add_a_header() -> None:
    with Mailgun() as server:
        chosen = transport(server)
        message = message_for(name='Acme\r\nBcc: b@acme.test\r\n\r\n--boundary"; name="to"')
        assert chosen.send(message, SENDER, [RECIPIENT]).ok
    (sent,) = server.sent
    assert sent.fields == {"to": [RECIPIENT]}
    assert sent.message["Bcc"] is None
    assert KEY not in sent.raw.decode()
