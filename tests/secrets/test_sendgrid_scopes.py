"""Asking SendGrid what a key may do, against a server that answers as its API does, and worse."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kmconfig.secrets.secret import Secret
from kmconfig.secrets.sendgrid_scopes import BASES, api_host, ask_scopes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.lint.observed import Scopes

KEY = "SG.abcdefghijklmnopqrstuv.ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefg"
HOST = "api.sendgrid.com"


class Api(ThreadingHTTPServer):
    """Answers every request alike, and keeps what came."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status = 200
        self.body = b""
        self.headers: dict[str, str] = {}
        self.seen: list[tuple[str, str | None]] = []

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def lists(self, *scopes: object) -> None:
        self.body = json.dumps({"scopes": scopes}).encode()


class _Handler(BaseHTTPRequestHandler):
    server: Api

    def do_GET(self) -> None:
        self.server.seen.append((self.path, self.headers["Authorization"]))
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    with Api() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setitem(BASES, HOST, server.base)
        yield server
        server.shutdown()
        thread.join()


def ask(key: str = KEY) -> Scopes:
    answer = ask_scopes(Secret(key, reference="vault:x#y"), HOST)
    assert key not in repr(answer)
    return answer


def test_a_key_that_may_only_send(api: Api) -> None:
    api.lists(
        "mail.send", "mail.batch.create", "user.scheduled_sends.read", "2fa_required", "sender_verification_eligible"
    )
    assert ask() == ((), "")
    assert api.seen == [("/v3/scopes", f"Bearer {KEY}")]


def test_a_key_that_may_do_more(api: Api) -> None:
    api.lists("mail.send", "user.profile.read", "api_keys.create", "mail_settings.read", "alerts.read")
    assert ask().beyond == ("alerts.read", "api_keys.create", "mail_settings.read", "user.profile.read")


def test_names_that_are_none_are_left_out(api: Api) -> None:
    api.lists("mail.send", "\x1b[31mred", "a" * 101, 7, None, ["alerts.read"], "two words")
    assert ask() == ((), "")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "does not take the key (HTTP 401)"),
        (403, "does not take the key (HTTP 403)"),
        (429, "no answer that can be used (HTTP 429)"),
        (500, "no answer that can be used (HTTP 500)"),
    ],
)
def test_what_it_answers_is_not_shown(api: Api, status: int, words: str) -> None:
    api.status, api.body = status, f"you sent {KEY}".encode()
    answer = ask()
    assert answer.beyond == ()
    assert answer.unknown == f"{HOST} {'gave ' if 'no answer' in words else ''}{words}"


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"{}", b'{"scopes": []}', b'{"scopes": "all"}', b"\xff\xfe\x00"]
)
def test_an_answer_that_is_none_says_nothing(api: Api, body: bytes) -> None:
    api.body = body
    assert "no answer that can be used" in ask().unknown


def test_an_answer_without_end_is_not_read_to_it(api: Api) -> None:
    api.lists("mail.send", "x" * (1 << 20))
    assert "no answer that can be used" in ask().unknown


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_the_key_follows_no_redirect(api: Api, status: int) -> None:
    api.status, api.headers = status, {"Location": f"{api.base}/elsewhere"}
    assert f"HTTP {status}" in ask().unknown
    assert [path for path, _ in api.seen] == ["/v3/scopes"]


def test_a_password_file_does_not_come_between(api: Api) -> None:
    netrc = Path.home() / ".netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password something\n", encoding="utf-8")
    netrc.chmod(0o600)
    api.lists("mail.send")
    ask()
    assert api.seen == [("/v3/scopes", f"Bearer {KEY}")]


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BASES, HOST, "http://127.0.0.1:1")
    answer = ask()
    assert answer.unknown == f"{HOST} could not be asked what the key may do"


def test_a_key_that_no_header_can_carry(api: Api) -> None:
    assert "could not be asked" in ask("SG.ключ\r\nX: y").unknown
    assert api.seen == []


def test_keys_go_to_sendgrid_by_https_and_nowhere_else() -> None:
    assert {host: f"https://{host}" for host in BASES} == BASES
    assert BASES.keys() == {"api.sendgrid.com", "api.eu.sendgrid.com"}
    assert [api_host(region) for region in (None, "eu", "xx")] == [HOST, "api.eu.sendgrid.com", HOST]
