"""A server that answers as Mailgun documents its API, on loopback, and misbehaves on demand.

Sources: https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun (messages, domains, events).
"""

from __future__ import annotations

import base64
import email
import email.policy
import json
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self, cast
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    import ssl
    from email.message import EmailMessage
    from types import TracebackType

KEY = "0123456789abcdef0123456789abcdef-01234567-89abcdef"
DOMAIN = "mg.acme.test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer: a JSON object, or ``text`` as it is."""

    status: int = 200
    body: Mapping[str, Any] | None = None
    text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


Misbehaviour = Callable[["Handler"], None]
Answer = Reply | Misbehaviour


@dataclass(slots=True)
class Sent:
    """A message that was taken, with the fields of its form."""

    fields: dict[str, list[str]]
    message: EmailMessage
    raw: bytes


class Mailgun:
    """One account with one domain.

    ``sending_only`` makes the key one that may only post messages. ``answers`` maps ``domain``, ``messages`` and
    ``events`` to what is answered instead, one after the other; when they are used up it behaves. ``events`` are
    written for each recipient of a message by ``outcome``.
    """

    def __init__(
        self,
        *,
        sending_only: bool = False,
        state: str = "active",
        kind: str = "custom",
        records: list[dict[str, Any]] | None = None,
        answers: Mapping[str, list[Answer]] | None = None,
        outcome: Callable[[str], list[dict[str, Any]]] | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.sending_only = sending_only
        self.state = state
        self.kind = kind
        self.records = records if records is not None else [record("TXT", DOMAIN, "v=spf1 include:mailgun.org ~all")]
        self.answers = {name: deque(listed) for name, listed in (answers or {}).items()}
        self.outcome = outcome or delivered
        self.closing = threading.Event()
        self.sent: list[Sent] = []
        self.events: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self._http = _Http(("127.0.0.1", 0), Handler)
        self._http.mailgun = self
        if tls is not None:
            self._http.socket = tls.wrap_socket(self._http.socket, server_side=True)
        scheme = "http" if tls is None else "https"
        self.port = self._http.server_port
        self.url = f"{scheme}://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(5)


def record(kind: str, name: str, value: str, *, valid: bool = True) -> dict[str, Any]:
    """One of the DNS records that a domain needs."""
    return {"record_type": kind, "name": name, "value": value, "valid": "valid" if valid else "unknown", "cached": []}


def delivered(recipient: str) -> list[dict[str, Any]]:
    """The events of a message that arrives."""
    status = {"code": 250, "message": "OK", "description": "", "tls": True, "attempt-no": 1}
    return [{"event": "delivered", "delivery-status": status}, {"event": "accepted"}]


def failed(
    code: int, message: str, *, reason: str = "bounce", severity: str = "permanent"
) -> Callable[[str], list[dict[str, Any]]]:
    """The events of a message that does not."""
    event = {
        "event": "failed",
        "severity": severity,
        "reason": reason,
        "delivery-status": {"code": code, "message": message, "description": "", "attempt-no": 1},
    }
    return lambda _: [event, {"event": "accepted"}]


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    mailgun: Mailgun

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are what this server is for."""


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    timeout = 20

    @property
    def mailgun(self) -> Mailgun:
        return cast("_Http", self.server).mailgun

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as inherited
        """Say nothing."""

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def reply(self, answer: Reply) -> None:
        """Send an answer."""
        content = json.dumps(answer.body).encode() if answer.body is not None else answer.text.encode()
        self.send_response(answer.status)
        kind = "application/json" if answer.body is not None else "text/plain"
        for name, value in {"Content-Type": kind, "Content-Length": str(len(content)), **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def _serve(self) -> None:
        form = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urlsplit(self.path)
        kind = _KINDS.get((self.command, url.path), "unknown")
        self.mailgun.asked.append(f"{self.command} {url.path}")
        scripted = self.mailgun.answers.get(kind)
        if scripted:
            answer = scripted.popleft()
            if callable(answer):
                answer(self)
            else:
                self.reply(answer)
            return
        self.reply(self._usual(kind, form, parse_qs(url.query)))

    def _usual(self, kind: str, form: bytes, query: dict[str, list[str]]) -> Reply:
        expected = f"Basic {base64.b64encode(f'api:{KEY}'.encode()).decode()}"
        if self.headers.get("Authorization") != expected or (self.mailgun.sending_only and kind != "messages"):
            return Reply(status=401, text="Forbidden")
        if kind == "domain":
            return self._domain()
        if kind == "messages":
            return self._message(form)
        if kind == "events":
            (wanted,) = query["message-id"]
            items = [item for item in self.mailgun.events if item["message"]["headers"]["message-id"] == wanted]
            return Reply(body={"items": items, "paging": {}})
        return Reply(status=404, body={"message": "Domain not found: " + self.path.split("/")[-1]})

    def _domain(self) -> Reply:
        mailgun = self.mailgun
        domain = {
            "name": DOMAIN,
            "state": mailgun.state,
            "type": mailgun.kind,
            "is_disabled": mailgun.state == "disabled",
        }
        return Reply(
            body={"domain": domain, "sending_dns_records": mailgun.records, "receiving_dns_records": []},
        )

    def _message(self, form: bytes) -> Reply:
        fields, raw = _parts(self.headers.get("Content-Type") or "", form)
        if not fields.get("to"):
            return Reply(status=400, body={"message": "to parameter is missing"})
        if raw is None:
            return Reply(status=400, body={"message": "Need at least one of 'text' or 'html' parameters specified"})
        message = email.message_from_bytes(raw, policy=email.policy.default)
        self.mailgun.sent.append(Sent(fields, message, raw))
        message_id = str(message["Message-ID"])
        if "o:testmode" not in fields:
            for recipient in fields["to"]:
                for event in self.mailgun.outcome(recipient):
                    headers = {"headers": {"message-id": message_id.strip("<>"), "to": recipient}}
                    self.mailgun.events.append({"recipient": recipient, "message": headers, "timestamp": 1.0, **event})
        return Reply(body={"id": message_id, "message": "Queued. Thank you."})


_KINDS = {
    ("GET", f"/v4/domains/{DOMAIN}"): "domain",
    ("POST", f"/v3/{DOMAIN}/messages.mime"): "messages",
    ("GET", f"/v3/{DOMAIN}/events"): "events",
}


def _parts(content_type: str, form: bytes) -> tuple[dict[str, list[str]], bytes | None]:
    """The text fields of a multipart form, and its file ``message``."""
    parsed = email.message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + form)
    fields: dict[str, list[str]] = {}
    message = None
    for part in parsed.get_payload() if parsed.is_multipart() else []:
        name = cast("str", part.get_param("name", header="content-disposition"))  # type: ignore[union-attr]
        if name == "message":
            # The parser takes a message inside for a part of its own.
            boundary = parsed.get_boundary() or ""
            message = _file(form, boundary)
        else:
            content = part.get_payload(decode=True)  # type: ignore[union-attr]
            fields.setdefault(name, []).append(cast("bytes", content).decode())
    return fields, message


def _file(form: bytes, boundary: str) -> bytes:
    """The bytes of the file, as they were sent."""
    section = next(
        part for part in form.split(b"--" + boundary.encode()) if b'name="message"' in part.split(b"\r\n\r\n")[0]
    )
    return section.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n")
