"""What clients of web APIs have in common: whom they trust, and how much of an answer they take."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from requests.adapters import HTTPAdapter

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    import requests

_PIECE = 65_536


class SystemTrust(HTTPAdapter):
    """Trusts whom ``context`` trusts, where requests would add a list of authorities of its own."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._context, **options)

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        return super().proxy_manager_for(proxy, ssl_context=self._context, **options)

    def cert_verify(self, conn: Any, url: str, verify: object, cert: object) -> None:  # noqa: ARG002 - as inherited
        conn.cert_reqs = "CERT_REQUIRED"


def content_of(response: requests.Response, *, most: int) -> bytes:
    """The body as it came; reading ends behind ``most`` bytes. Raises when it ends before its length."""
    content = bytearray()
    while len(content) <= most:
        piece: bytes = response.raw.read(_PIECE, decode_content=False)
        if not piece:
            break
        content += piece
    return bytes(content)


def object_of(content: bytes) -> Mapping[str, Any] | None:
    """The JSON object that a body is, None where it is none."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None
