"""``kmconfig dns``"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from kmconfig.cli.globals import global_options, result_options
from kmconfig.cli.loading import names_of, open_project, readable_environments
from kmconfig.cli.options import current
from kmconfig.cli.output import require_writable, write_document, write_lines
from kmconfig.cli.worst import Outcomes
from kmconfig.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kmconfig.dns.examine import Examined
    from kmconfig.dns.sender import Sender
    from kmconfig.environment.environment import Environment
    from kmconfig.errors import KmconfigError


@click.command("dns")
@click.argument("environments", nargs=-1, metavar="ENV...")
@click.option("--all", "everything", is_flag=True, help="All environments.")
@click.option(
    "--resolver",
    metavar="HOST[:PORT]",
    help="Ask this name server (default: the variable KMCONFIG_RESOLVER, or the system's).",
)
@click.option("--blocklists", is_flag=True, help="Ask blocklists about the domain too, which tells them about it.")
@result_options
@global_options
def command(
    *,
    environments: tuple[str, ...],
    everything: bool,
    resolver: str | None,
    blocklists: bool,
    form: str,
    output: str | None,
) -> int:
    """Check SPF, DKIM, DMARC and MX of the domain that mail is sent from.

    Exit code 1 says that a record is missing or wrong, 5 that one could not be checked while nothing failed; warnings
    and notes end with 0.
    """
    project = open_project()
    names = names_of(project, environments, everything=everything)
    require_writable(output)
    outcomes = Outcomes(form=form)
    chosen = readable_environments(names, project, outcomes)
    run = _Run(chosen, resolver, blocklists=blocklists)
    for environment in chosen:

        def refused(error: KmconfigError, environment: Environment = environment) -> dict[str, Any]:
            return _refused(environment, error)

        with outcomes.of(environment.name, refused=refused):
            examined = run.examine(_sender(environment))
            _take(outcomes, environment.name, examined, server=run.server, show=form == "text")
    if form == "json":
        write_document(outcomes.document(), output)
    else:
        write_lines(outcomes.lines, output)
    return outcomes.exit_code


class _Run:
    """Asks each question once, whichever environments need it; all of them when the first result is due."""

    def __init__(self, environments: Sequence[Environment], chosen: str | None, *, blocklists: bool) -> None:
        from kmconfig.dns.sender import sender_of  # noqa: PLC0415
        from kmconfig.dns.servers import require_form  # noqa: PLC0415

        require_form(chosen)
        self._chosen = chosen
        self._blocklists = blocklists
        self._senders = {sender for environment in environments if (sender := sender_of(environment)) is not None}
        self._seen: Mapping[Sender, Examined] | None = None
        self.server = ""

    def examine(self, sender: Sender) -> Examined:
        """What was seen of a sender's domain. Raises CouldNotCheck where there is nobody to ask."""
        if self._seen is None:
            self._seen = self._look()
        return self._seen[sender]

    def _look(self) -> Mapping[Sender, Examined]:
        from kmconfig.dns.observing import examine_all  # noqa: PLC0415
        from kmconfig.dns.resolver import LIMIT, Resolver  # noqa: PLC0415 - brings dnspython
        from kmconfig.dns.servers import name_servers  # noqa: PLC0415
        from kmconfig.report.secrets import Waiting  # noqa: PLC0415

        resolver = Resolver(name_servers(self._chosen, os.environ), limit=LIMIT * len(self._senders))
        self.server = str(resolver)
        waiting = Waiting(sys.stderr, quiet=current().verbosity < 0)
        senders = sorted(self._senders, key=lambda sender: sender.domain)
        try:
            return examine_all(senders, resolver, stop=resolver.stop, progress=waiting, blocklists=self._blocklists)
        finally:
            waiting.over()


def _sender(environment: Environment) -> Sender:
    from kmconfig.dns.sender import sender_of  # noqa: PLC0415

    sender = sender_of(environment)
    if sender is None:
        raise ConfigurationError(
            f"the sender of `{environment.name}` names no domain", help="correct `email.sender.email`"
        )
    return sender


def _take(outcomes: Outcomes, name: str, examined: Examined, *, server: str, show: bool) -> None:
    """Keep the result; with -q people see only environments with something wrong."""
    from kmconfig.report.dns import dns_object, dns_text  # noqa: PLC0415

    code = examined.exit_code
    outcomes.add(dns_object(name, examined), code)
    if show and (code or current().verbosity >= 0):
        outcomes.lines += dns_text(name, examined, style=current().style(), server=server)


def _refused(environment: Environment, error: KmconfigError) -> dict[str, Any]:
    from kmconfig.dns.observing import unchecked  # noqa: PLC0415
    from kmconfig.dns.sender import sender_of  # noqa: PLC0415
    from kmconfig.report.dns import dns_object  # noqa: PLC0415

    sender = sender_of(environment)
    return dns_object(environment.name, None if sender is None else unchecked(sender, error))
