"""SPF records as data (RFC 7208, sections 4.5, 4.6.1, 5 to 7 and 12)."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from kmconfig.dns.names import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LOOKUPS: Final = frozenset(("include", "a", "mx", "ptr", "exists"))
"""Mechanisms that ask the DNS, and so count against the limit; the modifier ``redirect`` does too."""

_NEEDS_VALUE: Final = frozenset(("include", "exists", "ip4", "ip6"))
_MECHANISMS: Final = LOOKUPS | {"all", "ip4", "ip6"}
_MODIFIER: Final = re.compile(r"(?P<name>[A-Za-z][A-Za-z0-9_.-]*)=(?P<value>.*)", re.DOTALL)
_DIRECTIVE: Final = re.compile(r"(?P<qualifier>[+?~-]?)(?P<name>[A-Za-z0-9]+)(?P<rest>[:/].*)?", re.DOTALL)
_LENGTH: Final = r"0|[1-9][0-9]{0,2}"
_CIDR: Final = re.compile(rf"(?:/(?P<four>{_LENGTH}))?(?://(?P<six>{_LENGTH}))?")
_LETTERS: Final = "slodiphv"
_ALL_LETTERS: Final = _LETTERS + "crt"
_MACRO: Final = r"%(?:[%_-]|\{[LETTERS](?:0*[1-9][0-9]*)?r?[.\-+,/_=]*\})"
_WORD: Final = rf"(?:{_MACRO}|[\x21-\x24\x26-\x7e])+"
# The letters `c`, `r` and `t` may only stand in the text that `exp=` leads to (RFC 7208, section 7.2).
_DOMAIN_SPEC: Final = re.compile(_WORD.replace("LETTERS", _LETTERS), re.IGNORECASE)
_MACRO_STRING: Final = re.compile(_WORD.replace("LETTERS", _ALL_LETTERS), re.IGNORECASE)
_ENDS_IN_MACRO: Final = re.compile(r"\}\Z")
_TOP_LABEL: Final = re.compile(r"(?=[A-Za-z0-9-]*[A-Za-z])[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?|[0-9]+-[0-9-]*[0-9]")
_LONGEST_DOMAIN: Final = 512


class Term(NamedTuple):
    """One mechanism. ``value`` is the domain or network behind the colon; empty where none is written.

    ``macro`` says that the domain depends on the message.
    """

    text: str
    name: str
    qualifier: str = "+"
    value: str = ""
    macro: bool = False


class SpfRecord(NamedTuple):
    """One record. ``problems`` are faults for which receivers discard it as a whole.

    ``redirect`` is None where there is none. ``idle`` are mechanisms behind ``all``, which nobody reads.
    """

    text: str
    terms: tuple[Term, ...] = ()
    redirect: Term | None = None
    problems: tuple[str, ...] = ()
    idle: tuple[Term, ...] = ()

    @property
    def all(self) -> Term | None:
        """The mechanism that says what becomes of everybody else."""
        return self.terms[-1] if self.terms and self.terms[-1].name == "all" else None

    @property
    def passes_everybody(self) -> bool:
        """Whether every IPv4 or every IPv6 address passes: by `+all`, or by networks that leave none out."""
        if self.all is not None and self.all.qualifier == "+":
            return True
        return any(_leave_none_out(self.terms, kind) for kind in ("ip4", "ip6"))

    @property
    def passes_nobody(self) -> bool:
        """Whether it can be read, and says of every sender that it is none of the domain's."""
        ends = self.all is not None and self.all.qualifier in ("-", "~")
        return ends and not self.problems and not any(term.qualifier == "+" for term in self.terms)


def spf_texts(records: Iterable[str]) -> tuple[str, ...]:
    """Those of the TXT records that are SPF records."""
    return tuple(text for text in records if re.match(r"v=spf1(?: |\Z)", text, re.IGNORECASE))


def parse_spf(text: str) -> SpfRecord:
    """Read a record. Any text is read; what is wrong with it is kept."""
    terms: list[Term] = []
    modifiers: dict[str, Term] = {}
    problems: list[str] = []
    if not text.isascii() or not text.isprintable():
        problems.append("it holds characters that no SPF record may have")
    for word in filter(None, text[len("v=spf1") :].split(" ")):
        modifier = _MODIFIER.fullmatch(word)
        if modifier is not None:
            problems += _take_modifier(modifier, modifiers)
        else:
            term, faults = _term(word)
            problems += faults
            terms += [term] if term is not None else []
    end = next((index for index, term in enumerate(terms, start=1) if term.name == "all"), len(terms))
    redirect = modifiers.get("redirect")
    return SpfRecord(text, tuple(terms[:end]), redirect, tuple(problems), tuple(terms[end:]))


def _take_modifier(found: re.Match[str], modifiers: dict[str, Term]) -> Iterator[str]:
    name, value = found["name"].lower(), found["value"]
    if name not in ("redirect", "exp"):
        if value and not _MACRO_STRING.fullmatch(value):
            yield f"{quoted(found[0])} holds something that is no macro"
        return
    if name in modifiers:
        yield f"`{name}=` stands twice"
    modifiers.setdefault(name, Term(found[0], name, value=value, macro="%" in value))
    yield from _domain_faults(found[0], value)


def _term(word: str) -> tuple[Term | None, list[str]]:
    found = _DIRECTIVE.fullmatch(word)
    name = found["name"].lower() if found is not None else ""
    if found is None or name not in _MECHANISMS:
        return None, [f"{quoted(word)} is no mechanism of SPF"]
    rest = found["rest"] or ""
    value, cidr = _split(rest, name)
    term = Term(word, name, found["qualifier"] or "+", value, "%" in value)
    return term, list(_term_faults(term, rest=rest, cidr=cidr))


def _split(rest: str, name: str) -> tuple[str, str]:
    """What stands behind a mechanism's name, as its value and its prefix lengths."""
    if name not in ("a", "mx"):
        return rest[1:], ""
    slash = rest.rfind("}") + 1
    slash = rest.find("/", slash)
    value, cidr = (rest, "") if slash < 0 else (rest[:slash], rest[slash:])
    return value[1:], cidr


def _term_faults(term: Term, *, rest: str, cidr: str) -> Iterator[str]:
    if term.name == "all":
        if rest:
            yield f"{quoted(term.text)}: nothing may stand behind `all`"
    elif term.name in ("ip4", "ip6"):
        if not rest.startswith(":") or not _is_network(term):
            yield f"{quoted(term.text)} names no {'IPv4' if term.name == 'ip4' else 'IPv6'} network"
    elif rest.startswith(":"):
        yield from _domain_faults(term.text, term.value)
    elif rest and term.name not in ("a", "mx"):
        yield f"{quoted(term.text)} is no mechanism of SPF"
    elif term.name in _NEEDS_VALUE:
        yield f"{quoted(term.text)} names no domain"
    if cidr and not _is_cidr(cidr):
        yield f"{quoted(term.text)} has a prefix length that no network has"


def _is_network(term: Term) -> bool:
    kind = ipaddress.IPv4Network if term.name == "ip4" else ipaddress.IPv6Network
    try:
        kind(term.value, strict=False)
    except ValueError:
        return False
    return re.fullmatch(rf"[0-9A-Fa-f:.]+(?:/(?:{_LENGTH}))?", term.value) is not None


def _leave_none_out(terms: Iterable[Term], kind: str) -> bool:
    networks: list[Any] = [
        ipaddress.ip_network(term.value, strict=False)
        for term in terms
        if term.name == kind and term.qualifier == "+" and _is_network(term)
    ]
    # Two halves, or four quarters, join to the one network of length 0.
    return any(network.prefixlen == 0 for network in ipaddress.collapse_addresses(networks))


def _is_cidr(cidr: str) -> bool:
    found = _CIDR.fullmatch(cidr)
    return found is not None and int(found["four"] or 0) <= 32 and int(found["six"] or 0) <= 128


def _domain_faults(text: str, value: str) -> Iterator[str]:
    """Why a value is no `domain-spec`: one that ends in a label of a name, or in a macro."""
    if not value or len(value) > _LONGEST_DOMAIN or not _DOMAIN_SPEC.fullmatch(value):
        yield f"{quoted(text)} names no domain"
    elif not _ENDS_IN_MACRO.search(value):
        name = value.removesuffix(".")
        if "." not in name or not _TOP_LABEL.fullmatch(name.rpartition(".")[2]):
            yield f"{quoted(text)} names no domain"
