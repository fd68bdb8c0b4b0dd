"""Logging in to a mailbox: the only place where its password is read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from kmconfig.mail.failure import StageFailed, bounded
from kmconfig.mail.login import Credentials
from kmconfig.secrets.frames import frames_cleared

if TYPE_CHECKING:
    from kmconfig.mail.confirm.client import BoundedClient
    from kmconfig.mail.confirm.server import ImapServer
    from kmconfig.mail.scrub import Scrubber

# A JSON web token, as Microsoft's access tokens are, or one of Google's.
_ACCESS_TOKEN: Final = re.compile(rb"(?:eyJ[\w-]+\.[\w-]+\.[\w-]*|ya29\.[\w./-]+)")


@frames_cleared()
def sign_in(client: BoundedClient, server: ImapServer, scrubber: Scrubber) -> None:
    """Log in, with XOAUTH2 where the password is an access token.

    Raises StageFailed of kind ``login``, or ``no-login`` where there is no way to.
    """
    if client.state == "AUTH":
        raise StageFailed("preauth", "the server has logged somebody in already, nobody knows whom")
    credentials = Credentials.reveal(server.username, server.password, scrubber)
    try:
        status, data = _attempt(client, credentials)
        refused = None if status == "OK" else f"{status} {words_of(data)}"
    except client.abort:
        raise
    except client.error as error:
        refused = words_of(list(error.args))
    if refused is not None:
        raise StageFailed("login", f"the login is refused: {bounded(scrubber.scrub(refused))}")


def _attempt(client: BoundedClient, credentials: Credentials) -> tuple[str, Any]:
    name, key = credentials.username, credentials.password
    if "AUTH=XOAUTH2" in client.capabilities and _ACCESS_TOKEN.fullmatch(key):
        answer = b"user=" + name + b"\1auth=Bearer " + key + b"\1\1"
        return client.authenticate("XOAUTH2", Answer(answer))
    if "AUTH=PLAIN" in client.capabilities:
        return client.authenticate("PLAIN", Answer(b"\0" + name + b"\0" + key))
    if "LOGINDISABLED" in client.capabilities:
        raise StageFailed("no-login", "the server offers no login that this mailbox could use")
    return client.log_in(_text(name), _text(key))


class Answer:
    """Answers a server's first challenge; any further one, in which XOAUTH2 explains its refusal, with nothing."""

    __slots__ = ("_answer",)

    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    def __call__(self, _challenge: bytes) -> bytes:
        answer, self._answer = self._answer, b""
        return answer


def _text(value: bytes) -> str:
    text = value.decode("utf-8", "surrogateescape")
    if not text.isascii() or re.search(r"[\r\n\0]", text):
        raise StageFailed("login", "the server's LOGIN takes only ASCII, and it does not offer AUTH=PLAIN")
    return text


def words_of(data: Any) -> str:
    """What a server said, as text."""
    parts = data if isinstance(data, list) else [data]
    return " ".join(part.decode("utf-8", "replace") if isinstance(part, bytes) else str(part) for part in parts)
