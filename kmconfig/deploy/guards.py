"""What is refused until somebody approves it by name.

A mail configuration has some fifteen keys, so a share of them says nothing: what counts is which one changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmconfig.deploy.policy import normal_host
from kmconfig.errors import Refused
from kmconfig.mail.failure import bounded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.targets.interface import Comparison, Operation

HOST_CHANGE = "host-change"
DRIVER_CHANGE = "driver-change"
ENCRYPTION_OFF = "encryption-off"
SENDER_DOMAIN_CHANGE = "sender-domain-change"
REQUIRED_REMOVAL = "required-removal"
FOREIGN_TARGET = "foreign-target"
SHARED_KEY_CHANGE = "shared-key-change"

#: Guards by name, and what they stand for.
GUARDS = {
    HOST_CHANGE: "production's login or mail would go to another server",
    DRIVER_CHANGE: "production's mail would leave another way",
    ENCRYPTION_OFF: "production's login would cross the network in clear",
    SENDER_DOMAIN_CHANGE: "production's mail would come from another domain",
    REQUIRED_REMOVAL: "a setting that mail needs would be taken away",
    FOREIGN_TARGET: "the target belongs to another environment",
    SHARED_KEY_CHANGE: "a key that other parts of the application read would change",
}

_DRIVERS = frozenset(("smtp", "sendmail", "mailgun", "ses"))
_REQUIRED = frozenset(
    (
        "email.driver",
        "email.smtp.host",
        "email.smtp.username",
        "email.smtp.password",
        "email.mailgun.domain",
        "email.mailgun.api_key",
        "email.ses.region",
        "email.sender.email",
    )
)
_NOTHING = frozenset((None, "", "null"))


@dataclass(frozen=True, slots=True)
class Guard:
    """A change that has to be approved: its name, as ``--approve`` takes it, and why."""

    name: str
    reason: str


def guards_of(environment: Environment, comparison: Comparison, *, owner: str | None = None) -> Iterator[Guard]:
    """The guards that a change touches; without a change none is. ``owner`` was applied to the target last."""
    if not comparison.operations:
        return
    if environment.tier == "production":
        yield from _way_guards(environment, comparison)
    yield from _removals(environment, comparison)
    if owner is not None and owner != environment.name:
        # What a target says of itself may hold anything.
        held = f"the target holds the settings of `{bounded(owner)}`, which was applied there last"
        yield Guard(FOREIGN_TARGET, held)
    if comparison.shared_changes:
        keys = ", ".join(comparison.shared_changes)
        yield Guard(SHARED_KEY_CHANGE, f"{keys} also feed storage and queues of the application, and would change")


def _way_guards(environment: Environment, comparison: Comparison) -> Iterator[Guard]:
    """Changes of the way that production's mail takes."""
    live, wanted = comparison.live.facts, comparison.facts
    host_change = host_guard(environment, live.host, wanted=wanted.host)
    if host_change is not None:
        yield host_change
    if live.driver in _DRIVERS and wanted.driver != live.driver:
        yield Guard(
            DRIVER_CHANGE, f"mail would leave by `{wanted.driver or 'nothing'}`; production uses `{live.driver}` now"
        )
    if wanted.encryption == "none" and live.encryption != "none" and _touches_transport(comparison.operations):
        yield Guard(ENCRYPTION_OFF, "logins and messages would cross the network in clear: `encryption` is `none`")
    before, after = _domain(live.sender), _domain(wanted.sender)
    if before is not None and after != before:
        reason = f"mail would come from `{after or 'nowhere'}`; production sends as `{before}` now"
        yield Guard(SENDER_DOMAIN_CHANGE, reason)


def host_guard(environment: Environment, live_host: str | None, *, wanted: str | None = None) -> Guard | None:
    """In production logins and mail go to another server than the live one only when that is approved.

    ``wanted`` is the server after the change, that of the environment unless told.
    """
    smtp = environment.email.smtp
    if environment.tier != "production" or smtp is None or live_host is None:
        return None
    host = wanted or smtp.host.data
    if normal_host(host) == normal_host(live_host):
        return None
    what = "the login" if smtp.password is not None else "all mail"
    return Guard(HOST_CHANGE, f"{what} would go to `{host}`; production uses `{live_host}` now")


def _removals(environment: Environment, comparison: Comparison) -> Iterator[Guard]:
    """Settings that the driver needs and that would be gone. Those of a driver that is left go with it."""
    block = f"email.{comparison.facts.driver or environment.email.driver.data}."
    gone = [
        operation.key
        for operation in comparison.operations
        if operation.setting in _REQUIRED
        and operation.setting.startswith((block, "email.driver", "email.sender."))
        and operation.before not in _NOTHING
        and operation.after in _NOTHING
    ]
    if gone:
        yield Guard(REQUIRED_REMOVAL, f"{', '.join(gone)} would be taken away, and mail needs it")


def require_approved(guards: Iterable[Guard], approved: Iterable[str]) -> None:
    """Raise Refused for guards that nobody approved."""
    names = set(approved)
    open_guards = [guard for guard in guards if guard.name not in names]
    if open_guards:
        reasons = "; ".join(guard.reason for guard in open_guards)
        raise Refused(reasons, help=f"if that is meant, add {approval_line(open_guards)}")


def approval_line(guards: Iterable[Guard]) -> str:
    """The options that approve guards, to be pasted."""
    return " ".join(f"--approve {guard.name}" for guard in guards)


def _touches_transport(operations: Iterable[Operation]) -> bool:
    return any(op.setting in ("email.driver", "email.smtp.host", "email.smtp.encryption") for op in operations)


def _domain(address: str | None) -> str | None:
    _, at, domain = (address or "").rpartition("@")
    return normal_host(domain) if at and domain else None
