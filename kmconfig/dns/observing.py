"""Looks at the sender domains of environments, each once however many environments send from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.dns.examine import Examined, examine
from kmconfig.dns.sender import sender_of, sends_to_nobody
from kmconfig.lint.sender_domain import DomainCheck, DomainState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kmconfig.dns.answer import Ask
    from kmconfig.dns.sender import Sender
    from kmconfig.environment.environment import Environment
    from kmconfig.errors import KmconfigError


def observe_domains(
    environments: Iterable[Environment],
    ask: Ask,
    *,
    blocklists: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Mapping[str, DomainState]:
    """What is seen of the domain of each environment, by the names of environments.

    Environments whose settings name no domain are left out, and those whose mail stays in a development machine or
    a mail catcher. ``progress`` hears what is asked about.
    """
    seen: dict[Sender, Examined] = {}
    states = {}
    for environment in environments:
        sender = sender_of(environment)
        if sender is None or sends_to_nobody(environment):
            continue
        if sender not in seen:
            if progress is not None:
                progress(f"the DNS about {sender.domain}")
            seen[sender] = examine(sender, ask, blocklists=blocklists)
        states[environment.name] = seen[sender].state
    return states


def unchecked_domains(environments: Iterable[Environment], error: KmconfigError) -> Mapping[str, DomainState]:
    """The same where no server can be asked at all."""
    found = ((environment, sender_of(environment)) for environment in environments if not sends_to_nobody(environment))
    return {environment.name: unchecked(sender, error).state for environment, sender in found if sender is not None}


def unchecked(sender: Sender, error: KmconfigError) -> Examined:
    """A domain that could not be looked at, whatever rule asks."""
    check = DomainCheck("KM711", "unknown", error.message, error.help or "")
    return Examined(sender, DomainState(sender.domain, (check,)))
