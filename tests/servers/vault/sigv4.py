"""The signed identity request of an AWS login, checked as AWS would (Signature Version 4)."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.servers.vault.messages import Json

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/]+)/(?P<scope>[^,]+), ?"
    r"SignedHeaders=(?P<signed>[^,]+), ?Signature=(?P<signature>[0-9a-f]{64})"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRequest:
    """The request to STS that the client signed and did not send."""

    method: str
    url: str
    body: str
    headers: Mapping[str, str]

    @classmethod
    def read(cls, body: Json) -> SignedRequest:
        """Read the four fields of a login; raise ``ValueError`` that names the field at fault."""
        headers = json.loads(_decoded(body, "iam_request_headers"))
        return cls(
            method=str(body.get("iam_http_request_method") or ""),
            url=_decoded(body, "iam_request_url"),
            body=_decoded(body, "iam_request_body"),
            headers={name.lower(): ",".join([v] if isinstance(v, str) else v) for name, v in headers.items()},
        )

    @property
    def access_key(self) -> str:
        """The access key that signed, or an empty text."""
        match = _AUTHORIZATION.fullmatch(self.headers.get("authorization", ""))
        return match["key"] if match else ""

    @property
    def signed_headers(self) -> frozenset[str]:
        """Names of the headers that the signature covers."""
        match = _AUTHORIZATION.fullmatch(self.headers.get("authorization", ""))
        return frozenset(match["signed"].split(";")) if match else frozenset()

    def signed_with(self, secret_key: str) -> bool:
        """Tell whether the signature is the one that *secret_key* makes."""
        match = _AUTHORIZATION.fullmatch(self.headers.get("authorization", ""))
        if match is None:
            return False
        names = match["signed"].split(";")
        lines = "".join(f"{name}:{self.headers.get(name, '').strip()}\n" for name in names)
        path = urlsplit(self.url).path or "/"
        digest = sha256(self.body.encode()).hexdigest()
        canonical = "\n".join((self.method, path, urlsplit(self.url).query, lines, match["signed"], digest))
        moment = self.headers.get("x-amz-date", "")
        text = "\n".join(("AWS4-HMAC-SHA256", moment, match["scope"], sha256(canonical.encode()).hexdigest()))
        key = f"AWS4{secret_key}".encode()
        for part in match["scope"].split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        return hmac.compare_digest(hmac.new(key, text.encode(), sha256).hexdigest(), match["signature"])


def _decoded(body: Json, name: str) -> str:
    written = body.get(name)
    if not written:
        raise ValueError(f"missing {name}")
    try:
        return base64.b64decode(str(written), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise ValueError(f"failed to base64 decode {name}") from None
