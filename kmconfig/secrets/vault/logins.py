"""How to get a token: one function for each method of Vault, each answering with the login's reply."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from kmconfig.secrets.secret import Secret
from kmconfig.secrets.secret_file import Unreadable, read_secret_file
from kmconfig.secrets.vault.faults import not_logged_in
from kmconfig.secrets.vault.replies import errors_of
from kmconfig.secrets.vault.tokens import Token, login_token, obtained

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from kmconfig.environment.reference import SecretRef
    from kmconfig.environment.stores import LoginMethod, VaultLogin
    from kmconfig.secrets.store import Answer
    from kmconfig.secrets.vault.api import Api
    from kmconfig.secrets.vault.connection import Connection
    from kmconfig.secrets.vault.patience import Limits
    from kmconfig.secrets.vault.wire import Reply


class Desk(NamedTuple):
    """What a login may need."""

    connection: Connection
    api: Api
    login: VaultLogin
    root: Path
    environ: Mapping[str, str]
    secret: Callable[[SecretRef], Answer]
    register: Callable[[Secret], None]
    limits: Limits

    def __repr__(self) -> str:
        # The process environment is part of it.
        return f"<{self.login.method} login>"

    def required(self) -> Secret:
        """The login's own secret, such as a password. Raises Fault without one."""
        if self.login.secret is None:
            raise not_logged_in(f"`{self.login.method}` has no secret to log in with", "complete `stores.vault.auth`")
        return obtained(self.login.secret, self.secret)


def log_in(desk: Desk) -> Token:
    """Log in with the method that is declared. Raises Fault when Vault does not accept it."""
    origin = origin_of(desk.login)
    reply = _METHODS[desk.login.method](desk)
    if reply.status == 200:
        return login_token(reply, origin)
    fact, remedy = _why(reply, desk.login)
    raise not_logged_in(fact, remedy)


def origin_of(login: VaultLogin) -> str:
    """Name a login for people."""
    who = login.role or (login.name if login.method == "userpass" and isinstance(login.name, str) else None)
    where = f" at `{login.mount}`" if login.mount != login.method else ""
    return f"{login.method} login{f' as `{who}`' if who else ''}{where}"


def _approle(desk: Desk) -> Reply:
    return desk.api.approle(desk.login.mount, role_id=_name(desk), secret_id=desk.required())


def _userpass(desk: Desk) -> Reply:
    name = _name(desk)
    user = name if isinstance(name, str) else name.reveal()
    return desk.api.login(f"{quote(desk.login.mount)}/login/{quote(user, safe='')}", password=desk.required())


def _kubernetes(desk: Desk) -> Reply:
    found = read_secret_file(desk.root / desk.login.token_file)
    if isinstance(found, Unreadable):
        raise not_logged_in(found.message, found.help or "mount the pod's service account token")
    return desk.api.kubernetes(
        desk.login.mount,
        role=desk.login.role,
        jwt=_alone(desk, Secret(found, reference=f"file:{desk.login.token_file}")),
    )


def _jwt(desk: Desk) -> Reply:
    from kmconfig.secrets.vault.github import github_token  # noqa: PLC0415 - only jobs of GitHub need it

    jwt = desk.required() if desk.login.secret is not None else github_token(desk)
    return desk.api.jwt(desk.login.mount, role=desk.login.role, jwt=_alone(desk, jwt))


def _alone(desk: Desk, jwt: Secret) -> Secret:
    """A JWT without the line end that files and variables put behind it."""
    desk.register(jwt)
    return Secret(jwt.reveal().strip(), reference=jwt.reference)


def _aws(desk: Desk) -> Reply:
    from kmconfig.secrets.vault.aws_identity import signed_identity  # noqa: PLC0415 - brings botocore

    return desk.api.login(f"{quote(desk.login.mount)}/login", role=desk.login.role, **signed_identity(desk.login))


_METHODS: dict[LoginMethod, Callable[[Desk], Reply]] = {
    "approle": _approle,
    "userpass": _userpass,
    "kubernetes": _kubernetes,
    "jwt": _jwt,
    "aws": _aws,
}


def _name(desk: Desk) -> str | Secret:
    name = desk.login.name
    if name is None:
        raise not_logged_in(f"`{desk.login.method}` does not say who logs in", "complete `stores.vault.auth`")
    return name if isinstance(name, str) else obtained(name, desk.secret)


_KNOWN = (
    ("audience", "the token is for another audience", "compare `audience` with the role's `bound_audiences`"),
    ("expired", "the token that was shown has expired", "get a new one; check the clocks"),
    ("subject", "the token's subject does not fit the role", "compare it with the role's `bound_subject`"),
    ("claim", "the token's claims do not fit the role", "compare them with the role's bound claims"),
    ("could not be found", "there is no such role", "correct `role`, or create it"),
    ("entry for role", "there is no such role", "correct `role`, or create it"),
    (
        "server-id",
        "the signed header does not fit",
        "write the server's `iam_server_id_header_value` as `header_value`",
    ),
    ("invalid role name", "there is no such role", "correct `role`, or create it"),
)
_REMEDIES: dict[LoginMethod, str] = {
    "approle": "check role id and secret id: the latter may have expired or be used up",
    "userpass": "check user name and password",
    "kubernetes": "check that the role is bound to this service account and namespace",
    "jwt": "check the role's bound audiences, subject and claims",
    "aws": "check that the role is bound to this AWS identity, and `header_value`",
}


def _why(reply: Reply, login: VaultLogin) -> tuple[str, str]:
    """Fact and help of a login that failed."""
    origin = origin_of(login)
    errors = errors_of(reply)
    if reply.status == 404 or "no handler for route" in errors:
        return f"nothing answers at `auth/{login.mount}`", "correct `mount`, or enable the method there"
    for phrase, fact, remedy in _KNOWN:
        if phrase in errors:
            return f"Vault does not accept the {origin}: {fact}", remedy
    remedy = _REMEDIES.get(login.method, "check `stores.vault.auth`")
    mount = f"; a `mount` that is not there is refused alike: `{login.mount}`" if reply.status == 403 else ""
    return f"Vault does not accept the {origin}", f"{remedy}{mount}"
