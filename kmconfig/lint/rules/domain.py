"""What was seen of the domain that an environment sends from, as rules look at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kmconfig.lint.finding import Finding, Label, Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.lint.observed import Observed
    from kmconfig.lint.sender_domain import DomainCheck

_MILDER: Final = {"warn": "warning", "note": "note"}


def judge(env: Environment, observed: Observed, code: str, *, worst: str | None = None) -> Iterator[Finding | Skipped]:
    """What a rule says of the domain's records.

    A check that failed has the severity of its rule unless ``worst`` is another; warnings and notes have their own.
    Nothing is said of an environment whose mail leaves its machine for nobody, nor of one that names no domain.
    """
    state = observed.domains.get(env.name)
    check = state.check(code) if state is not None else None
    address = env.email.sender.email
    if check is None or address is None or check.result == "pass":
        return
    if check.result == "unknown":
        yield Skipped(f"`{address.setting}` of `{env.name}`: {check.detail}")
        return
    yield Finding(
        check.detail,
        primary=Label(address, "mail is sent from here"),
        help=_help(check),
        severity=_MILDER.get(check.result, worst),
    )


def _help(check: DomainCheck) -> str:
    return ": ".join(filter(None, (check.help, check.suggestion)))
