"""What Mailgun says of a domain, as rules look at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from kmconfig.errors import CouldNotCheck
from kmconfig.lint.observed import AccountState
from kmconfig.mail.failure import StageFailed
from kmconfig.mail.mailgun_api import Api, Request
from kmconfig.mail.mailgun_domain import read_domain

if TYPE_CHECKING:
    from kmconfig.mail.mailgun_account import ApiAddress, MailgunAccount

_FORBIDDEN: Final = frozenset({401, 403})


def mailgun_state(account: MailgunAccount, address: ApiAddress, name: str) -> AccountState:
    """Ask for a domain's state. Nothing is raised for what Mailgun does not tell."""
    try:
        api = Api(address, account.key)
        ends = api.clock.now() + account.timeout
        answer = api.ask(Request("GET", f"/v4/domains/{quote(account.domain, safe='')}"), ends=ends)
    except (StageFailed, CouldNotCheck) as failed:
        return AccountState(name, unknown=failed.words if isinstance(failed, StageFailed) else failed.message)
    if answer.status == 404:
        return AccountState(name, paused="", domain="missing")
    if answer.status in _FORBIDDEN:
        return AccountState(
            name, unknown=f"{address.host} does not tell this key ({answer.words}): a sending key may not look"
        )
    found = read_domain(answer.body or {}, clean=api.scrubbed) if answer.ok else None
    if found is None or found.state not in ("active", "unverified", "disabled"):
        return AccountState(name, unknown=f"{address.host} does not tell the domain's state ({answer.words})")
    if found.state == "disabled":
        return AccountState(name, sandbox=found.sandbox, paused="the domain is disabled")
    return AccountState(
        name,
        sandbox=found.sandbox,
        paused="",
        domain="active" if found.state == "active" else "unverified",
        detail=", ".join(f"no {record}" for record in found.wrong_records[:1]),
    )
