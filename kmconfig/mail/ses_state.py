"""What Amazon SES says of an account, of a sender and of a configuration set before any message is sent.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_GetAccount.html and API_GetEmailIdentity.html
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from kmconfig.mail.failure import StageFailed, bounded
from kmconfig.mail.ses_faults import DENIED, NOT_FOUND

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kmconfig.mail.ses_api import SesApi

_SHUTDOWN: Final = "SHUTDOWN"
_PROBATION: Final = "PROBATION"
_MOST_PARENTS: Final = 4


class SesQuota(NamedTuple):
    """Messages in 24 hours that are allowed, none for no limit, and have been sent; messages in a second."""

    allowed: int | None
    sent: int
    rate: int

    @property
    def words(self) -> str:
        """The same for people."""
        allowed = "any number of" if self.allowed is None else str(self.allowed)
        return f"{self.sent} of {allowed} messages sent in 24 hours, {self.rate} a second"

    def used_up_by(self, messages: int) -> bool:
        """Whether so many more are too many."""
        return self.allowed is not None and self.sent + messages > self.allowed


class SesState(NamedTuple):
    """An account in one region: out of the sandbox, why it may not send (empty if it may), on probation, its quota."""

    production: bool
    paused: str
    probation: bool
    quota: SesQuota | None


class SesIdentity(NamedTuple):
    """The identity that a sender is covered by; ``verified`` is None where nobody may look."""

    name: str
    exists: bool | None
    verified: bool | None
    problem: str = ""
    dkim: str = ""
    mail_from: str = ""
    rejects_without_mail_from: bool = False


def state_of(api: SesApi) -> SesState | None:
    """The account's state, None where the login may not look at it."""
    answer = _allowed(api, "get_account")
    if answer is None:
        return None
    standing = str(answer.get("EnforcementStatus", ""))
    return SesState(
        production=answer.get("ProductionAccessEnabled") is not False,
        paused=_paused(answer.get("SendingEnabled") is not False, standing),
        probation=standing == _PROBATION,
        quota=_quota(answer.get("SendQuota")),
    )


def identity_of(api: SesApi, address: str) -> SesIdentity:
    """The verified identity that covers an address: itself, its domain or one above; else the closest there is.

    A verified domain covers its subdomains too.
    https://docs.aws.amazon.com/ses/latest/dg/creating-identities.html
    """
    closest, denied = None, False
    for name in _candidates(address):
        try:
            answer = _allowed(api, "get_email_identity", EmailIdentity=name)
        except StageFailed as failed:
            if failed.kind != NOT_FOUND:
                raise
            continue
        if answer is None:
            denied = True
            continue
        found = _identity(name, answer)
        if found.verified:
            return found
        closest = closest or found
    domain = address.rpartition("@")[2]
    if denied:
        return SesIdentity(domain, None, None)
    return closest or SesIdentity(domain, exists=False, verified=False)


def require_configuration_set(api: SesApi, name: str) -> bool:
    """Whether a configuration set could be looked at. Raises StageFailed where it is missing or paused."""
    try:
        answer = _allowed(api, "get_configuration_set", ConfigurationSetName=name)
    except StageFailed as failed:
        if failed.kind != NOT_FOUND:
            raise
        words = failed.text
    else:
        options = answer.get("SendingOptions") if answer is not None else None
        if isinstance(options, dict) and options.get("SendingEnabled") is False:
            raise StageFailed("ses-set-paused", f"sending with the configuration set `{name}` is switched off")
        return answer is not None
    raise StageFailed("ses-configuration-set", words)


def _allowed(api: SesApi, operation: str, **parameters: str) -> Mapping[str, Any] | None:
    """The answer, None where the login may not ask."""
    try:
        return api.ask(operation, **parameters)
    except StageFailed as failed:
        if failed.kind != DENIED:
            raise
    return None


def _candidates(address: str) -> Iterator[str]:
    yield address
    labels = address.rpartition("@")[2].split(".")
    for start in range(min(max(len(labels) - 1, 1), _MOST_PARENTS)):
        yield ".".join(labels[start:])


def _identity(name: str, answer: Mapping[str, Any]) -> SesIdentity:
    dkim, mail_from, info = (
        part if isinstance(part := answer.get(key), dict) else {}
        for key in ("DkimAttributes", "MailFromAttributes", "VerificationInfo")
    )
    status = bounded(str(answer.get("VerificationStatus", "")), 40)
    why = bounded(str(info.get("ErrorType", "")), 80)
    return SesIdentity(
        name,
        exists=True,
        verified=answer["VerifiedForSendingStatus"] is True,
        problem=", ".join(filter(None, (status, why))),
        dkim=bounded(str(dkim.get("Status", "")), 40) if dkim.get("SigningEnabled") is not False else "DISABLED",
        mail_from=bounded(str(mail_from.get("MailFromDomainStatus", "")), 40),
        rejects_without_mail_from=mail_from.get("BehaviorOnMxFailure") == "REJECT_MESSAGE",
    )


def _paused(enabled: bool, standing: str) -> str:  # noqa: FBT001 - what was read
    if standing == _SHUTDOWN:
        return "AWS has shut down the account's sending"
    return "" if enabled else "the account's sending is paused"


def _quota(written: object) -> SesQuota | None:
    if not isinstance(written, dict):
        return None
    numbers = [written.get(name) for name in ("Max24HourSend", "SentLast24Hours", "MaxSendRate")]
    if not all(isinstance(number, int | float) and math.isfinite(number) for number in numbers):
        return None
    allowed, sent, rate = (int(number) for number in numbers)  # type: ignore[arg-type]
    return SesQuota(allowed if allowed >= 0 else None, sent, rate)
