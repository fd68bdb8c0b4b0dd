"""What OpenSSH's client says when it does not get through, and what helps."""

from __future__ import annotations

import re

from kmconfig.errors import CouldNotCheck

_TURNED_AWAY = re.compile(r"(?:kex|ssh)_exchange_identification: (?:read: )?Connection (?:reset|closed)")
_PROVE = "make sure from elsewhere that it is the right machine, and correct its line in the known_hosts file"
_FAULTS = (
    (
        ("REMOTE HOST IDENTIFICATION HAS CHANGED", "Host key for"),
        "its host key is not the one that is known",
        _PROVE,
    ),
    (
        ("Host key verification failed", "host key is known for"),
        "its host key is not known",
        "compare it with the one that its administrator names, and add it to your known_hosts or `ssh_known_hosts`",
    ),
    (
        ("Permission denied", "Too many authentication failures"),
        "it does not accept the login",
        "log in with a key that needs no passphrase here, from the SSH agent or the SSH configuration",
    ),
    (("Could not resolve hostname",), "there is no machine of this name", "correct `target.laravel_env.ssh`"),
    (
        ("Connection refused", "timed out", "No route to host", "Network is unreachable"),
        "it cannot be reached",
        "see whether it is up, and whether this machine may reach its SSH port",
    ),
    (("Bad owner or permissions", "Bad configuration option"), "the SSH configuration of this user cannot be used", ""),
)


def transport_fault(place: str, said: str) -> CouldNotCheck:
    """The error for what ssh has said, as far as it is known what that means."""
    for signs, fact, remedy in _FAULTS:
        if any(sign in said for sign in signs):
            return CouldNotCheck(f"{place}: {fact}", help=remedy or last_line(said))
    return CouldNotCheck(
        f"the connection to {place} was lost: {last_line(said) or 'ssh ended without a reason'}",
        help="run the command again; what a run has left open is then brought to its end",
    )


class SessionLost(CouldNotCheck):
    """The lock went with the session that held it; that does not mean that another run has it."""

    def __init__(self, place: str) -> None:
        super().__init__(
            f"the session that holds the lock on {place} was lost",
            help="run the command again; what a run has left open is then brought to its end",
        )


def is_turned_away(said: str) -> bool:
    """Whether the server has ended the connection at its very begin, as a busy one does (`MaxStartups`)."""
    return _TURNED_AWAY.search(said) is not None


def last_line(said: str) -> str:
    """The end of what a program has printed, on one line and not too long."""
    lines = said.strip().splitlines()
    return lines[-1].strip()[-300:] if lines else ""


def reason(said: str) -> str:
    """What a program of the other machine complains about, without its own name and the file's."""
    text = last_line(said).rpartition(": ")[2]
    return f"{text[:1].lower()}{text[1:]}" or "no reason was given"
