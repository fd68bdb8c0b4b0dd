"""Before a live test: does the login go where production's logins go now?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.deploy.guards import HOST_CHANGE, Guard, host_guard
from kmconfig.deploy.prepare import access_of
from kmconfig.errors import KmconfigError
from kmconfig.targets.registry import reader_for

if TYPE_CHECKING:
    from kmconfig.environment.environment import Environment
    from kmconfig.environment.project import Project
    from kmconfig.secrets.stores import Stores


def live_host_guards(project: Project, environment: Environment, *, stores: Stores) -> list[Guard]:
    """The guard that a test of this environment touches, if any.

    Where a target is declared and cannot be read from here, the live host is not known; then the login needs
    either a place in `policy.hosts` or an approval.
    """
    if environment.tier != "production" or environment.get("target") is None:
        return []
    smtp = environment.email.smtp
    if smtp is None or smtp.password is None:
        return []
    try:
        live = reader_for(environment, access_of(project, stores)).live()
    except KmconfigError as error:
        if project.file.allowed_hosts is not None:
            return []
        reason = f"which server production uses now could not be read ({error.message})"
        return [Guard(HOST_CHANGE, f"the login would go to `{smtp.host.data}`, and {reason}")]
    guard = host_guard(environment, live.host)
    return [guard] if guard is not None else []
