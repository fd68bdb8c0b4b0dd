"""Requests and answers as values, and the envelope that Vault puts around data."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.servers.vault.tokens import Token

Json: TypeAlias = dict[str, Any]
Operation: TypeAlias = Literal["create", "read", "update", "delete", "list", "patch"]

JSON_HEADERS = {"Content-Type": "application/json", "Cache-Control": "no-store"}
POLICY_DENIES = "1 error occurred:\n\t* permission denied\n\n"
UNSUPPORTED_OPERATION = "1 error occurred:\n\t* unsupported operation\n\n"
UNSUPPORTED_PATH = "1 error occurred:\n\t* unsupported path\n\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An HTTP request. The path has no ``/v1/``, header names are in lower case, GET with ``list=true`` is LIST.

    ``target`` is the path with its query as the client wrote it.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    target: str = ""

    @property
    def token(self) -> str:
        """The token that the client sent, or an empty text."""
        bearer = self.headers.get("authorization", "")
        return self.headers.get("x-vault-token") or bearer.removeprefix("Bearer ").strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Status, headers and body as they go over the wire."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=lambda: dict(JSON_HEADERS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request that reached a mount: what to do, the path below the mount, and who asks."""

    operation: Operation
    path: str
    full_path: str
    body: Json
    query: Mapping[str, str]
    token: Token | None
    namespace: str

    def text(self, name: str) -> str:
        """Return a field of the body as text, empty where it is absent."""
        value = self.body.get(name)
        return "" if value is None else str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a mount gives back. No data, no auth and status 200 becomes 204."""

    data: Json | None = None
    auth: Json | None = None
    warnings: tuple[str, ...] = ()
    status: int = 200
    lease_duration: int = 0
    top_level: bool = False
    wrap_info: Json | None = None

    @property
    def empty(self) -> bool:
        """Whether there is nothing to say but that it was done."""
        return self.data is None and self.auth is None and self.wrap_info is None and not self.warnings

    def envelope(self) -> Json:
        """Return the JSON around the data."""
        envelope: Json = {
            "request_id": str(uuid.uuid4()),
            "lease_id": "",
            "renewable": False,
            "lease_duration": self.lease_duration,
            "data": _in_order(self.data),
            "wrap_info": self.wrap_info,
            "warnings": list(self.warnings) or None,
            "auth": self.auth,
        }
        return {**(self.data or {}), **envelope} if self.top_level else envelope

    def answer(self) -> Answer:
        """Return the answer as it goes over the wire."""
        if self.empty and self.status == 200:
            return Answer(status=204)
        return json_answer(self.status, self.envelope())


DONE = Outcome()


def _in_order(value: Any) -> Any:
    """Sort the keys of mappings, as Vault does within the data."""
    if isinstance(value, dict):
        return {key: _in_order(value[key]) for key in sorted(value)}
    return value


class Refused(Exception):  # noqa: N818 - a refusal is an answer of the server, not a fault of the test
    """Vault's own refusal: a status and its error texts."""

    def __init__(self, status: int, *errors: str) -> None:
        super().__init__(status, *errors)
        self.status = status
        self.errors = errors

    def answer(self) -> Answer:
        """Return the answer as it goes over the wire."""
        return json_answer(self.status, {"errors": list(self.errors)})


def json_answer(status: int, document: Json) -> Answer:
    """Return *document* as Vault writes JSON: compact, UTF-8, HTML's own characters escaped, a newline at the end."""
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    # Outside strings JSON has none of these characters.
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Answer(status=status, body=text.encode(errors="replace") + b"\n")


def parse_body(body: bytes) -> Json:
    """Return the JSON object of a request; raise the refusal that Vault gives to anything else."""
    if not body.strip():
        return {}
    try:
        document = json.loads(body)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise Refused(400, "error parsing JSON")
    return document
