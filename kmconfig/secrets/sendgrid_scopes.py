"""Asks SendGrid what an API key may do: ``GET /v3/scopes`` of its API, which changes nothing and sends nothing.

Source: the scopes page of https://www.twilio.com/docs/sendgrid/api-reference/api-key-permissions.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

import requests
from requests.auth import AuthBase

from kmconfig.lint.observed import Scopes
from kmconfig.secrets.proxy import unusable_among

if TYPE_CHECKING:
    from kmconfig.secrets.secret import Secret

#: The only places that a key is ever shown to, by host. Tests put a server of their own in the place of one.
BASES = {
    "api.sendgrid.com": "https://api.sendgrid.com",
    "api.eu.sendgrid.com": "https://api.eu.sendgrid.com",
}

_TIMEOUT = (3.0, 10.0)
_MOST_BYTES = 1 << 20
_CHUNK = 1 << 16
_SCOPE = re.compile(r"[a-z0-9_.-]{1,100}", re.IGNORECASE)
#: What a key with nothing but "Mail Send" has, and what every answer lists although it permits nothing.
_SENDING = re.compile(
    r"mail\.(?:send|batch\..+)|user\.scheduled_sends\..+|2fa_(?:required|exempt)|sender_verification_(?:eligible|legacy|exempt)"
)


class _Bearer(AuthBase):
    """Sets the header itself, so that no password file of the user's can put another login there."""

    def __init__(self, secret: Secret) -> None:
        self._secret = secret

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._secret.reveal()}"
        return request


def api_host(region: str | None) -> str:
    """The host of the API for an account of a region, such as ``eu``."""
    regional = f"api.{region}.sendgrid.com"
    return regional if regional in BASES else "api.sendgrid.com"


def ask_scopes(secret: Secret, host: str) -> Scopes:
    """What a key may do beyond sending, or why SendGrid does not say. Redirects are not followed."""
    base = BASES[host]
    proxies = requests.utils.get_environ_proxies(base)
    if (unusable := unusable_among(proxies, scheme=base.partition(":")[0], environ=os.environ)) is not None:
        return Scopes(unknown=unusable.fact)
    try:
        status, names = _asked(secret, base)
    except (OSError, UnicodeError):
        # The exception holds the request, and that the key: nothing of it is kept.
        status, names = None, None
    if status is None:
        return Scopes(unknown=f"{host} could not be asked what the key may do")
    if status in (401, 403):
        return Scopes(unknown=f"{host} does not take the key (HTTP {status})")
    if status != 200 or names is None:
        return Scopes(unknown=f"{host} gave no answer that can be used (HTTP {status})")
    return Scopes(beyond=tuple(sorted(name for name in names if _SENDING.fullmatch(name) is None)))


def _asked(secret: Secret, base: str) -> tuple[int, set[str] | None]:
    """The status, and the scopes where the answer lists them."""
    with (
        requests.Session() as session,
        session.get(
            f"{base}/v3/scopes", auth=_Bearer(secret), allow_redirects=False, timeout=_TIMEOUT, stream=True
        ) as response,
    ):
        if response.status_code != 200:
            return response.status_code, None
        body = bytearray()
        for chunk in response.iter_content(_CHUNK):
            body += chunk
            if len(body) > _MOST_BYTES:
                return response.status_code, None
        return response.status_code, _scopes(bytes(body))


def _scopes(body: bytes) -> set[str] | None:
    import json  # noqa: PLC0415

    try:
        document: Any = json.loads(body)
    except ValueError:
        return None
    listed = document.get("scopes") if isinstance(document, dict) else None
    if not isinstance(listed, list) or not listed:
        return None
    return {name for name in listed if isinstance(name, str) and _SCOPE.fullmatch(name)}
