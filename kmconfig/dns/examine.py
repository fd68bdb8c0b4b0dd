"""All checks of one sender's domain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from kmconfig.dns.blocklists import check_blocklists
from kmconfig.dns.dkim import check_dkim
from kmconfig.dns.dmarc import check_dmarc
from kmconfig.dns.mx import check_inbound_security, check_mx
from kmconfig.dns.names import quoted
from kmconfig.dns.spf import check_spf
from kmconfig.lint.sender_domain import DomainCheck, DomainState

if TYPE_CHECKING:
    from kmconfig.dns.answer import Ask
    from kmconfig.dns.sender import Sender
    from kmconfig.dns.spf_tree import SpfTree

FAILED: Final = 1
COULD_NOT_CHECK: Final = 5


class Examined(NamedTuple):
    """What was seen of a sender's domain. ``spf`` is the tree of its record, None where there is not exactly one."""

    sender: Sender
    state: DomainState
    spf: SpfTree | None = None

    @property
    def exit_code(self) -> int:
        """1 for what fails, 5 for what could not be checked while nothing failed, 0 otherwise."""
        results = {check.result for check in self.state.checks}
        if "fail" in results:
            return FAILED
        return COULD_NOT_CHECK if "unknown" in results else 0


def examine(sender: Sender, ask: Ask, *, blocklists: bool) -> Examined:
    """Make all checks of a sender's domain; a domain that does not exist fails one of them only."""
    domain = sender.domain
    there = ask(domain, "TXT")
    if there.kind == "nxdomain":
        detail = there.detail or f"there is no domain {quoted(domain)}"
        missing = DomainCheck("KM711", "fail", detail, "register it, or correct `email.sender.email`")
        return Examined(sender, DomainState(domain, (missing,)))
    exists = DomainCheck("KM711", "pass" if there.known else "unknown", there.detail or "the domain exists")
    spf = check_spf(sender, ask)
    checks = (
        *spf.checks,
        *check_dkim(sender, ask),
        *check_dmarc(sender, ask),
        check_mx(domain, ask),
        exists,
        *check_inbound_security(domain, ask),
        *((check_blocklists(domain, ask),) if blocklists else ()),
    )
    return Examined(sender, DomainState(domain, tuple(sorted(checks, key=lambda check: check.code))), spf.tree)
