"""Looks at the sender domains of environments, each once however many environments send from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kmconfig.dns.examine import Examined, examine
from kmconfig.dns.sender import sender_of, sends_to_nobody
from kmconfig.lint.sender_domain import DomainCheck, DomainState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kmconfig.dns.answer import Ask
    from kmconfig.dns.resolver import Resolver
    from kmconfig.dns.sender import Sender
    from kmconfig.environment.environment import Environment
    from kmconfig.errors import KmconfigError

_AT_ONCE: Final = 8


def senders_of(environments: Iterable[Environment]) -> Mapping[str, Sender]:
    """Who each environment sends as, by the names of environments.

    Environments whose settings name no domain are left out, and those whose mail stays in a development machine or
    a mail catcher.
    """
    return {
        environment.name: sender
        for environment in environments
        if not sends_to_nobody(environment) and (sender := sender_of(environment)) is not None
    }


def observe_domains(
    senders: Mapping[str, Sender], resolver: Resolver, *, progress: Callable[[str], None]
) -> Mapping[str, DomainState]:
    """What is seen of the domain of each environment, by the names of environments; blocklists are not asked.

    ``progress`` hears what is asked about.
    """
    examined = examine_all(senders.values(), resolver, stop=resolver.stop, progress=progress)
    return {name: examined[sender].state for name, sender in senders.items()}


def examine_all(
    senders: Iterable[Sender],
    ask: Ask,
    *,
    stop: Callable[[], None],
    progress: Callable[[str], None],
    blocklists: bool = False,
) -> Mapping[Sender, Examined]:
    """Look at the domains of all senders, several at a time.

    ``stop`` makes ``ask`` wait for nobody any more; it is called where the work is broken off.
    """
    distinct = tuple(dict.fromkeys(senders))
    if not distinct:
        return {}
    progress(f"the DNS about {distinct[0].domain if len(distinct) == 1 else f'{len(distinct)} senders'}")
    if len(distinct) == 1:
        return {distinct[0]: examine(distinct[0], ask, blocklists=blocklists)}
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - one domain is the rule

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        futures = {sender: pool.submit(examine, sender, ask, blocklists=blocklists) for sender in distinct}
        try:
            return {sender: future.result() for sender, future in futures.items()}
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            stop()
            raise


def unchecked_domains(senders: Mapping[str, Sender], error: KmconfigError) -> Mapping[str, DomainState]:
    """The same where no server can be asked at all."""
    return {name: unchecked(sender, error).state for name, sender in senders.items()}


def unchecked(sender: Sender, error: KmconfigError) -> Examined:
    """A domain that could not be looked at, whatever rule asks."""
    check = DomainCheck("KM711", "unknown", error.message, error.help or "")
    return Examined(sender, DomainState(sender.domain, (check,)))
