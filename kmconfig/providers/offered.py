"""Providers of installed packages: the entry points of the group ``kmconfig.providers``."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from kmconfig.environment.packages import Entry, fault_of, offered
from kmconfig.providers.record import Provider
from kmconfig.providers.record_checks import clash, unmet_requirement
from kmconfig.providers.registry import PROVIDERS

GROUP = "kmconfig.providers"


class Providers(NamedTuple):
    """The providers of installed packages, and what is wrong with them, one sentence for each fault."""

    providers: tuple[Provider, ...] = ()
    faults: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()


@cache
def load_providers() -> Providers:
    """The providers of all installed packages, looked for once in a process."""
    found = offered(GROUP, Provider, remedy="name what Provider(…) made, or a tuple of such")
    usable: list[Provider] = []
    faults = list(found.faults)
    for provider, entry in found.things:
        fault = unmet_requirement(provider) or clash(provider, (*PROVIDERS, *usable))
        if fault is None:
            usable.append(provider)
        else:
            faults.append(fault_of(entry, fault))
    return Providers(tuple(usable), tuple(faults), found.entries)
