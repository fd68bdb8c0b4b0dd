"""Tokens: ones that we were given, and ones that a login of ours gave."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kmconfig.secrets.secret import Secret
from kmconfig.secrets.secret_file import Unreadable, read_secret_file
from kmconfig.secrets.vault.faults import Fault, not_logged_in
from kmconfig.secrets.vault.replies import unexpected

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kmconfig.environment.reference import SecretRef
    from kmconfig.secrets.store import Answer
    from kmconfig.secrets.vault.wire import Reply

_ACCESSOR = re.compile(r"[A-Za-z0-9._-]{1,128}")
_TOKEN = re.compile(r"[\x21-\x7e]{1,8192}")


class Token(NamedTuple):
    """A token, where it is from, and whether it is ours to end. ``accessor`` names it without giving it away."""

    secret: Secret
    origin: str
    own: bool = False
    accessor: str | None = None
    revocable: bool = False

    def __str__(self) -> str:
        return f"{self.origin}, accessor {self.accessor}" if self.accessor is not None else self.origin


def supplied_token(
    reference: SecretRef | None, *, environ: Mapping[str, str], secret: Callable[[SecretRef], Answer]
) -> Token:
    """The token at ``reference``; without one that in ``VAULT_TOKEN``, else in ``~/.vault-token``. Raises Fault."""
    if reference is not None:
        return _token(obtained(reference, secret), f"token from {reference}")
    if environ.get("VAULT_TOKEN"):
        return _token(Secret(environ["VAULT_TOKEN"], reference="env:VAULT_TOKEN"), "token from VAULT_TOKEN")
    home = environ.get("HOME")
    if home:
        found = read_secret_file(Path(home) / ".vault-token")
        if isinstance(found, str) and found.strip():
            return _token(Secret(found, reference="file:~/.vault-token"), "token from ~/.vault-token")
        if isinstance(found, Unreadable) and found.kind != "missing":
            raise not_logged_in(found.message, found.help or "set VAULT_TOKEN")
    raise not_logged_in(
        "there is no token in VAULT_TOKEN nor in ~/.vault-token", "set VAULT_TOKEN, or give `stores.vault.auth`"
    )


def login_token(reply: Reply, origin: str) -> Token:
    """The token that a successful login gave. Raises Fault when there is none in it."""
    auth = reply.part("auth")
    text = auth.get("client_token")
    if not isinstance(text, str) or not text:
        raise Fault(unexpected("token")._replace(lasting=True))
    token = _token(Secret(text, reference="vault:login"), origin)
    kind = auth.get("token_type")
    # A batch token has no entry in the server that could be taken away.
    return token._replace(own=True, accessor=accessor_of(auth.get("accessor")), revocable=kind != "batch")


def accessor_of(text: object) -> str | None:
    """An accessor as a server gave it, if it looks like one."""
    return text if isinstance(text, str) and _ACCESSOR.fullmatch(text) else None


def obtained(reference: SecretRef, secret: Callable[[SecretRef], Answer]) -> Secret:
    """The secret a login is made with. Raises Fault when there is none."""
    answer = secret(reference)
    if isinstance(answer, Secret):
        return answer
    raise not_logged_in(answer.message, answer.help or "give the login's own secret")


def _token(secret: Secret, origin: str) -> Token:
    text = secret.reveal().strip()
    if not _TOKEN.fullmatch(text):
        raise not_logged_in(f"the {origin} holds characters that no token has", "write the token alone, on one line")
    return Token(secret if text == secret.reveal() else Secret(text, reference=secret.reference), origin)
