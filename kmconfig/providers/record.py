"""What is known of one mail provider, as data."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

FACTS_OF = "2026-11-22"
"""The day on which the facts of the records were last compared with their sources."""


class Mistake(NamedTuple):
    """What people take for a credential and is none: its pattern, and what it is, in words behind "it is".

    ``confirmed`` says that the provider documents that it does not work.
    """

    pattern: str
    meaning: str
    confirmed: bool = True


class Form(NamedTuple):
    """How one half of a login is written.

    ``pattern`` is a regular expression for the whole text, None where anything may be right. ``expected`` says
    it in words that can stand behind "expects". ``exact`` is the one right value where there is only one.
    ``secret`` says that it must never stand in a file as text. ``confirmed`` says that the provider documents
    the form itself. ``mistakes`` are forms that do not work although they look right to people.
    """

    pattern: str | None
    expected: str
    exact: str | None = None
    secret: bool = False
    confirmed: bool = True
    mistakes: tuple[Mistake, ...] = ()

    def fits(self, text: str) -> bool:
        """Whether ``text`` is written as the provider expects."""
        return self.pattern is None or re.fullmatch(self.pattern, text) is not None


SMALL = "abcdefghijklmnopqrstuvwxyz"
CAPITALS = SMALL.upper()
DIGITS = "0123456789"
HEX = DIGITS + "abcdef"
ALPHANUMERIC = CAPITALS + SMALL + DIGITS
BASE64 = ALPHANUMERIC + "+/"


class Outline(NamedTuple):
    """A part of every match of a pattern, with an ``x`` for each character that is one of ``alphabet``.

    ``text`` holds nothing else but hyphens and single blanks.
    """

    alphabet: str
    text: str


class Leak(NamedTuple):
    """The shape of a secret where it has no business to stand.

    ``kind`` names it to people. ``near`` are words of which one must stand close by, lower case, for shapes that
    other things have too. ``mixed`` asks for capitals, small letters and digits together. ``literal`` and
    ``outline`` are found in every match of ``pattern``; a text without them is not searched.
    """

    kind: str
    pattern: str
    near: tuple[str, ...] = ()
    mixed: bool = False
    literal: str = ""
    outline: Outline | None = None


class Retirement(NamedTuple):
    """The end of a way to log in. ``fact`` is a sentence with its dates, ``remedy`` what to do instead."""

    fact: str
    remedy: str
    source: str


ANY_ADDRESS = r"[^@\s]+@[^@\s]+\.[^@\s]+"
AWS_REGION = r"[a-z]{2}(?:-[a-z]+)+-[0-9]{1,2}"


class Provider(NamedTuple):
    """One provider's submission service.

    ``hosts`` are its SMTP hosts. ``regional_hosts`` are templates in which ``{region}`` stands for a region and
    ``*`` for one label; ``region`` is the pattern of a region and ``regions`` are those known to exist.
    ``domains`` belong to the provider as a whole; ``other_hosts`` is a pattern of hosts that are the provider's
    and take no submissions, where its domain is not its own for mail.

    ``api_credentials`` are the secrets of the provider's own API, by the names of the settings that take them.

    ``regions_final`` is False where more regions may exist than are known. ``companies`` are the names under which
    people know the provider and its owner, as far as they are no words of every day.

    ``ports`` maps each port to ``tls`` (STARTTLS) or ``ssl`` (TLS from the first byte). ``from_rule`` says which From
    addresses are taken: ``login`` (that of the login), ``verified`` (verified with the provider), ``any``.
    ``spf_include`` is None where the provider needs no include; with ``own_bounces`` it belongs into the record of the
    domain that bounces go to, which is the provider's or below the sender's, and never the sender's itself.
    ``dkim_selectors`` are those that customers are given; with ``other_selectors`` some are given others, and
    ``dkim_selector_form`` is how those look that are made for each. ``dkim_alias`` is the name that the one of a key
    leads to, where that is known; ``{selector}`` stands for the selector, and what stands in angle brackets is told by
    the account.
    ``password_login_ends`` says where passwords are on their way out. ``documentation`` is a URL. ``source`` says
    where the facts come from, ``facts_of`` the day on which they were last compared with it.
    """

    slug: str
    title: str
    ports: Mapping[int, Literal["tls", "ssl"]]
    username: Form
    credential: Form
    limits: str
    documentation: str
    source: str
    hosts: tuple[str, ...] = ()
    regional_hosts: tuple[str, ...] = ()
    region: str = AWS_REGION
    regions: tuple[str, ...] = ()
    regions_final: bool = True
    domains: tuple[str, ...] = ()
    other_hosts: str | None = None
    companies: tuple[str, ...] = ()
    recommended_port: int = 587
    credentials_required: bool = True
    leaks: tuple[Leak, ...] = ()
    from_rule: Literal["login", "verified", "any"] = "verified"
    spf_include: str | None = None
    own_bounces: bool = False
    dkim_selectors: tuple[str, ...] = ()
    other_selectors: bool = False
    dkim_selector_form: str = ""
    dkim_alias: str = ""
    password_login_ends: Retirement | None = None
    api_credentials: Mapping[str, Form] = MappingProxyType({})
    facts_of: str = FACTS_OF

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        return f"Provider({self.slug!r})"

    def ports_with(self, encryption: str) -> tuple[int, ...]:
        """The ports that speak ``tls`` or ``ssl``."""
        return tuple(port for port, spoken in self.ports.items() if spoken == encryption)

    def region_of(self, host: str) -> str | None:
        """The region a regional host names, whether it exists or not; None for any other host."""
        for template in self.regional_hosts:
            found = re.fullmatch(host_pattern(template, self.region), host)
            if found is not None:
                return found["region"]
        return None

    def example_hosts(self) -> tuple[str, ...]:
        """All hosts that can be written out: the exact ones, and the regional ones of every known region."""
        regional = [
            template.format(region=region)
            for template in self.regional_hosts
            if "*" not in template
            for region in self.regions
        ]
        return (*self.hosts, *regional)


def host_pattern(template: str, region: str) -> str:
    """The regular expression of a host template."""
    pattern = re.escape(template).replace(re.escape("{region}"), f"(?P<region>{region})")
    return pattern.replace(re.escape("*"), "[a-z0-9-]+")
