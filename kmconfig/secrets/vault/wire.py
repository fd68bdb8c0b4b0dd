"""Single HTTP requests: nothing is followed, repeated, remembered or added, and each ends in time."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import cache
from http.client import HTTPException
from http.cookiejar import DefaultCookiePolicy
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple

import requests
import urllib3.exceptions

from kmconfig.secrets.http_answers import SystemTrust, content_of, object_of
from kmconfig.secrets.secret import Secret
from kmconfig.secrets.vault.address import host_of
from kmconfig.secrets.vault.failures import Failure, classified

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping

    from kmconfig.secrets.vault.patience import Limits

_LARGEST = 4 * 1024 * 1024
_ERRORS = (OSError, urllib3.exceptions.HTTPError, HTTPException, ValueError)


class Request(NamedTuple):
    """What is sent. Secrets among headers and fields of the body are revealed when they leave."""

    method: str
    url: str
    params: Mapping[str, Any] | None = None
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str | Secret] | None = None

    def __repr__(self) -> str:
        return f"<{self.method} {host_of(self.url)}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer. ``body`` is a JSON object, None for anything else; ``length`` counts what was read of it."""

    status: int
    host: str
    length: int = 0
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    location: str | None = field(default=None, repr=False)
    retry_after: str | None = field(default=None, repr=False)
    etag: str | None = field(default=None, repr=False)
    date: str | None = field(default=None, repr=False)

    def part(self, *names: str) -> Mapping[str, Any]:
        """The JSON object below these names, empty when there is none."""
        found: Any = self.body
        for name in names:
            found = found.get(name) if isinstance(found, dict) else None
        return found if isinstance(found, dict) else {}


class Wire:
    """Sends requests one at a time over connections that are kept open."""

    def __init__(self, *, context: Callable[[], ssl.SSLContext], proxy: str | None, limits: Limits) -> None:
        # Made when it is needed: to read all of the system's authorities takes its time.
        self._context = cache(context)
        self._proxies = {"http": proxy, "https": proxy} if proxy else {}
        self._proxy = host_of(proxy) if proxy else ""
        self._limits = limits
        self._session = self._opened()

    def trust(self) -> None:
        """Make ready for TLS. Raises what ``context`` raises for files that do not serve."""
        self._context()

    def send(self, request: Request, *, seconds: float) -> Reply | Failure:
        """Send ``request`` and read its answer, all within ``seconds``.

        It is done in a thread of its own that is left behind when time is up: name lookups, handshakes and
        answers that arrive byte by byte know no limit otherwise. No exception of a library comes out, so none
        can carry a header with it.
        """
        if request.url.startswith("https:") and not isinstance(self._session.get_adapter(request.url), SystemTrust):
            self._session.mount("https://", SystemTrust(self._context()))
        outcome: SimpleQueue[Reply | Failure] = SimpleQueue()
        threading.Thread(target=self._attempt, args=(self._session, request, outcome), daemon=True).start()
        try:
            return outcome.get(timeout=seconds)
        except Empty:
            # The thread still uses the old one; closed, it keeps no connection that comes back.
            abandoned, self._session = self._session, self._opened()
            abandoned.close()
        return Failure("timeout", host_of(request.url), delivered=True)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _attempt(self, session: requests.Session, request: Request, outcome: SimpleQueue[Reply | Failure]) -> None:
        found: Reply | Failure = Failure("broken", host_of(request.url), delivered=True)
        try:
            found = self._exchange(session, request)
        except _ERRORS as error:
            found = classified(error, host_of(request.url))._replace(proxy=self._proxy)
        finally:
            outcome.put(found)

    def _exchange(self, session: requests.Session, request: Request) -> Reply:
        with session.request(
            request.method,
            request.url,
            params=request.params,
            json=_revealed(request.body) if request.body is not None else None,
            headers=_revealed(request.headers or {}),
            allow_redirects=False,
            timeout=(self._limits.connect, self._limits.read),
            stream=True,
        ) as response:
            content = content_of(response, most=_LARGEST)
            return Reply(
                status=response.status_code,
                host=host_of(request.url),
                length=len(content),
                body=object_of(content) if len(content) <= _LARGEST else None,
                location=response.headers.get("Location"),
                retry_after=response.headers.get("Retry-After"),
                etag=response.headers.get("ETag"),
                date=response.headers.get("Date"),
            )

    def _opened(self) -> requests.Session:
        session = requests.Session()
        # Otherwise ~/.netrc and variables for other programs decide what is sent, and to whom.
        session.trust_env = False
        session.proxies.update(self._proxies)
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        session.headers.update({"User-Agent": "kmconfig", "Accept": "application/json", "Accept-Encoding": "identity"})
        return session


def _revealed(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in fields.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Secret):
        return value.reveal()
    return _revealed(value) if isinstance(value, dict) else value
