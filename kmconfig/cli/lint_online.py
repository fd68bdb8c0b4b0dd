"""``kmconfig lint --online``: what the stores and servers say, which the online rules judge."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kmconfig.cli.options import current
from kmconfig.environment.project import PROJECT_FILE
from kmconfig.errors import CouldNotCheck
from kmconfig.lint.catalogue import enable_plugins, rules
from kmconfig.lint.configuration import Configuration
from kmconfig.mail.observing_accounts import observe_accounts
from kmconfig.report.secrets import Waiting
from kmconfig.secrets.observing import observe

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kmconfig.cli.paths import Chosen
    from kmconfig.environment.environment import Environment
    from kmconfig.environment.project import Project
    from kmconfig.lint.observed import Observed
    from kmconfig.lint.rule import Rule
    from kmconfig.lint.selection import Selection
    from kmconfig.lint.sender_domain import DomainState

#: What these rules judge only the value of a secret tells.
_NEED_VALUES = frozenset(("KM805", "KM810"))
#: What these rules judge only the provider's API tells.
_NEED_ACCOUNTS = frozenset(("KM806", "KM807", "KM808", "KM809"))
#: What these rules judge only the DNS tells.
_OF_DOMAINS = "KM7"


def observed(project: Project, chosen: Chosen | None, selection: Selection) -> Observed:
    """Ask the stores and servers of the environments that the chosen files concern, for the rules that are wanted."""
    enable_plugins(project.file)
    environments = [environment for environment in project.environments.values() if _concerned(environment, chosen)]
    configuration = Configuration(project.file)
    wanted = [rule for rule in rules() if rule.online and selection.covers(rule) and _is_on(rule, configuration)]
    waiting = Waiting(sys.stderr, quiet=current().verbosity < 0)
    try:
        stores = current().stores(project)
        seen = observe(
            environments if wanted else (),
            stores,
            now=datetime.now(UTC),
            values=any(rule.code in _NEED_VALUES for rule in wanted),
            file=project.file,
            progress=waiting,
        )
        if any(rule.code in _NEED_ACCOUNTS for rule in wanted):
            accounts = observe_accounts(environments, stores, file=project.file, progress=waiting)
            seen = seen._replace(accounts=accounts)
        if any(rule.code.startswith(_OF_DOMAINS) for rule in wanted):
            seen = seen._replace(domains=_domains(environments, waiting))
        return seen
    finally:
        waiting.over()


def _domains(environments: Sequence[Environment], progress: Callable[[str], None]) -> Mapping[str, DomainState]:
    """What the DNS says of the domains that environments send from."""
    from kmconfig.dns.observing import observe_domains, senders_of, unchecked_domains  # noqa: PLC0415
    from kmconfig.dns.resolver import LIMIT, Resolver  # noqa: PLC0415 - brings dnspython
    from kmconfig.dns.servers import name_servers  # noqa: PLC0415

    senders = senders_of(environments)
    try:
        resolver = Resolver(name_servers(None, os.environ), limit=LIMIT * max(1, len(set(senders.values()))))
    except CouldNotCheck as error:
        return unchecked_domains(senders, error)
    return observe_domains(senders, resolver, progress=progress)


def _concerned(environment: Environment, chosen: Chosen | None) -> bool:
    if chosen is None or PROJECT_FILE in chosen.paths:
        return True
    return any(layer.document.file.path in chosen.paths for layer in environment.layers)


def _is_on(rule: Rule, configuration: Configuration) -> bool:
    return configuration.severities.get(rule.code) != "off"
