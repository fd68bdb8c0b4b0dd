"""Risks of who mail is from, and who answers go to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.providers.mail_domains import is_free_mail, organisation_of
from kmconfig.providers.placeholders import is_noreply
from kmconfig.review.model import Risk
from kmconfig.review.sides import provider_of, text_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.review.model import Change, Severity
    from kmconfig.review.sides import Sides


def sender_domain_changed(change: Change, sides: Sides) -> Iterator[Risk]:
    """The records of the new domain have to be there, and nobody knows it yet."""
    after, before = _domain(change.after), _domain(change.before)
    if not after or not before or after == before:
        return
    provider = provider_of(sides.after)
    asked = provider is not None and not provider.own_bounces and provider.spf_include
    include = f" that includes `{asked}`" if asked else ""
    severity: Severity = "high" if sides.is_production else "medium"
    yield Risk(
        severity,
        f"mail is from another domain: `{after}` needs SPF{include}, DKIM and DMARC of its own (`kmconfig dns` checks)",
    )
    if provider is not None and provider.from_rule == "verified":
        yield Risk("medium", f"{provider.title} refuses senders that are not verified there: verify `{after}` first")
    if is_free_mail(after):
        yield Risk("high", f"`{after}` belongs to a mailbox service, whose DMARC policy makes others refuse this mail")
    elif organisation_of(after) != organisation_of(before):
        yield Risk("info", f"receivers do not know `{after}` yet: begin with little mail and raise it step by step")


def sender_noreply(change: Change, sides: Sides) -> Iterator[Risk]:
    """Answers of customers are lost."""
    if not isinstance(change.after, str) or not is_noreply(change.after):
        return
    reply_to = text_at(sides.after, "email", "reply_to")
    if reply_to is None:
        yield Risk("medium", "answers to this sender reach nobody: set `email.reply_to` to a mailbox that is read")
    else:
        yield Risk("info", f"nobody reads this sender; answers go to `{reply_to}`")


def reply_to_changed(change: Change, sides: Sides) -> Iterator[Risk]:
    """Answers, which may be confidential, go elsewhere."""
    after, before = _domain(change.after), _domain(change.before)
    if before and change.after is None:
        yield Risk("info", "answers go to the sender's own address")
    elif after and before and organisation_of(after) != organisation_of(before):
        yield Risk("medium", f"answers of customers go to another domain, `{after}`")
    elif after and not before and sides.before is not None:
        sender = _domain(text_at(sides.after, "email", "sender", "email"))
        if sender and organisation_of(after) != organisation_of(sender):
            yield Risk("medium", f"answers of customers go to another domain than the sender's, `{after}`")


def selectors_changed(change: Change, _: Sides) -> Iterator[Risk]:
    """Signatures are looked for elsewhere."""
    if change.after:
        names = ", ".join(f"`{selector}._domainkey`" for selector in change.after)
        yield Risk("info", f"DKIM keys have to be published as {names}")


def _domain(address: object) -> str:
    return address.rpartition("@")[2].lower() if isinstance(address, str) else ""
