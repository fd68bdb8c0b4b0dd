"""The checks of a domain's DMARC policy: KM708, KM709, KM712, KM715 and KM716."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kmconfig.dns.dmarc_policy import effective_policy, walk_up
from kmconfig.dns.dmarc_record import dmarc_texts, parse_dmarc
from kmconfig.dns.names import listed, quoted
from kmconfig.lint.sender_domain import DomainCheck

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.dns.answer import Ask
    from kmconfig.dns.dmarc_policy import Published, Walk
    from kmconfig.dns.dmarc_record import DmarcRecord
    from kmconfig.dns.sender import Sender

_MOST_REPORTS: Final = 5
_BEGINNING: Final = re.compile(r"^\W*v\s*=\s*\W*dmarc\W*1?[\s;]*", re.IGNORECASE)
_LONGEST: Final = 255
"""Characters of one string of a TXT record."""


def check_dmarc(sender: Sender, ask: Ask) -> tuple[DomainCheck, ...]:
    """Look for the policy that holds for a sender, and at what it says."""
    walk = walk_up(sender.domain, ask)
    own = walk.seen[0]
    if own.unknown:
        return (DomainCheck("KM708", "unknown", own.unknown), DomainCheck("KM712", "unknown", own.unknown))
    if len(own.texts) > 1:
        return (_several(own),)
    found = walk.policy
    record = found.record if found is not None else None
    if found is None or record is None:
        return (_none(sender, walk, ask),)
    inherited = found is not own
    where = f"that of {quoted(found.domain)}" if inherited else "its own"
    present = DomainCheck("KM708", "pass", f"{quoted(sender.domain)} has a policy: {where}", records=(record.text,))
    return (
        present,
        *_strictness(record, inherited=inherited),
        _soundness(record, own),
        *_alignment(sender, record, walk, ask),
        _reports(found.domain, record, walk, ask),
    )


def _record(domain: str, policy: str = "none") -> str:
    return f'_dmarc.{domain}. IN TXT "v=DMARC1; p={policy}; rua=mailto:dmarc-reports@{domain}"'


def _corrected(own: Published) -> str:
    """The record as it is meant, where only its beginning is wrong; a new one where that cannot be told."""
    meant = _BEGINNING.sub("v=DMARC1; ", own.near[0], count=1)
    record = parse_dmarc(meant)
    sound = not record.faults and "p=" in meant and meant.isascii() and meant.isprintable()
    if not sound or re.search(r'["\\]', meant) or len(meant) > _LONGEST:
        return _record(own.domain)
    return f'_dmarc.{own.domain}. IN TXT "{meant}"'


def _several(own: Published) -> DomainCheck:
    detail = f"{quoted(f'_dmarc.{own.domain}')} has {len(own.texts)} DMARC records, so receivers discard all of them"
    return DomainCheck("KM712", "fail", detail, "keep one of them, and delete the others", records=own.texts)


def _none(sender: Sender, walk: Walk, ask: Ask) -> DomainCheck:
    """Why there is no policy: nothing there, nothing readable, or nobody answered further up."""
    own = walk.seen[0]
    if own.near:
        detail = f"{quoted(own.near[0])} is no DMARC record: it has to begin with `v=DMARC1;`, in capitals"
        return DomainCheck("KM712", "fail", detail, "correct the record", _corrected(own), own.near)
    if walk.unknown:
        return DomainCheck("KM708", "unknown", walk.unknown)
    misplaced = dmarc_texts(ask(sender.domain, "TXT").records)
    detail = f"{quoted(sender.domain)} has no DMARC policy, nor has a domain above it"
    if misplaced:
        detail += f"; the record at {quoted(sender.domain)} itself is not read, since it belongs below `_dmarc`"
    remedy = "begin with `p=none`, read the reports, then ask for `quarantine` and `reject`"
    return DomainCheck("KM708", "fail", detail, remedy, _record(walk.organisation), misplaced)


def _strictness(record: DmarcRecord, *, inherited: bool) -> Iterator[DomainCheck]:
    """KM709, unless the policy cannot be read, which KM712 says."""
    if record.faults:
        return
    policy = effective_policy(record, inherited=inherited)
    tag = "sp" if inherited and record.subdomains != record.policy else "p"
    if policy != "none":
        yield DomainCheck("KM709", "pass", f"receivers are asked to {policy} what fails")
        return
    detail = f"`{tag}=none` asks receivers to deliver what fails all the same"
    if record.testing:
        detail = "`t=y` asks receivers to deliver what fails all the same"
    yield DomainCheck(
        "KM709", "note", detail, "once the reports show that your own mail passes, ask for `p=quarantine`"
    )


def _soundness(record: DmarcRecord, own: Published) -> DomainCheck:
    if record.faults:
        detail = "; ".join(record.faults[:3])
        remedy = "correct it: receivers count such a policy as `none`, or discard the record"
        return DomainCheck("KM712", "fail", detail, remedy, records=(record.text,))
    if own.near:
        detail = f"{quoted(own.near[0])} is no DMARC record"
        return DomainCheck("KM712", "warn", detail, "correct or delete it", records=own.near)
    if record.oddities:
        return DomainCheck(
            "KM712", "warn", "; ".join(record.oddities), "bring the record up to date: RFC 9989, section 4.7"
        )
    return DomainCheck("KM712", "pass", "the record can be read to its end")


def _alignment(sender: Sender, record: DmarcRecord, walk: Walk, ask: Ask) -> Iterator[DomainCheck]:
    """KM715: whether the domain that signs counts as the domain in From. Only Mailgun's is another one."""
    provider, signer = sender.provider, sender.mail_domain or sender.domain
    if provider is None or sender.free_mail:
        return
    signs = f"{provider.title} signs as {quoted(signer)}"
    remedy = "send from the domain that the provider signs with"
    if signer != sender.domain:
        other = walk_up(signer, ask)
        if other.unknown or walk.unknown:
            yield DomainCheck("KM715", "unknown", other.unknown or walk.unknown)
            return
        if other.organisation != walk.organisation:
            detail = f"{signs}, which is another organisation's than {quoted(sender.domain)}"
            yield DomainCheck("KM715", "fail", detail, f"{remedy}, or add the sender's domain to the account")
            return
        if record.strict_dkim:
            detail = f"`adkim=s` takes signatures of {quoted(sender.domain)} only, and {signs}"
            yield DomainCheck("KM715", "warn", detail, f"write `adkim=r`, or {remedy}")
            return
    if record.strict_spf and provider.from_rule != "login":
        detail = f"`aspf=s`: bounces of {provider.title} go to a name of their own, so only DKIM can pass"
        yield DomainCheck("KM715", "note", detail, "write `aspf=r`, so that SPF counts too")
        return
    yield DomainCheck("KM715", "pass", f"what {provider.title} signs counts as mail of {quoted(sender.domain)}")


def _reports(domain: str, record: DmarcRecord, walk: Walk, ask: Ask) -> DomainCheck:
    """KM716: another organisation gets reports only if it says that it wants them (RFC 9990, section 4)."""
    receivers = tuple(dict.fromkeys((*record.report_to, *record.failures_to)))
    refused: list[str] = []
    unknown = ""
    for receiver in receivers[:_MOST_REPORTS]:
        if receiver == domain or walk_up(receiver, ask).organisation == walk.organisation:
            continue
        answer = ask(f"{domain}._report._dmarc.{receiver}", "TXT")
        if not answer.known:
            unknown = answer.detail
        elif not any(text.startswith("v=DMARC1") for text in answer.records):
            refused.append(receiver)
    if refused:
        detail = f"reports go to {listed(refused)}, which does not say that it wants those of {quoted(domain)}"
        wanted = f'{domain}._report._dmarc.{refused[0]}. IN TXT "v=DMARC1"'
        return DomainCheck("KM716", "warn", detail, f"have {quoted(refused[0])} publish it", wanted)
    if unknown:
        return DomainCheck("KM716", "unknown", unknown)
    if not record.report_to:
        remedy = f"add `rua=mailto:dmarc-reports@{domain}`"
        detail = "nobody receives reports, since the record has no `rua=` with an address"
        return DomainCheck("KM716", "note", detail, remedy)
    return DomainCheck("KM716", "pass", f"reports go to {listed(receivers)}")
