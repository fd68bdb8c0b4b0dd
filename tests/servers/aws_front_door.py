"""What stands before moto: it keeps a record, makes AWS fail as it does fail, and corrects what moto gets wrong.

moto dates every version of a secret now, answers denials of JSON services in XML, lacks SES's `GetAccount`, and gives
the version that was put last, not the one that is current.
"""

from __future__ import annotations

import io
import json
import re
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from moto.secretsmanager.models import secretsmanager_backends

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

ACCOUNT = "123456789012"
"""The account that moto takes everybody to be of."""

SEEDING_KEY = "AKIASEEDINGSEEDING00"
"""Requests with this access key prepare a test: they are neither recorded nor interfered with."""

_CREDENTIAL = re.compile(r"Credential=(?P<key>[^/]+)/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/")

Reply: TypeAlias = "tuple[int, str, bytes]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request: AWS's name of the operation (or method and path), its parameters, and who asked where."""

    operation: str
    parameters: Mapping[str, Any]
    access_key: str
    region: str
    service: str


@dataclass(slots=True, kw_only=True)
class Interference:
    """What happens instead of an answer, ``times`` times (None for ever), to requests that ``concern`` it.

    ``reply`` makes the answer; without one the server stays silent until it is told to go on. ``carried_out`` when
    AWS does what was asked all the same.
    """

    operation: str
    concerns: Callable[[Mapping[str, Any]], bool]
    reply: Callable[[Asked], Reply] | None
    times: int | None
    carried_out: bool = False


@dataclass(slots=True)
class FrontDoor:
    """A WSGI application around moto's."""

    moto: WSGIApplication
    asked: list[Asked] = field(default_factory=list)
    interferences: list[Interference] = field(default_factory=list)
    ahead: dict[str, Callable[[], object]] = field(default_factory=dict)
    released: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        asked = _asked(environ)
        if asked.access_key == SEEDING_KEY:
            return self.moto(environ, start_response)
        with self.lock:
            self.asked.append(asked)
        ahead = self.ahead.pop(asked.operation, None)
        if ahead is not None:
            ahead()
        interference = self._interference(asked)
        if interference is not None:
            if interference.carried_out:
                list(self.moto(environ, lambda *_: lambda _body: None))
                if asked.operation == "UpdateSecretVersionStage":
                    _follow_current(asked)
            if interference.reply is None:
                self.released.wait()
                return _send(start_response, (503, "text/plain", b""))
            return _send(start_response, interference.reply(asked))
        own = _OWN.get(asked.operation)
        if own is not None:
            return _send(start_response, own(asked))
        answer = self.moto(environ, start_response)
        if asked.operation == "UpdateSecretVersionStage":
            _follow_current(asked)
        return answer

    def _interference(self, asked: Asked) -> Interference | None:
        with self.lock:
            for one in self.interferences:
                if one.operation in (asked.operation, "*") and one.times != 0 and one.concerns(asked.parameters):
                    one.times = None if one.times is None else one.times - 1
                    return one
        return None


def error(asked: Asked, code: str, message: str, status: int = 400) -> Reply:
    """An error as the service that was asked writes it: XML from STS and SES, JSON from the others."""
    if asked.service in {"sts", "ses"} and not asked.operation.startswith(("GET ", "POST ", "PUT ")):
        text = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
        return status, "text/xml", f"<ErrorResponse><Error>{text}</Error></ErrorResponse>".encode()
    return _json({"__type": code, "message": message}, status)


def _asked(environ: WSGIEnvironment) -> Asked:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    target = str(environ.get("HTTP_X_AMZ_TARGET", ""))
    found = _CREDENTIAL.search(str(environ.get("HTTP_AUTHORIZATION", "")))
    if target or not str(environ.get("CONTENT_TYPE", "")).startswith("application/x-www-form-urlencoded"):
        operation = target.rpartition(".")[2] or f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
        parameters = json.loads(body) if target or body.startswith(b"{") else {}
    else:
        parameters = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        operation = parameters.get("Action", "")
    return Asked(
        operation=operation,
        parameters=parameters,
        access_key=found["key"] if found else "",
        region=found["region"] if found else "",
        service=found["service"] if found else "sts",
    )


def _json(data: Mapping[str, Any], status: int = 200) -> Reply:
    return status, "application/x-amz-json-1.1", json.dumps(data).encode()


def _send(start_response: StartResponse, reply: Reply) -> Iterable[bytes]:
    status, content_type, body = reply
    start_response(f"{status} As Told", [("Content-Type", content_type), ("Content-Length", str(len(body)))])
    return [body]


def _list_secret_version_ids(asked: Asked) -> Reply:
    """Every version with its own date, and in pages; those without a stage only if asked for."""
    backend = secretsmanager_backends[ACCOUNT][asked.region]
    name = asked.parameters["SecretId"]
    if name not in backend.secrets:
        return error(asked, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
    secret: Any = backend.secrets[name]
    versions = [
        {"VersionId": version, "VersionStages": about["version_stages"], "CreatedDate": about["createdate"]}
        for version, about in secret.versions.items()
        if about["version_stages"] or asked.parameters.get("IncludeDeprecated")
    ]
    start, size = int(asked.parameters.get("NextToken", 0)), asked.parameters.get("MaxResults", 100)
    page: dict[str, Any] = {"ARN": secret.arn, "Name": secret.name, "Versions": versions[start : start + size]}
    if len(versions) > start + size:
        page["NextToken"] = str(start + size)
    return _json(page)


def _follow_current(asked: Asked) -> None:
    """Let the version that is current be the one that is given."""
    secret: Any = secretsmanager_backends[ACCOUNT][asked.region].secrets[asked.parameters["SecretId"]]
    for version, about in secret.versions.items():
        if "AWSCURRENT" in about["version_stages"]:
            secret.default_version_id = version


def _email_account(_asked: Asked) -> Reply:
    """SES v2's `GetAccount` for an account that is out of the sandbox."""
    return _json(
        {
            "DedicatedIpAutoWarmupEnabled": False,
            "EnforcementStatus": "HEALTHY",
            "ProductionAccessEnabled": True,
            "SendQuota": {"Max24HourSend": 50000.0, "MaxSendRate": 14.0, "SentLast24Hours": 0.0},
            "SendingEnabled": True,
        }
    )


_OWN: dict[str, Callable[[Asked], Reply]] = {
    "ListSecretVersionIds": _list_secret_version_ids,
    "GET /v2/email/account": _email_account,
}
