"""The identity that GitHub Actions gives a job, as a JWT made for one audience.

https://docs.github.com/en/actions/reference/security/oidc
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from kmconfig.secrets.secret import Secret
from kmconfig.secrets.vault.address import Address
from kmconfig.secrets.vault.failures import Failure
from kmconfig.secrets.vault.faults import not_logged_in
from kmconfig.secrets.vault.trust import proxy_for, system_context
from kmconfig.secrets.vault.wire import Request, Wire

if TYPE_CHECKING:
    from kmconfig.secrets.vault.logins import Desk

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def github_token(desk: Desk) -> Secret:
    """Ask the runner for a token. Raises Fault outside GitHub Actions and when the runner gives none."""
    url = desk.environ.get("ACTIONS_ID_TOKEN_REQUEST_URL")
    bearer = desk.environ.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN")
    if not url or not bearer:
        if desk.environ.get("GITHUB_ACTIONS") == "true":
            raise not_logged_in(
                "this job of GitHub Actions may not ask for an identity", "give it `permissions: {id-token: write}`"
            )
        raise not_logged_in(
            "`jwt` is not given, and this is no job of GitHub Actions", "write `jwt: {env: …}` below `auth.jwt`"
        )
    if not _trustworthy(url) or not bearer.isascii() or not bearer.isprintable():
        raise not_logged_in(
            "ACTIONS_ID_TOKEN_REQUEST_URL or its token is unusable", "run it in a job of GitHub Actions"
        )
    request = Secret(f"Bearer {bearer}", reference="env:ACTIONS_ID_TOKEN_REQUEST_TOKEN")
    desk.register(Secret(bearer, reference=request.reference))
    return Secret(_fetched(desk, _with_audience(url, desk.login.audience), request), reference="github:id-token")


def _fetched(desk: Desk, url: str, bearer: Secret) -> str:
    """Ask once. The runner is another server than Vault: its certificate is of the system's authorities."""
    wire = Wire(
        context=system_context,
        proxy=proxy_for(Address.parse(url.partition("?")[0]), desk.environ),
        limits=desk.limits,
    )
    try:
        outcome = wire.send(Request("GET", url, headers={"Authorization": bearer}), seconds=desk.limits.attempt)
    finally:
        wire.close()
    if isinstance(outcome, Failure):
        trouble = outcome.trouble()
        raise not_logged_in(f"GitHub gave no identity token: {trouble.fact}", "run the job again")
    value = (outcome.body or {}).get("value")
    if outcome.status != 200 or not isinstance(value, str) or not value:
        raise not_logged_in(f"GitHub gave no identity token (status {outcome.status})", "check `id-token: write`")
    return value


def _with_audience(url: str, audience: str | None) -> str:
    if audience is None:
        return url
    return f"{url}{'&' if '?' in url else '?'}audience={quote(audience, safe='')}"


def _trustworthy(url: str) -> bool:
    """Whether the job's token may be sent there."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    )
