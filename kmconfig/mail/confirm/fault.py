"""What goes wrong with a mailbox: nothing was learnt about the message."""

from __future__ import annotations

from typing import Final

from kmconfig.errors import CouldNotCheck

_REACH: Final = frozenset(
    (
        "name-not-found",
        "resolver",
        "resolve-timeout",
        "bad-name",
        "refused",
        "connect-timeout",
        "unreachable",
        "blocked",
    )
)
_HELP: Final = {
    "login": "correct `email.test.confirm.username` and the secret behind `password`; providers with two-factor login"
    " want an app password, and IMAP may have to be switched on for the mailbox",
    "no-login": "use another mailbox, or one of the provider that takes a user name and a password over IMAP",
    "no-starttls": "use imaps://HOST (port 993); the login is never sent without encryption",
    "preauth": "use imaps://HOST (port 993)",
    "early-data": "somebody between here and the server may be changing the conversation; use imaps://HOST",
    "tls-not-spoken": "imaps:// speaks TLS from the first byte (port 993), imap:// upgrades by STARTTLS (port 143)",
    "time": "try again, or look whether the IMAP server works",
    "protocol": "look whether `email.test.confirm.imap` leads to an IMAP server",
}


class MailboxFault(CouldNotCheck):
    """The mailbox cannot be looked into. ``kind`` says in one word why."""

    def __init__(self, kind: str, where: str, words: str) -> None:
        super().__init__(f"cannot look into the mailbox at {where}: {words}", help=_help_for(kind))
        self.kind = kind
        self.words = words


def _help_for(kind: str) -> str:
    if kind in _HELP:
        return _HELP[kind]
    if kind in _REACH:
        return "correct `email.test.confirm.imap`, or let the network reach it: port 993 (imaps) or 143 (imap)"
    if kind.startswith("certificate"):
        return "use the name in the server's certificate; for a private authority set SSL_CERT_FILE"
    return "correct `email.test.confirm`, or look whether the IMAP server works"
