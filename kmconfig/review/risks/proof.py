"""Risks of how a send is proved: who gets the test message, and who looks whether it arrives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.review.model import Risk
from kmconfig.review.quoted import quoted, quoted_names
from kmconfig.review.risks.addresses import is_newly_clear, is_other_host, is_same_but_scheme

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.review.model import Change, Severity
    from kmconfig.review.sides import Sides


def test_recipients_removed(change: Change, sides: Sides) -> Iterator[Risk]:
    """Apply proves the settings by a message to them."""
    if sides.after is None:
        return
    before, after = _addresses(change.before), _addresses(change.after)
    gone = [address for address in before if address not in after]
    if before and not after:
        yield Risk("medium", "no test recipient is left: apply refuses to write without one")
    elif gone:
        yield Risk("info", f"test messages no longer go to {quoted_names(gone)}")


def _addresses(data: object) -> list[str]:
    return [entry for entry in data if isinstance(entry, str)] if isinstance(data, list) else []


def mailbox_moved(change: Change, sides: Sides) -> Iterator[Risk]:
    """Another server is given the login of the mailbox, and says whether messages arrive; or nobody does."""
    if sides.after is None or is_same_but_scheme(change.before, change.after):
        return
    if change.after is None:
        yield Risk("medium", "nothing looks any more whether test messages arrive, and how they are authenticated")
        return
    where = quoted(str(change.after))
    if change.before is None:
        severity: Severity = "medium" if sides.before is not None else "info"
        yield Risk(severity, f"the login of the test mailbox goes to {where}")
    elif is_other_host(change.before, change.after):
        yield Risk("high", f"the login of the test mailbox goes to another server, {where}")
    else:
        yield Risk("medium", f"the login of the test mailbox goes to another address of the server, {where}")


def mailbox_weaker(change: Change, _: Sides) -> Iterator[Risk]:
    """STARTTLS in the place of TLS from the first byte."""
    if is_newly_clear(change.before, change.after):
        yield Risk(
            "medium",
            "`imap://` is weaker than `imaps://`: the connection to the mailbox begins in clear text; kmconfig insists"
            " on STARTTLS before it logs in, other programs may not",
        )
