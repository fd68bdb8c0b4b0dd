"""The checks of what a domain receives: KM710, KM717 and KM718."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kmconfig.dns.names import listed, quoted
from kmconfig.lint.sender_domain import DomainCheck

if TYPE_CHECKING:
    from kmconfig.dns.answer import Answer, Ask

_MOST_HOSTS: Final = 10


def check_mx(domain: str, ask: Ask) -> DomainCheck:
    """Whether replies and bounces arrive (RFC 5321, section 5.1; RFC 7505)."""
    answer = ask(domain, "MX")
    if not answer.known:
        return DomainCheck("KM710", "unknown", answer.detail)
    if answer.kind != "found":
        return _without(domain, ask)
    hosts = [record.partition(" ")[2] for record in answer.records]
    if "." in hosts:
        detail = (
            f"{quoted(domain)} says that it takes no mail (null MX), so replies bounce and many receivers refuse it"
        )
        return DomainCheck(
            "KM710",
            "warn",
            detail,
            "publish another MX record in its place, or send from a domain with one",
            _suggested(domain),
            answer.records,
        )
    dead, unknown = _hosts_without_address(hosts, ask)
    if len(dead) == len(hosts):
        detail = f"replies bounce: {_without_use(dead)}"
        return DomainCheck("KM710", "warn", detail, "correct the MX records", _suggested(domain), answer.records)
    if unknown and len(dead) + len(unknown) == len(hosts):
        return DomainCheck("KM710", "unknown", unknown[0], records=answer.records)
    detail = f"mail goes to {listed(hosts)}" + (f"; {_without_use(dead)}" if dead else "")
    return DomainCheck(
        "KM710", "note" if dead else "pass", detail, "correct the MX records" if dead else "", "", answer.records
    )


def _suggested(domain: str) -> str:
    """The record but for the host, which nobody here knows."""
    return f"{domain}. IN MX 10 <the host that takes your mail>."


def _without_use(dead: list[str]) -> str:
    """Why mail reaches none of these; an MX record takes a name, and no address (RFC 1035, section 3.3.9)."""
    numbers = [host for host in dead if re.fullmatch(r"[0-9.]+", host)]
    return f"{listed(numbers)} is an address, and MX takes a name" if numbers else f"{listed(dead)} has no address"


def _hosts_without_address(hosts: list[str], ask: Ask) -> tuple[list[str], list[str]]:
    """The hosts that have none, and why others are not known."""
    dead, unknown = [], []
    for host in hosts[:_MOST_HOSTS]:
        answers = [ask(host, "A")]
        if answers[0].kind != "found":
            answers.append(ask(host, "AAAA"))
        if any(answer.kind == "found" for answer in answers):
            continue
        doubt = next((answer.detail for answer in answers if not answer.known), "")
        if doubt:
            unknown.append(doubt)
        else:
            dead.append(host)
    return dead, unknown


def _without(domain: str, ask: Ask) -> DomainCheck:
    suggestion = _suggested(domain)
    dead, unknown = _hosts_without_address([domain], ask)
    if unknown:
        return DomainCheck("KM710", "unknown", unknown[0])
    if dead:
        detail = (
            f"{quoted(domain)} has neither an MX record nor an address: replies bounce, and many receivers refuse it"
        )
        return DomainCheck("KM710", "warn", detail, "publish an MX record for the server that takes mail", suggestion)
    detail = f"{quoted(domain)} has no MX record, so mail goes to its address"
    return DomainCheck("KM710", "note", detail, "say with an MX record which server takes mail", suggestion)


def check_mta_sts(domain: str, ask: Ask) -> DomainCheck:
    """Whether mail to the domain is only delivered encrypted (RFC 8461)."""
    return _check(
        ask(f"_mta-sts.{domain}", "TXT"),
        ("KM717", "MTA-STS", r"v=STSv1\s*;\s*id=[A-Za-z0-9]{1,32}\s*;?\s*", "v=STSv1"),
        f'_mta-sts.{domain}. IN TXT "v=STSv1; id=1"',
        f"publish a policy at https://mta-sts.{domain}/.well-known/mta-sts.txt, and the record",
    )


def check_tls_rpt(domain: str, ask: Ask) -> DomainCheck:
    """Who hears when mail to the domain could not be encrypted (RFC 8460)."""
    return _check(
        ask(f"_smtp._tls.{domain}", "TXT"),
        ("KM718", "TLS-RPT", r"v=TLSRPTv1\s*;\s*rua=(?:mailto:|https://).+", "v=TLSRPTv1"),
        f'_smtp._tls.{domain}. IN TXT "v=TLSRPTv1; rua=mailto:tls-reports@{domain}"',
        "publish where reports of failed encryption go",
    )


def _check(answer: Answer, about: tuple[str, str, str, str], suggestion: str, remedy: str) -> DomainCheck:
    code, title, pattern, version = about
    if not answer.known:
        return DomainCheck(code, "unknown", answer.detail)
    meant = tuple(text for text in answer.records if text.startswith(version))
    if not meant:
        return DomainCheck(code, "note", f"there is no {title} record", remedy, suggestion)
    if len(meant) > 1 or not re.fullmatch(pattern, meant[0], re.DOTALL):
        detail = f"the {title} record cannot be read" if len(meant) == 1 else f"there are {len(meant)} {title} records"
        return DomainCheck(code, "note", detail, remedy, suggestion, meant)
    return DomainCheck(code, "pass", f"{title} is published", records=meant)
