"""What an answer that cannot be used says about the server. Texts of servers choose a sentence and are never shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.secrets.vault.failures import Failure
from kmconfig.secrets.vault.faults import Trouble

if TYPE_CHECKING:
    from kmconfig.secrets.vault.wire import Reply

REPEATED = frozenset({412, 429, 500, 502, 503, 504})
"""Statuses that may pass; 412 is a cluster that has not replicated yet."""

REFUSED_UNDONE = frozenset({412, 429, 503})
"""Statuses that tell that nothing was done, so that even a login may be sent again."""

SEALED = Trouble("unreachable", "Vault is sealed", "unseal it: `vault operator unseal`", lasting=True)
UNINITIALISED = Trouble(
    "unreachable", "Vault is not initialised", "initialise the server, or correct `stores.vault.address`", lasting=True
)
SPENT = Trouble(
    "unreachable",
    "Vault used up the time that a run waits for it",
    "check the server's load and the network, then run again",
    lasting=True,
)


def errors_of(reply: Reply) -> str:
    """The server's error texts, in lower case, to look for phrases we know."""
    errors = (reply.body or {}).get("errors")
    return "\n".join(text for text in errors if isinstance(text, str)).lower() if isinstance(errors, list) else ""


def says_sealed(reply: Reply) -> bool:
    """Whether an answer says that the server is sealed, in words or as ``sys/health`` does."""
    return "vault is sealed" in errors_of(reply) or reply.part().get("sealed") is True


def passing(outcome: Reply | Failure, *, repeatable: bool) -> bool:
    """Whether the same request may succeed a moment later, and may be sent again.

    A request that is not ``repeatable``, such as a login with a secret id for one use, is sent again only if
    nothing came of it.
    """
    if isinstance(outcome, Failure):
        return outcome.passing and (repeatable or not outcome.delivered)
    return outcome.status in (REPEATED if repeatable else REFUSED_UNDONE)


def useless(reply: Reply, *, over_tls: bool) -> Trouble | None:
    """Why nothing can be made of an answer, None for one that Vault's interface documents."""
    if reply.status in _TEMPORARY:
        return Trouble("unreachable", *_TEMPORARY[reply.status])
    if reply.status == 503 and "no active vault instance" in errors_of(reply):
        return Trouble("unreachable", "the cluster has no active node", "wait for an election, or restart a node")
    if 300 <= reply.status < 400:
        remedy = "give the final address in `stores.vault.address`"
        return Trouble("unreachable", f"{reply.host} redirects in a way that is not followed", remedy)
    if reply.status >= 500:
        by = "Vault" if reply.body is not None else f"{reply.host}, not by Vault itself"
        remedy = "look into the log of the server, and of what stands before it"
        return Trouble("unreachable", f"status {reply.status} was answered by {by}", remedy)
    empty = reply.status == 204 and reply.length == 0
    return None if reply.body is not None or empty else _foreign(reply, over_tls=over_tls)


_TEMPORARY = {
    412: ("the node that answers has not replicated yet", "run again in a moment"),
    429: ("Vault is throttling requests", "run again later, or raise the rate limit quota"),
    472: ("the node is a disaster recovery secondary", "give the address of the primary cluster"),
    473: ("the node is a standby that forwards no requests", "give the address of the active node"),
}


def _foreign(reply: Reply, *, over_tls: bool) -> Trouble:
    if reply.status == 400 and not over_tls:
        return Trouble(
            "unreachable",
            f"{reply.host} refuses requests without TLS",
            "write the address with `https://`",
            lasting=True,
        )
    return Trouble(
        "unreachable",
        f"{reply.host} answered status {reply.status} with something that is not Vault's JSON",
        "look for a proxy or a login page in between, or correct `stores.vault.address`",
    )


def unexpected(what: str) -> Trouble:
    """JSON that lacks what the interface promises."""
    return Trouble(
        "unreachable",
        f"the answer holds no {what}",
        "check that the address leads to Vault or OpenBao and not elsewhere",
    )
