"""A server of the settings interface as `schema/settings-api.v1.openapi.yaml` describes it, on loopback."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self, cast

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

if TYPE_CHECKING:
    import ssl
    from types import TracebackType

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

KEY = "km_staging_4f2b9c7d1e"
PATH = "/api/v1/settings/email"
SECRETS = ("smtp_password", "mailgun_api_key", "ses_access_key_id", "ses_secret_access_key")
FIELDS = (
    *("driver", "smtp_host", "smtp_port", "smtp_username", "encryption", "sendmail_command", "mailgun_domain"),
    *("mailgun_region", "ses_region", "sender_name", "sender_email"),
)
CODES = {"invalid": 100, "inactive": 101, "capability": 102, "address": 103}

Misbehaviour = Callable[["Handler"], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """What a server offers beyond what it must."""

    etag: bool = True
    versions: bool = False
    marks: bool = False


@dataclass(slots=True)
class Key:
    """One API key: the environment it belongs to, and what it may do."""

    environment: str = "staging"
    active: bool = True
    capabilities: set[str] = field(default_factory=lambda: {"GET", "PUT"})


def as_installed() -> dict[str, Any]:
    """The settings as the installer left them."""
    return {
        "driver": "smtp",
        "smtp_host": "localhost",
        "smtp_port": 25,
        "encryption": "none",
        "sender_name": "KeyManager",
        "sender_email": "noreply@acme.test",
    }


class SettingsApi:
    """One installation of the environment ``staging``.

    ``misbehave`` holds, by method, what happens instead of the usual, one after the other; None behaves. ``requests``
    are the methods that were asked, ``writes`` counts those that changed something.
    """

    def __init__(
        self, *, offers: Offers | None = None, signing: RSAPrivateKey | None = None, tls: ssl.SSLContext | None = None
    ) -> None:
        self.offers = offers or Offers()
        self.signing = signing
        self.keys = {KEY: Key()}
        self.settings = as_installed()
        self.secrets: dict[str, str] = {"smtp_password": "an older password"}
        self.versions: dict[str, int] = {"smtp_password": 1}
        self.mark: dict[str, Any] | None = None
        self.revision = 1
        self.writes = 0
        self.requests: list[str] = []
        self.sent_keys: list[str | None] = []
        self.misbehave: dict[str, deque[Misbehaviour | None]] = {"GET": deque(), "PUT": deque()}
        self.replies: list[tuple[int, bytes]] = []
        self.lock = threading.RLock()
        self.closing = threading.Event()
        self._http = _Http(("127.0.0.1", 0), Handler)
        self._http.api = self
        if tls is not None:
            self._http.socket = tls.wrap_socket(self._http.socket, server_side=True)
        self.url = f"{'http' if tls is None else 'https'}://127.0.0.1:{self._http.server_port}/api/v1"
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

    @property
    def etag(self) -> str:
        return f'"r{self.revision}"'

    @property
    def everything(self) -> dict[str, Any]:
        """All that is set, secrets included."""
        return {**{name: value for name, value in self.settings.items() if value is not None}, **self.secrets}

    def change(self, **fields: Any) -> None:
        """Change settings in another way, as somebody in the admin portal does."""
        with self.lock:
            self.take(fields)
            self.mark = None

    def take(self, fields: dict[str, Any]) -> None:
        """Write fields."""
        with self.lock:
            self.revision += 1
            self.writes += 1
            self.mark = fields.pop("managed", None)
            for name, value in fields.items():
                if name not in SECRETS:
                    self.settings[name] = value
                elif value is None:
                    self.secrets.pop(name, None)
                else:
                    self.secrets[name] = value
                    self.versions[name] = self.versions.get(name, 0) + 1

    def shown(self) -> dict[str, Any]:
        """What can be read."""
        told: dict[str, Any] = {name: self.settings.get(name) for name in FIELDS}
        for name in SECRETS:
            told[f"{name}_set"] = name in self.secrets
            if self.offers.versions:
                told[f"{name}_version"] = self.versions.get(name)
        if self.offers.marks:
            told["managed"] = self.mark
        return told

    def envelope(self, code: int, **more: Any) -> dict[str, Any]:
        """An answer, signed where there is a key."""
        response = {"code": code, "message": f"code {code}", "errors": [], "timestamp": int(time.time()), **more}
        text = json.dumps(response).encode()
        found: dict[str, Any] = {"response": response}
        if self.signing is not None:
            found["response_base64"] = base64.b64encode(text).decode()
            found["private_key_used"] = "global"
            found["signature"] = base64.b64encode(self.signing.sign(text, PKCS1v15(), SHA256())).decode()
        return found


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    api: SettingsApi

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are what this server is for."""


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    timeout = 20

    @property
    def api(self) -> SettingsApi:
        return cast("_Http", self.server).api

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as inherited
        """Say nothing."""

    def do_GET(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def do_PATCH(self) -> None:
        self._serve()

    def _serve(self) -> None:
        self.content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.api.requests.append(self.command)
        self.api.sent_keys.append(self.headers.get("Authorization"))
        waiting = self.api.misbehave.get(self.command)
        misbehaviour = waiting.popleft() if waiting else None
        if misbehaviour is not None:
            misbehaviour(self)
            return
        status, document = self.usual()
        self.reply(status, json.dumps(document).encode())

    def usual(self) -> tuple[int, dict[str, Any]]:
        """Do what is asked, and say what is to be answered."""
        api = self.api
        with api.lock:
            refused = self._key_refused()
            if refused is not None:
                return 401, api.envelope(refused)
            if self.path != PATH:
                return 404, api.envelope(404)
            if self.command == "GET":
                return 200, api.envelope(649, settings=api.shown())
            if self.command != "PUT":
                return 405, api.envelope(405)
            return self._put()

    def _put(self) -> tuple[int, dict[str, Any]]:
        api = self.api
        expected = self.headers.get("If-Match")
        if expected is not None and api.offers.etag and expected != api.etag:
            return 412, api.envelope(412)
        fields = json.loads(self.content)["settings"]
        errors = {name: [f"The {name} field is not known."] for name in fields if name not in self._known()}
        if isinstance(fields.get("smtp_host"), str) and "refused" in fields["smtp_host"]:
            errors["smtp_host"] = ["The smtp host is not allowed here."]
        if errors:
            return 200, api.envelope(651, errors=errors)
        api.take(fields)
        return 200, api.envelope(650)

    def _known(self) -> tuple[str, ...]:
        return (*FIELDS, *SECRETS, *(("managed",) if self.api.offers.marks else ()))

    def _key_refused(self) -> int | None:
        key = self.api.keys.get((self.headers.get("Authorization") or "").removeprefix("Bearer "))
        if key is None or key.environment != "staging":
            return CODES["invalid"]
        if not key.active:
            return CODES["inactive"]
        return None if self.command in key.capabilities else CODES["capability"]

    def reply(self, status: int, content: bytes, **headers: str) -> None:
        """Send an answer, remembered so that it can be sent again."""
        self.api.replies.append((status, content))
        self.send_response(status)
        named = {"Content-Type": "application/json", "Content-Length": str(len(content))}
        if self.api.offers.etag and status == 200:
            named["ETag"] = self.api.etag
        for name, value in (named | {name.replace("_", "-"): value for name, value in headers.items()}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
