"""What an answer of the platform means. Its own code decides, never the status alone, and only codes that are known."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from kmconfig.targets.settings_api.signature import NotSigned

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from kmconfig.secrets.vault.wire import Reply
    from kmconfig.targets.settings_api.signature import Verifier

Effect: TypeAlias = Literal["none", "unknown"]
"""What a request that was not granted has done: certainly nothing, or nobody can tell."""

PASSING: Final = frozenset({429, 502, 503, 504})
"""Statuses after which the same request may succeed a moment later."""

_KEY_HELP: Final = "correct `target.settings_api.api_key`, or the key in the admin portal"
_LOG_HELP: Final = "look into the log of the server, and of what stands before it"
_KEY_CODES: Final = {
    100: (
        "the API key is not valid there",
        "a key belongs to one environment of the platform: use one of this one in `target.settings_api.api_key`",
    ),
    101: ("the API key is inactive", "activate it in the admin portal, or use another one"),
    102: ("the API key lacks the capability for this", "give it the capability in the admin portal"),
    103: ("the API key may not be used from this address", "allow this machine's address in the admin portal"),
    150: ("access is denied", _KEY_HELP),
}
_LONGEST_CODE: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """A success: the code is one of those that were waited for. ``response`` is signed where that is asked for."""

    response: Mapping[str, Any] = field(repr=False)
    etag: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """Anything else. ``fact`` and ``help`` hold no text of the server; ``errors``, by field, are hostile text.

    ``changed_meanwhile`` says that the settings are no longer those that the request was bound to, ``unanswered`` that
    the server may still be at work on it.
    """

    fact: str
    help: str | None = None
    effect: Effect = "unknown"
    errors: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    changed_meanwhile: bool = False
    unanswered: bool = False


def meaning(reply: Reply, *, codes: Collection[int], verifier: Verifier | None) -> Granted | Denied:
    """Judge an answer; ``codes`` mean success."""
    by_status = _status(reply)
    if by_status is not None:
        return by_status
    body = reply.body
    if body is None or not isinstance(body.get("response"), dict):
        return Denied(
            fact=f"{reply.host} answered status {reply.status} with something that is not the interface's JSON",
            help="look for a proxy or a login page in between, or correct `target.settings_api.url` and `path`",
        )
    if verifier is None:
        return _judged(reply, body["response"], codes)
    try:
        response = verifier.signed(body)
    except NotSigned as reason:
        fact = f"the answer of {reply.host} cannot be believed: {reason}"
        return Denied(fact=fact, help="look for what stands between, and compare `signing_key_file` with the platform")
    return _judged(reply, response, codes)


def _status(reply: Reply) -> Denied | None:
    """What the status alone says, None where the code has to say it."""
    if 300 <= reply.status < 400:
        return Denied(
            fact=f"{reply.host} redirects (status {reply.status}), which is not followed with a key",
            help="give the final address in `target.settings_api.url`",
        )
    if reply.status == 412:
        return Denied(fact="the settings changed after they were read", effect="none", changed_meanwhile=True)
    if reply.status == 429:
        return Denied(fact=f"{reply.host} is throttling requests", help="run again later", effect="none")
    if reply.status in PASSING:
        return Denied(fact=f"{reply.host} answered status {reply.status}", help=_LOG_HELP)
    return None


def _judged(reply: Reply, response: Mapping[str, Any], codes: Collection[int]) -> Granted | Denied:
    code = response.get("code")
    if isinstance(code, bool) or not isinstance(code, int) or not 0 <= code < _LONGEST_CODE:
        return Denied(
            fact=f"the answer of {reply.host} holds no code", help="check that the address leads to KeyManager"
        )
    if code in codes:
        return _granted(reply, response, code)
    errors = _errors(response)
    if errors:
        return Denied(fact=f"{reply.host} refused the settings (code {code})", effect="none", errors=errors)
    if code in _KEY_CODES:
        fact, help_ = _KEY_CODES[code]
        return Denied(fact=f"{reply.host}: {fact} (code {code})", help=help_, effect="none")
    if reply.status in (401, 403):
        fact = f"{reply.host} denies access (status {reply.status}, code {code})"
        return Denied(fact=fact, help=_KEY_HELP, effect="none")
    help_ = "where it means success, add it to `target.settings_api.codes`" if _succeeded(reply) else _LOG_HELP
    return Denied(fact=f"{reply.host} answered with the code {code}, which is not known", help=help_)


def _granted(reply: Reply, response: Mapping[str, Any], code: int) -> Granted | Denied:
    if _succeeded(reply):
        return Granted(response=response, etag=reply.etag)
    fact = f"{reply.host} answered with the code {code} of a success and the status {reply.status} of a failure"
    return Denied(fact=fact, help=_LOG_HELP)


def _succeeded(reply: Reply) -> bool:
    return 200 <= reply.status < 300


def _errors(response: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
    """The messages by field, of those that are texts."""
    errors = response.get("errors")
    if not isinstance(errors, dict):
        return {}
    listed = {field: texts if isinstance(texts, list) else [texts] for field, texts in errors.items()}
    return {field: tuple(text for text in texts if isinstance(text, str)) for field, texts in listed.items()}
