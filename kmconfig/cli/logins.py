"""Saying with -v as whom the secret stores of an environment were asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.cli.options import current

if TYPE_CHECKING:
    from kmconfig.cli.worst import Outcomes
    from kmconfig.environment.environment import Environment
    from kmconfig.environment.project import Project


def say_logins(project: Project, environment: Environment, outcomes: Outcomes) -> None:
    """One line for each store that was asked for this environment. AWS is asked who we are only for this."""
    if current().verbosity < 1:
        return
    from kmconfig.environment.stores import stores_of  # noqa: PLC0415
    from kmconfig.report.apply import login_lines  # noqa: PLC0415
    from kmconfig.secrets.stores import Place  # noqa: PLC0415

    logins = current().stores(project).logins(Place(environment.tier, stores_of(environment)))
    for line in login_lines(logins, style=current().style(outcomes.stream)):
        outcomes.say(line)
