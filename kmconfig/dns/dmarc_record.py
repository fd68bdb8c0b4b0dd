"""DMARC policy records as data (RFC 9989, sections 4.7 and 4.8)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from kmconfig.dns.names import is_domain, normal, quoted
from kmconfig.dns.tags import parse_tags

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Policy: TypeAlias = Literal["none", "quarantine", "reject"]

POLICIES: Final[tuple[Policy, ...]] = ("none", "quarantine", "reject")
_RECORD: Final = re.compile(r"v\s*=\s*DMARC1\s*(?:;|\Z)")
_MEANT: Final = re.compile(r"\W*v\s*=\s*\W*dmarc", re.IGNORECASE)
_WORDS: Final = {"adkim": "rs", "aspf": "rs", "t": "yn", "psd": "ynu"}
_OPTIONS: Final = re.compile(r"[01ds](?:\s*:\s*[01ds])*", re.IGNORECASE)
_MAILTO: Final = re.compile(r"mailto:(?P<address>[^\s@?!,]+@(?P<domain>[^\s@?!,]+))(?:![0-9]+[kmgt]?)?", re.IGNORECASE)


class DmarcRecord(NamedTuple):
    """One record. Tags that are not written have the values that count then; ``policy`` too.

    ``report_to`` are the domains that aggregate reports go to, ``failures_to`` those for reports of single messages.
    ``faults`` are why receivers discard the policy, ``oddities`` what they ignore or read in different ways.
    """

    text: str
    policy: Policy
    subdomains: Policy
    missing: Policy
    strict_dkim: bool = False
    strict_spf: bool = False
    testing: bool = False
    suffix: str = "u"
    report_to: tuple[str, ...] = ()
    failures_to: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    oddities: tuple[str, ...] = ()


def dmarc_texts(records: Iterable[str]) -> tuple[str, ...]:
    """Those of the TXT records that are DMARC records."""
    return tuple(text for text in records if _RECORD.match(text))


def nearly_dmarc(records: Iterable[str]) -> tuple[str, ...]:
    """Those that are meant as such, and that no receiver takes for one."""
    return tuple(text for text in records if _MEANT.match(text) and not _RECORD.match(text))


def parse_dmarc(text: str) -> DmarcRecord:
    """Read a record. Any text is read; what is wrong with it is kept."""
    tags = parse_tags(text)
    values = tags.values
    policy = _policy(values.get("p"), "none")
    subdomains = _policy(values.get("sp"), policy)
    return DmarcRecord(
        text,
        policy=policy,
        subdomains=subdomains,
        missing=_policy(values.get("np"), subdomains),
        strict_dkim=values.get("adkim", "r").lower() == "s",
        strict_spf=values.get("aspf", "r").lower() == "s",
        testing=values.get("t", "n").lower() == "y",
        suffix=values.get("psd", "u").lower(),
        report_to=tuple(dict.fromkeys(_domains(values.get("rua", "")))),
        failures_to=tuple(dict.fromkeys(_domains(values.get("ruf", "")))),
        faults=(*tags.problems, *_faults(values)),
        oddities=(*_oddities(values), *_ignored(values)),
    )


def _policy(text: str | None, default: Policy) -> Policy:
    lower = (text or "").lower()
    return next((policy for policy in POLICIES if policy == lower), default)


def _faults(values: dict[str, str]) -> Iterator[str]:
    for name in ("p", "sp", "np"):
        if name in values and values[name].lower() not in POLICIES:
            yield f"{quoted(f'{name}={values[name]}')} is none of `none`, `quarantine`, `reject`"


def _ignored(values: dict[str, str]) -> Iterator[str]:
    """Tags with values that there are none of: receivers take the default, or leave the address out."""
    for name, letters in _WORDS.items():
        if name in values and (len(values[name]) != 1 or values[name].lower() not in letters):
            wanted = ", ".join(f"`{letter}`" for letter in letters)
            yield f"{quoted(f'{name}={values[name]}')} is none of {wanted}, so receivers take the default"
    if "fo" in values and not _OPTIONS.fullmatch(values["fo"]):
        options = quoted(f"fo={values['fo']}")
        yield f"{options} is no list of `0`, `1`, `d`, `s`, so receivers take the default"
    for name in ("rua", "ruf"):
        for uri in values.get(name, "").split(",") if name in values else ():
            if _domain(uri) is None:
                yield f"{quoted(f'{name}={uri.strip()}')} is no `mailto:` address, so no reports go there"


def _oddities(values: dict[str, str]) -> Iterator[str]:
    if "p" not in values:
        yield "`p=` is missing: it counts as `none`, and receivers of the older standard discard the record"
    if values.get("pct", "100") not in ("100", ""):
        share = quoted(f"pct={values['pct']}")
        yield f"{share} counts no longer: the policy holds for every message, or with `t=y` for none"


def _domains(text: str) -> Iterator[str]:
    for uri in text.split(","):
        domain = _domain(uri)
        if domain is not None:
            yield domain


def _domain(uri: str) -> str | None:
    found = _MAILTO.fullmatch(uri.strip())
    if found is None or not is_domain(found["domain"]) or "." not in found["domain"]:
        return None
    return normal(found["domain"])
