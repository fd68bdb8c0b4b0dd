"""Servers that are not Mailgun, or not themselves today."""

from __future__ import annotations

import base64
import logging
import time
from typing import TYPE_CHECKING, Any

import pytest

from kmconfig.errors import Refused, UsageError
from kmconfig.mail.mailgun_account import URL_VARIABLE, api_address, local_address
from tests.mail.mailgun.running import Hours, causes, probe, send, transport
from tests.mail.sending import failed_stage
from tests.servers.mailgun import DOMAIN, KEY, Mailgun, Reply

if TYPE_CHECKING:
    from tests.mail.certificates import Certificates
    from tests.servers.mailgun import Handler


def hang(handler: Handler) -> None:
    handler.mailgun.closing.wait(20)


def dribble(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    while not handler.mailgun.closing.wait(0.02):
        handler.wfile.write(b"x")


def drop(handler: Handler) -> None:
    handler.close_connection = True
    handler.connection.close()


def endless(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(10**9))
    handler.end_headers()
    while not handler.mailgun.closing.is_set():
        handler.wfile.write(b"x" * 65536)


def cut(handler: Handler) -> None:
    handler.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"domain"')
    handler.close_connection = True


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (hang, "no complete answer"),
        (dribble, "no complete answer"),
        (drop, "no complete answer"),
        (cut, "no complete answer"),
        (endless, "not Mailgun's API"),
        (Reply(status=302, headers={"Location": "http://127.0.0.1:9/"}), "not Mailgun's API"),
        (Reply(status=200, text="[" * 100_000), "not Mailgun's API"),
        (Reply(status=200, text="<html>sign in here"), "not Mailgun's API"),
        (Reply(status=200, body={"domain": ["x"]}), "not Mailgun's API"),
        (Reply(status=200, body={"domain": {"state": {}, "type": []}}), "not Mailgun's API"),
        (Reply(status=500, text="\x1b[2J\u202eoops" + "x" * 9000), "fault at Mailgun"),
    ],
)
def test_answers_that_are_none(answer: Any, cause: str) -> None:
    begun = time.monotonic()
    with Mailgun(answers={"domain": [answer]}) as server:
        result = probe(server, timeout=0.5)
    assert failed_stage(result) == "auth"
    assert causes(result)(cause)
    assert result.reply.isprintable()
    assert len(result.reply) <= 500
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("answer", [hang, drop, cut])
def test_a_message_without_an_answer_may_have_been_sent(answer: Any) -> None:
    with Mailgun(answers={"messages": [answer]}) as server:
        result = send(server, timeout=0.5)
    assert failed_stage(result) == "accepted"
    assert causes(result)("it may have been sent, or not")
    assert result.diagnosis is not None
    assert "before sending again" in result.diagnosis.remedies[0]


def test_records_of_odd_types_are_no_records() -> None:
    odd = [
        1,
        {"record_type": {}},
        {"record_type": "TXT", "name": "mg.acme.test", "value": "v=spf1", "valid": "unknown"},
    ]
    with Mailgun(records=odd) as server:  # type: ignore[arg-type]
        result = probe(server)
    assert result.notes == ("Mailgun does not find the DNS record TXT mg.acme.test v=spf1",)


@pytest.mark.parametrize(
    "items",
    [
        "none",
        [None, 1, "x", [], {}],
        [{"event": "failed"}],
        [{"event": ["failed"], "message": {"headers": {"message-id": "<kmconfig.4f1d8e0b@mg.acme.test>"}}}],
        [
            {
                "event": "delivered",
                "recipient": {"a": 1},
                "delivery-status": "x",
                "message": {"headers": {"message-id": "kmconfig.4f1d8e0b@mg.acme.test"}},
            }
        ],
    ],
)
def test_odd_events_prove_nothing(items: Any) -> None:
    with Mailgun(answers={"events": [Reply(body={"items": items})] * 40}) as server:
        result = send(server, hours=Hours())
    assert result.ok
    assert "no word on delivery" in result.notes[-1]


def test_a_redirect_gets_no_key() -> None:
    with Mailgun() as other:
        away = Reply(status=307, headers={"Location": f"{other.url}/v4/domains/{DOMAIN}"})
        with Mailgun(answers={"domain": [away]}) as server:
            result = probe(server)
    assert failed_stage(result) == "auth"
    assert other.asked == []


def test_the_key_is_in_no_word(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    token = base64.b64encode(f"api:{KEY}".encode()).decode()

    def echo(handler: Handler) -> None:
        handler.reply(Reply(status=401, text=f"no: {handler.headers['Authorization']} {KEY} {KEY.upper()}"))

    with Mailgun(answers={"domain": [echo], "messages": [echo]}) as server:
        result = probe(server)
    shown = f"{result!r} {caplog.text}"
    assert failed_stage(result) == "auth"
    for form in (KEY, KEY.upper(), token, token[8:-4]):
        assert form not in shown


def test_a_key_that_no_header_can_hold() -> None:
    with Mailgun() as server:
        for key in ("a\r\nX-Evil: 1", "ключ", "\udcff", "\ud800"):
            result = probe(server, key=key)
            assert failed_stage(result) == "auth"
            assert key not in repr(result)


@pytest.mark.parametrize("kind", ["unknown_issuer", "named", "expired"])
def test_a_certificate_that_does_not_hold(certificates: Certificates, kind: str) -> None:
    context = certificates.named("other.test") if kind == "named" else getattr(certificates, kind)()
    with Mailgun(tls=context) as server:
        result = probe(server)
    assert failed_stage(result) == "auth"
    assert causes(result)("certificate")
    assert server.asked == []


def test_a_certificate_that_holds(certificates: Certificates) -> None:
    with Mailgun(tls=certificates.good()) as server:
        assert send(server).ok


def test_nobody_there(closed_port: int) -> None:
    server = Mailgun()
    server.url = f"http://127.0.0.1:{closed_port}"
    result = probe(server)
    server._http.server_close()
    assert failed_stage(result) == "auth"
    assert causes(result)("cannot be reached")


def test_other_programs_settings_do_not_count(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login x password y\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with Mailgun() as server:
        assert probe(server).ok


def test_a_host_that_is_forbidden_gets_no_key() -> None:
    asked: list[tuple[str, int]] = []

    def forbid(host: str, port: int) -> None:
        asked.append((host, port))
        raise Refused("no")

    with Mailgun() as server:
        with pytest.raises(Refused):
            transport(server, authorize=forbid).probe("a@acme.test", [])
        assert asked == [("127.0.0.1", server.port)]
    assert server.asked == []


def test_regions_have_their_own_api() -> None:
    assert api_address("us", {}) == ("https://api.mailgun.net", "api.mailgun.net", 443)
    assert api_address("eu", {}) == ("https://api.eu.mailgun.net", "api.eu.mailgun.net", 443)
    assert api_address("eu", {URL_VARIABLE: "http://127.0.0.1:8080"}).port == 8080


@pytest.mark.parametrize("url", ["http://127.0.0.1:80", "https://[::1]:8443/", "http://localhost", "http://127.9.9.9"])
def test_servers_on_this_machine(url: str) -> None:
    assert local_address(url).local


@pytest.mark.parametrize(
    "url",
    [
        "https://api.mailgun.net",
        "https://127.0.0.1.evil.test",
        "https://127.0.0.1@evil.test",
        "http://user:word@127.0.0.1",
        "http://127.0.0.1/path",
        "http://127.0.0.1:99999",
        "http://0.0.0.0:80",
        "file:///etc/passwd",
        "127.0.0.1:80",
        "http://[::1",
    ],
)
def test_a_variable_leads_nowhere_else(url: str) -> None:
    with pytest.raises(UsageError, match="this machine"):
        api_address("us", {URL_VARIABLE: url})
