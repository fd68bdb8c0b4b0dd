"""What is refused until somebody approves it by name, and where a login may never go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmconfig.errors import Refused, UsageError
from kmconfig.targets.registry import commands_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.projectfile import ProjectFile
    from kmconfig.targets.interface import Comparison

HOST_CHANGE = "host-change"
SHARED_KEY_CHANGE = "shared-key-change"
GUARDS = (HOST_CHANGE, SHARED_KEY_CHANGE)


@dataclass(frozen=True, slots=True)
class Guard:
    """A change that has to be approved: its name, as ``--approve`` takes it, and why."""

    name: str
    reason: str


def guards_of(environment: Environment, comparison: Comparison) -> Iterator[Guard]:
    """The guards that a change touches."""
    host_change = host_guard(environment, comparison.live.host)
    if host_change is not None:
        yield host_change
    if comparison.shared_changes:
        keys = ", ".join(comparison.shared_changes)
        yield Guard(SHARED_KEY_CHANGE, f"{keys} also feed storage and queues of the application, and would change")


def host_guard(environment: Environment, live_host: str | None) -> Guard | None:
    """In production a login goes to another server than the live one only when that is approved."""
    smtp = environment.email.smtp
    if environment.tier != "production" or smtp is None or live_host is None or smtp.password is None:
        return None
    host = _normal(smtp.host.data)
    if host == _normal(live_host):
        return None
    return Guard(HOST_CHANGE, f"the login would go to `{smtp.host.data}`; production uses `{live_host}` now")


def require_approved(guards: Iterable[Guard], approved: Iterable[str]) -> None:
    """Raise Refused for guards that nobody approved."""
    names = set(approved)
    open_guards = [guard for guard in guards if guard.name not in names]
    if open_guards:
        reasons = "; ".join(guard.reason for guard in open_guards)
        flags = " ".join(f"--approve {guard.name}" for guard in open_guards)
        raise Refused(reasons, help=f"if that is meant, add {flags}")


def login_gate(
    project: ProjectFile, environment: Environment, *, setting: str = "email.smtp.host"
) -> Callable[[str, int], None]:
    """What a transport asks before it sends a login: only to a server that `policy.hosts` allows."""
    allowed = project.allowed_hosts

    def authorize(host: str, port: int) -> None:  # noqa: ARG001 - a transport's hook
        if allowed is not None and _normal(host) not in {_normal(entry) for entry in allowed}:
            raise Refused(
                f"`{environment.name}`: `policy.hosts` does not allow a login at `{host}`",
                help=f"correct `{setting}`, or have the host added to `policy.hosts` in kmconfig.yaml",
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
        login_gate(project, environment, setting="email.mailgun.region")(address.host, address.port)
    if sendmail is not None:
        remedy = "correct `email.sendmail.path`, or have the program added to `policy.commands`"
        require_commands(project, ((sendmail.path.data,),), remedy=remedy)


def require_promotion(project: ProjectFile, environment: Environment) -> None:
    """Raise UsageError where the project asks for a gate that is not available yet: no gate may fail open."""
    stages = project.promotion
    if environment.tier in stages[1:]:
        raise UsageError(
            f"`promotion` asks for a receipt of `{stages[stages.index(environment.tier) - 1]}` before"
            f" `{environment.name}`, and that is not available yet in this version",
            help="take `promotion` out of kmconfig.yaml until it is",
        )


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


def _normal(host: str) -> str:
    return host.rstrip(".").strip("[]").lower()
