"""A login at a Vault: made when first needed, renewed once when it is lost, ended when it is our own."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, NamedTuple

from kmconfig.secrets.vault.faults import Fault, Trouble
from kmconfig.secrets.vault.logins import Desk, log_in, origin_of
from kmconfig.secrets.vault.namespaces import check_namespaces
from kmconfig.secrets.vault.tokens import Token, accessor_of, supplied_token

if TYPE_CHECKING:
    from collections.abc import Callable

    from kmconfig.secrets.vault.wire import Reply


class Namespace(NamedTuple):
    """A namespace and where it is written; ``path`` is None for the root."""

    path: str | None = None
    origin: str = ""

    def __str__(self) -> str:
        return f"namespace `{self.path}`{self.origin}" if self.path is not None else ""


class Session:
    """Asks one server as one login."""

    def __init__(self, desk: Desk, namespace: Namespace) -> None:
        self._desk = desk
        self._namespace = namespace
        self._token: Token | None = None
        self._proven = False

    def ask(self, question: Callable[[], Reply]) -> Reply:
        """Put a question of hvac's API and answer with the reply, be it 403 by policy.

        A login of ours that has ended is made again once. Raises Fault when there is no login.
        """
        token = self._logged_in()
        reply = question()
        if reply.status != 403:
            self._proven = True
            return reply
        if self._knows_token():
            return reply
        if not token.own:
            raise Fault(_bad_token(token))
        if not self._proven:
            # A login just made is good; it only may not look itself up.
            return reply
        self._token = None
        self._logged_in()
        reply = question()
        self._proven = reply.status != 403
        return reply

    def begin(self) -> None:
        """Wait as long for what comes now as if nothing had been asked before."""
        self._desk.connection.begin()

    def capabilities(self, path: str) -> tuple[str, ...] | None:
        """What the login may do at a path, None when it may not ask that."""
        self._logged_in()
        reply = self._desk.api.capabilities(path)
        found = reply.part("data").get(path, (reply.body or {}).get("capabilities"))
        if reply.status != 200 or not isinstance(found, list):
            return None
        return tuple(capability for capability in _CAPABILITIES if capability in found)

    def identity(self) -> str:
        """As whom the server is asked, for people."""
        login = self._desk.login
        if self._token is not None:
            who = str(self._token)
        elif login.method != "token":
            who = origin_of(login)
        else:
            who = f"token from {login.secret}" if login.secret is not None else "token"
        return f"{who}, {self._namespace}" if self._namespace.path is not None else who

    def close(self) -> None:
        """End a login of our own. That it could not be ended is logged as a warning: it ends by itself."""
        token = self._token
        if token is not None and token.own and token.revocable:
            self._desk.connection.hurry()
            self._revoke(token)
        self._token = None
        self._desk.connection.token = None
        self._desk.connection.close()

    def _revoke(self, token: Token) -> None:
        try:
            status = self._desk.api.revoke_self().status
        except Fault as fault:
            reason = fault.trouble.fact
        else:
            if status < 300:
                return
            reason = f"status {status}"
        logging.getLogger(__name__).warning(
            "the %s could not be ended (%s); it stays valid until its time is over", token, reason
        )

    def _logged_in(self) -> Token:
        if self._token is None:
            self._desk.connection.token = None
            self._token = self._obtained()
            self._desk.register(self._token.secret)
            self._desk.connection.token = self._token.secret
            self._proven = False
        return self._token

    def _obtained(self) -> Token:
        """Log in. Whatever stops that stops every question, and a secret id may not be spent on each."""
        desk = self._desk
        try:
            if self._namespace.path is not None:
                check_namespaces(desk.api, self._namespace.path)
            if desk.login.method == "token":
                return supplied_token(desk.login.secret, environ=desk.environ, secret=desk.secret)
            return log_in(desk)
        except Fault as fault:
            trouble = fault.trouble
        raise Fault(trouble._replace(lasting=True))

    def _knows_token(self) -> bool:
        """Whether Vault still knows our token, asked of Vault itself: the texts of a 403 differ by version."""
        reply = self._desk.api.lookup_self()
        if reply.status != 200:
            return False
        if self._token is not None:
            self._token = self._token._replace(accessor=accessor_of(reply.part("data").get("accessor")))
        return True


_CAPABILITIES = ("create", "read", "update", "delete", "list", "patch", "sudo", "root", "deny")


def _bad_token(token: Token) -> Trouble:
    return Trouble(
        "unreachable",
        f"not logged in: Vault does not accept the {token.origin}: it is wrong, expired, revoked or used up",
        "get a new token; one that lacks the policy `default` looks the same where it lacks permission",
        lasting=True,
    )
