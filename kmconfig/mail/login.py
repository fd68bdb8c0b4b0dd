"""AUTH: PLAIN (RFC 4616), LOGIN and CRAM-MD5 (RFC 2195); XOAUTH2 as Google and Microsoft define it.

https://developers.google.com/gmail/xoauth2_protocol, after RFC 7628.
"""

from __future__ import annotations

import base64
import hmac
import json
from typing import TYPE_CHECKING, Final

from kmconfig.mail.failure import Reply, StageFailed
from kmconfig.secrets.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from kmconfig.mail.scrub import Scrubber
    from kmconfig.mail.server import Auth
    from kmconfig.mail.wire import Wire

_ENCRYPTED_ORDER: Final = ("PLAIN", "LOGIN", "CRAM-MD5")
_CLEAR_ORDER: Final = ("CRAM-MD5", "PLAIN", "LOGIN")
_SUCCESS: Final = 235
_CHALLENGE: Final = 334
_UNSUPPORTED: Final = frozenset({500, 501, 502, 503, 504})
_MOST_REFUSALS: Final = 2
"""Wrong passwords sent at most; accounts get locked for more."""
_TRY_ANOTHER: Final = _UNSUPPORTED | {535}
_TOLD: Final = ("status", "schemes", "scope")
"""What a server says of a refused token, as far as it is passed on."""


class Credentials:
    """A login in bytes, alive only while AUTH runs; its repr shows nothing."""

    __slots__ = ("password", "username")

    def __init__(self, username: bytes, password: bytes) -> None:
        self.username = username
        self.password = password

    def __repr__(self) -> str:
        return "<credentials>"

    @classmethod
    def reveal(cls, username: str | Secret, password: Secret, scrubber: Scrubber) -> Credentials:
        """Return the login as UTF-8, known to ``scrubber``.

        Raises :class:`StageFailed` of kind ``bad-login`` when no AUTH mechanism can carry it.
        """
        name = _encoded(username)
        key = _encoded(password)
        if name is None or key is None:
            raise StageFailed("bad-login", "the username or password holds characters that are no Unicode text")
        if b"\0" in name or b"\0" in key:
            raise StageFailed("bad-login", "the username or password holds a NUL character")
        scrubber.learn(key)
        if isinstance(username, Secret):
            scrubber.learn(name)
        return cls(name, key)


def _encoded(value: str | Secret) -> bytes | None:
    try:
        # Undecodable bytes of environment variables arrive as surrogates and leave as the bytes they were.
        return (value.reveal() if isinstance(value, Secret) else value).encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return None


def log_in(wire: Wire, credentials: Credentials, scrubber: Scrubber, *, auth: Auth = "login") -> tuple[str, Reply]:
    """Log in with the first mechanism that works; return its name and the server's words.

    With ``auth`` ``xoauth2`` the password is a token, and no other mechanism gets to see it. Otherwise a refused
    mechanism is followed by the next one, as servers offer mechanisms that they cannot do; the first refusal with a
    reason is the one reported. Raises :class:`StageFailed`.
    """
    if auth == "xoauth2":
        return "XOAUTH2", _xoauth2(wire, credentials, scrubber)
    refusals: list[Reply] = []
    for mechanism in _usable(wire):
        reply = _MECHANISMS[mechanism](wire, credentials, scrubber)
        if reply.code == _SUCCESS:
            return mechanism, reply
        refusals.append(reply)
        refused = sum(refusal.code == 535 for refusal in refusals)
        if reply.code not in _TRY_ANOTHER or refused == _MOST_REFUSALS:
            break
    reasons = [reply for reply in refusals if reply.code not in _UNSUPPORTED]
    raise StageFailed.from_reply((reasons or refusals)[0])


def _offered(wire: Wire) -> list[str]:
    if not wire.has_extn("auth"):
        raise StageFailed("no-auth", "the server does not offer AUTH")
    return wire.esmtp_features["auth"].upper().split()


def _usable(wire: Wire) -> list[str]:
    offered = _offered(wire)
    order = _ENCRYPTED_ORDER if wire.encrypted else _CLEAR_ORDER
    usable = [mechanism for mechanism in order if mechanism in offered]
    if not usable:
        raise StageFailed("no-mechanism", f"the server offers AUTH with {' '.join(offered) or 'nothing'} only")
    return usable


def _say(wire: Wire, secret: bytes, scrubber: Scrubber, *, before: str = "") -> Reply:
    line = base64.b64encode(secret)
    scrubber.learn(line)
    return wire.ask(before + line.decode("ascii"))


def _plain(wire: Wire, credentials: Credentials, scrubber: Scrubber) -> Reply:
    whole = b"\0" + credentials.username + b"\0" + credentials.password
    return _final(wire, _say(wire, whole, scrubber, before="AUTH PLAIN "))


def _login(wire: Wire, credentials: Credentials, scrubber: Scrubber) -> Reply:
    reply = wire.ask("AUTH LOGIN")
    if reply.code == _CHALLENGE:
        reply = wire.ask(base64.b64encode(credentials.username).decode("ascii"))
    if reply.code == _CHALLENGE:
        reply = _say(wire, credentials.password, scrubber)
    return _final(wire, reply)


def _cram_md5(wire: Wire, credentials: Credentials, scrubber: Scrubber) -> Reply:
    reply = wire.ask("AUTH CRAM-MD5")
    if reply.code != _CHALLENGE:
        return reply
    try:
        challenge = base64.b64decode(reply.text, validate=True)
        digest = hmac.new(credentials.password, challenge, "md5").hexdigest().encode("ascii")
    except ValueError:  # no base64, or a system that forbids MD5
        return _final(wire, reply)
    scrubber.learn(digest)
    return _final(wire, _say(wire, credentials.username + b" " + digest, scrubber))


def _xoauth2(wire: Wire, credentials: Credentials, scrubber: Scrubber) -> Reply:
    if not wire.encrypted:
        raise StageFailed("clear-token", "no access token is sent without encryption")
    offered = _offered(wire)
    if "XOAUTH2" not in offered:
        raise StageFailed("no-xoauth2", f"the server offers AUTH with {' '.join(offered) or 'nothing'} only")
    if b"\1" in credentials.username + credentials.password:
        raise StageFailed("bad-login", "the username or access token holds a control character")
    whole = b"user=" + credentials.username + b"\1auth=Bearer " + credentials.password + b"\1\1"
    reply = _say(wire, whole, scrubber, before="AUTH XOAUTH2 ")
    why = ""
    if reply.code == _CHALLENGE:
        why = _token_fault(reply.text)
        # The refusal itself comes only after an empty answer to its reason.
        reply = _final(wire, wire.ask(""))
    if reply.code == _SUCCESS:
        return reply
    raise StageFailed(
        "token-refused", reply.text, reply=Reply(reply.code, scrubber.scrub(f"{reply.text}{why and f' ({why})'}"))
    )


def _token_fault(challenge: str) -> str:
    """Return what the server says of a token, such as ``status 401, schemes bearer``; empty where it says nothing."""
    try:
        told = json.loads(base64.b64decode(challenge, validate=True))
    except (ValueError, RecursionError):
        return ""
    if not isinstance(told, dict):
        return ""
    return ", ".join(f"{name} {told[name]}" for name in _TOLD if isinstance(told.get(name), str | int))


def _final(wire: Wire, reply: Reply) -> Reply:
    """Return ``reply``; where the server goes on asking, cancel (RFC 4954 §4) and call it a failure."""
    if reply.code != _CHALLENGE:
        return reply
    wire.ask("*")
    raise StageFailed("auth-protocol", f"the server went on asking: {reply.words}", reply=None)


_MECHANISMS: Final[dict[str, Callable[[Wire, Credentials, Scrubber], Reply]]] = {
    "PLAIN": _plain,
    "LOGIN": _login,
    "CRAM-MD5": _cram_md5,
}
