"""All checks of one sender's domain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from kmconfig.dns.at_once import begin
from kmconfig.dns.blocklists import check_blocklists
from kmconfig.dns.dkim import check_dkim
from kmconfig.dns.dmarc import check_dmarc
from kmconfig.dns.mx import check_mta_sts, check_mx, check_tls_rpt
from kmconfig.dns.names import quoted
from kmconfig.dns.spf import check_spf
from kmconfig.lint.sender_domain import DomainCheck, DomainState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

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
    """Make all checks of a sender's domain, at once; a domain that does not exist fails one of them only."""
    domain = sender.domain
    spf = begin(lambda: check_spf(sender, ask))
    others = [begin(look) for look in _looks(sender, ask, blocklists=blocklists)]
    there = ask(domain, "TXT")
    if there.kind == "nxdomain":
        detail = there.detail or f"there is no domain {quoted(domain)}"
        missing = DomainCheck("KM711", "fail", detail, "register it, or correct `email.sender.email`")
        return Examined(sender, DomainState(domain, (missing,)))
    exists = DomainCheck("KM711", "pass" if there.known else "unknown", there.detail or "the domain exists")
    checks = [*spf.result().checks, exists, *(check for look in others for check in look.result())]
    return Examined(sender, DomainState(domain, tuple(sorted(checks, key=_code))), spf.result().tree)


def _looks(sender: Sender, ask: Ask, *, blocklists: bool) -> Iterator[Callable[[], Iterable[DomainCheck]]]:
    """The checks beside those of SPF."""
    domain = sender.domain
    yield lambda: check_dkim(sender, ask)
    yield lambda: check_dmarc(sender, ask)
    yield lambda: (check_mx(domain, ask),)
    yield lambda: (check_mta_sts(domain, ask),)
    yield lambda: (check_tls_rpt(domain, ask),)
    if blocklists:
        yield lambda: (check_blocklists(domain, ask),)


def _code(check: DomainCheck) -> str:
    return check.code
