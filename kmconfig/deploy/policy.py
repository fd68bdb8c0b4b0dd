"""Where a login may never go, and which programs may never run, whatever is approved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.errors import Refused
from kmconfig.targets.registry import commands_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.projectfile import ProjectFile


#: What decides the server that gets the login, and so what a remedy names.
_DECIDING = {"smtp": "email.smtp.host", "mailgun": "email.mailgun.region", "ses": "email.ses.region"}


def login_gate(
    project: ProjectFile, environment: Environment, *, setting: str | None = None
) -> Callable[[str, int], None]:
    """What a transport asks before it sends a login: only to a server that `policy.hosts` allows.

    ``setting`` is what decides the host where that is not the driver's own.
    """
    allowed = project.allowed_hosts
    deciding = setting or _DECIDING.get(environment.email.driver.data, "email.driver")

    def authorize(host: str, port: int) -> None:  # noqa: ARG001 - a transport's hook
        if allowed is not None and normal_host(host) not in {normal_host(entry) for entry in allowed}:
            raise Refused(
                f"`{environment.name}`: `policy.hosts` does not allow a login at `{host}`",
                help=f"correct `{deciding}`, or have the host added to `policy.hosts` in kmconfig.yaml",
            )

    return authorize


def require_policy(project: ProjectFile, environment: Environment) -> None:
    """Refuse what policy forbids whatever the secrets and the target are: the server of a login, and programs.

    Raises Refused.
    """
    smtp = environment.email.smtp
    if smtp is not None and (smtp.password is not None or smtp.username is not None):
        login_gate(project, environment)(smtp.host.data, smtp.port.data)
    _require_driver(project, environment)
    require_commands(project, (*commands_of(environment, "reload"), *commands_of(environment, "verify")))


def _require_driver(project: ProjectFile, environment: Environment) -> None:
    """The same for the drivers that take another way than SMTP's."""
    mailgun, sendmail = environment.email.mailgun, environment.email.sendmail
    if mailgun is not None and project.allowed_hosts is not None:
        from kmconfig.mail.mailgun_account import api_address  # noqa: PLC0415 - few need it

        address = api_address(mailgun.region.data)
        login_gate(project, environment)(address.host, address.port)
    if sendmail is not None:
        remedy = "correct `email.sendmail.path`, or have the program added to `policy.commands`"
        require_commands(project, ((sendmail.path.data,),), remedy=remedy)


def require_commands(
    project: ProjectFile,
    commands: Iterable[tuple[str, ...]],
    *,
    remedy: str = "correct the target's `reload` and `verify`, or have the program added to `policy.commands`",
) -> None:
    """Raise Refused for a program that `policy.commands` does not name."""
    allowed = project.allowed_commands
    if allowed is None:
        return
    for command in commands:
        if command[0] not in allowed:
            raise Refused(
                f"`policy.commands` does not allow `{command[0]}`",
                help=remedy,
            )


def normal_host(host: str) -> str:
    """A host as it compares: without the root's dot and brackets, in lower case."""
    return host.rstrip(".").strip("[]").lower()
