"""Faults on demand: refusals, slowness, garbage and redirects, each for a part of the paths."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.servers.vault.messages import JSON_HEADERS, Answer, json_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.servers.vault.messages import Request

#: Vault's own words, and those of a proxy before it.
_TEXTS = {
    412: "required index state not present",
    500: "internal error",
    503: "no active Vault instance found",
}
_PROXY_PAGE = "<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>\n"


@dataclass(slots=True, kw_only=True)
class Fault:
    """What happens to requests whose path (without ``/v1/``) begins with ``prefix``; ``None`` left is for ever.

    With a ``method`` it happens to no others, with ``exactly`` to no longer path. ``carried_out`` when the server does
    what was asked all the same.
    """

    prefix: str
    method: str = ""
    exactly: bool = False
    carried_out: bool = False
    left: int | None
    status: int
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    redirect_to: str = ""

    def meets(self, request: Request) -> bool:
        """Tell whether it happens to *request*."""
        there = request.path == self.prefix if self.exactly else request.path.startswith(self.prefix)
        return there and self.method in ("", request.method)

    def answer(self, request: Request) -> Answer:
        """Return the answer in place of the server's own."""
        if self.redirect_to:
            location = self.redirect_to.rstrip("/") + request.target
            return Answer(status=self.status, headers={"Location": location, "Cache-Control": "no-store"})
        if self.body is None:
            return _usual(self.status, request, self.headers)
        body = self.body.replace(b"{token}", request.token.encode())
        return Answer(status=self.status, body=body, headers=JSON_HEADERS | dict(self.headers))


class Faults:
    """The faults in force, oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._delays: list[tuple[str, float]] = []
        self._released = threading.Event()

    def add(self, fault: Fault) -> None:
        """Put a fault in force."""
        with self._lock:
            self._faults.append(fault)

    def delay(self, prefix: str, seconds: float) -> None:
        """Answer requests below *prefix* only after *seconds*."""
        with self._lock:
            self._delays.append((prefix, seconds))

    def clear(self) -> None:
        """End all faults and let waiting requests go on."""
        with self._lock:
            self._faults.clear()
            self._delays.clear()
            self._released.set()
            self._released = threading.Event()

    def wait(self, path: str) -> None:
        """Hold a request back as long as it is slowed down."""
        with self._lock:
            seconds = max((seconds for prefix, seconds in self._delays if path.startswith(prefix)), default=0.0)
            released = self._released
        if seconds:
            released.wait(seconds)

    def take(self, request: Request, serve: Callable[[Request], Answer]) -> Answer | None:
        """Return the answer of the first fault that meets *request*, and count it; *serve* does what was asked."""
        with self._lock:
            fault = next((fault for fault in self._faults if fault.meets(request)), None)
            if fault is None:
                return None
            if fault.left is not None:
                fault.left -= 1
                if fault.left <= 0:
                    self._faults.remove(fault)
        if fault.carried_out:
            serve(request)
        return fault.answer(request)


def as_bytes(body: object) -> bytes | None:
    """Return a body given as JSON, text or bytes; ``None`` stays."""
    if body is None or isinstance(body, bytes):
        return body
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()


def _usual(status: int, request: Request, headers: Mapping[str, str]) -> Answer:
    if status == 429:
        usual = json_answer(status, {"errors": [f'request path "{request.path}": rate limit quota exceeded']})
    elif status in _TEXTS:
        usual = json_answer(status, {"errors": [_TEXTS[status]]})
    else:
        page = _PROXY_PAGE.format(status=status).encode()
        return Answer(status=status, body=page, headers={"Content-Type": "text/html"} | dict(headers))
    return Answer(status=status, body=usual.body, headers=dict(usual.headers) | dict(headers))
