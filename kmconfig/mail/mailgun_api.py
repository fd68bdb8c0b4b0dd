"""Single requests to Mailgun's API: nothing is followed, nothing is remembered, each ends in time.

Sources: https://documentation.mailgun.com/docs/mailgun/quickstart-guide/responses, and its API reference.
"""

from __future__ import annotations

import base64
import os
import re
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from http.cookiejar import DefaultCookiePolicy
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import requests
import urllib3.exceptions
from requests.auth import AuthBase

from kmconfig.mail import tls
from kmconfig.mail.failure import StageFailed, bounded
from kmconfig.mail.scrub import Scrubber
from kmconfig.secrets.http_answers import SystemTrust, content_of, object_of
from kmconfig.secrets.proxy import unusable_among
from kmconfig.secrets.vault.failures import classified

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kmconfig.mail.mailgun_account import ApiAddress
    from kmconfig.secrets.secret import Secret

_LARGEST: Final = 1 << 20
_KEPT: Final = 4096
_ERRORS: Final = (OSError, urllib3.exceptions.HTTPError, HTTPException, ValueError)
_TOO_MANY: Final = 429
_SHORTEST_PAUSE: Final = 1.0
_WORDS: Final = {
    "refused": "connection refused",
    "unresolved": "its name has no address",
    "no-connection": "no connection within the time limit",
    "timeout": "no complete answer within the time limit",
    "broken": "the connection broke",
    "proxy": "the proxy cannot be used",
    "plain": "it does not speak TLS",
    "untrusted": "its certificate comes from an authority that is not trusted here",
    "misnamed": "its certificate is for another name",
    "expired": "its certificate has expired",
    "not-yet-valid": "its certificate is not valid yet",
    "client-certificate": "it wants a certificate of ours",
    "tls": "TLS failed",
}
_TLS: Final = frozenset(
    {"plain", "untrusted", "misnamed", "expired", "not-yet-valid", "client-certificate", "tls"},
)


@dataclass(frozen=True, slots=True)
class Clock:
    """Where time comes from, in seconds; ``pause`` waits."""

    now: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep


class Request(NamedTuple):
    """What is asked. ``fields`` and ``content`` make a multipart form, in which ``content`` is the message."""

    method: str
    path: str
    params: Mapping[str, str] | None = None
    fields: Sequence[tuple[str, str]] = ()
    content: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer without secrets; ``body`` is a JSON object, None for anything else."""

    status: int
    message: str
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    retry_after: str | None = None

    @property
    def ok(self) -> bool:
        """Whether the request was granted."""
        return 200 <= self.status < 300

    @property
    def words(self) -> str:
        """Status and message as one bounded line."""
        return bounded(f"HTTP {self.status} {self.message}")


class Api:
    """Asks with a key, which goes to this one address and nowhere else.

    Raises CouldNotCheck for a proxy on the way that cannot be used.
    """

    def __init__(self, address: ApiAddress, key: Secret, *, clock: Clock | None = None) -> None:
        self.address = address
        self.clock = clock or Clock()
        self._context = tls.verified_context() if address.url.startswith("https:") else None
        self._proxies = {} if address.local else _proxies(address.url)
        self._login = _Login(key)

    def ask(self, request: Request, *, ends: float) -> Answer:
        """Ask until it is answered with something else than 429, or the clock is at ``ends``.

        Raises :class:`StageFailed` where there is no answer that can be used.
        """
        delay = _SHORTEST_PAUSE
        while True:
            answer = self._once(request, ends - self.clock.now())
            if answer.status != _TOO_MANY:
                return answer
            wanted = _seconds(answer.retry_after)
            pause = max(wanted if wanted is not None else delay, _SHORTEST_PAUSE)
            if self.clock.now() + pause >= ends:
                return answer
            self.clock.pause(pause)
            delay *= 2

    def _once(self, request: Request, seconds: float) -> Answer:
        """Send one request and read its answer within so many seconds.

        It is done in a thread of its own that is left behind when time is up: name lookups, handshakes and
        answers that arrive byte by byte know no limit otherwise. No exception of a library comes out, so none
        can carry the key with it.
        """
        outcome: SimpleQueue[Answer | StageFailed] = SimpleQueue()
        limit = max(seconds, 0.001)
        threading.Thread(target=self._attempt, args=(request, limit, outcome), daemon=True).start()
        try:
            found = outcome.get(timeout=limit)
        except Empty:
            found = self._failed("timeout")
        if isinstance(found, StageFailed):
            raise found
        return found

    def _attempt(self, request: Request, seconds: float, outcome: SimpleQueue[Answer | StageFailed]) -> None:
        found: Answer | StageFailed = self._failed("broken")
        try:
            found = self._exchange(request, seconds)
        except _ERRORS as error:
            found = self._failed(classified(error, self.address.host).kind)
        finally:
            outcome.put(found)

    def _failed(self, kind: str) -> StageFailed:
        group = "tls" if kind in _TLS else kind
        return StageFailed(f"mailgun-{group}", f"{self.address.host}: {_WORDS[kind]}")

    def _exchange(self, request: Request, seconds: float) -> Answer | StageFailed:
        files = {"message": ("message.eml", request.content, "message/rfc822")} if request.content is not None else None
        with (
            self._session() as session,
            session.request(
                request.method,
                self.address.url + request.path,
                params=request.params,
                data=list(request.fields) or None,
                files=files,
                auth=self._login,
                allow_redirects=False,
                timeout=seconds,
                stream=True,
            ) as response,
        ):
            if 300 <= response.status_code < 400:
                return StageFailed("mailgun-redirect", f"{self.address.host} redirects (HTTP {response.status_code})")
            return self._read(response)

    def _read(self, response: requests.Response) -> Answer | StageFailed:
        content = content_of(response, most=_LARGEST)
        if len(content) > _LARGEST:
            return StageFailed("mailgun-junk", f"{self.address.host} answers with more than {_LARGEST} bytes")
        body = object_of(content)
        message = body.get("message") if body is not None else None
        text = message if isinstance(message, str) else content[: _KEPT * 2].decode("utf-8", "replace")
        wait = response.headers.get("Retry-After")
        if response.status_code == _TOO_MANY and wait:
            text = f"{text} (Retry-After: {wait})".lstrip()
        return Answer(
            status=response.status_code,
            message=self.scrubbed(text),
            body=body,
            retry_after=wait,
        )

    def scrubbed(self, text: object) -> str:
        """A text of an answer's body, as one bounded line without the key; empty for what is no text."""
        # Scrubbed as a whole and then cut, so that the cut leaves no half of a secret.
        return bounded(self._login.scrubber.scrub(text[: _KEPT * 2])[:_KEPT]) if isinstance(text, str) else ""

    def _session(self) -> requests.Session:
        session = requests.Session()
        # Otherwise ~/.netrc and variables for other programs decide what is sent, and to whom.
        session.trust_env = False
        session.proxies.update(self._proxies)
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        session.headers.update({"User-Agent": "kmconfig", "Accept": "application/json", "Accept-Encoding": "identity"})
        if self._context is not None:
            session.mount("https://", SystemTrust(self._context))
        return session


class _Login(AuthBase):
    """Sets the header when the request leaves (basic authentication, user ``api``)."""

    def __init__(self, key: Secret) -> None:
        self._key = key
        self._known = False
        self.scrubber = Scrubber()

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        key = self._key.reveal().encode("utf-8", "surrogateescape")
        if not self._known:
            self.scrubber.learn(key)
            self._known = True
        request.headers["Authorization"] = f"Basic {base64.b64encode(b'api:' + key).decode('ascii')}"
        return request


def _proxies(url: str) -> dict[str, str]:
    found = requests.utils.get_environ_proxies(url)
    if (unusable := unusable_among(found, scheme=url.partition(":")[0], environ=os.environ)) is not None:
        raise unusable.error()
    return found


def _seconds(retry_after: str | None) -> float | None:
    """What ``Retry-After`` asks for: seconds or a date (RFC 9110 §10.2.3), None for anything else."""
    text = (retry_after or "").strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
