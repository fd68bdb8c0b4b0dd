"""Confirming that a test message arrived: where, when, from whom as it seems, and how it was authenticated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from kmconfig.mail.confirm.evidence import Evidence
from kmconfig.mail.confirm.fault import MailboxFault
from kmconfig.mail.confirm.header import Header
from kmconfig.mail.confirm.mailbox import LONGEST_MESSAGE, Mailbox
from kmconfig.mail.confirm.signatures import signatures
from kmconfig.mail.confirm.trust import reported
from kmconfig.mail.confirm.verdict import Problem, judge, not_arrived
from kmconfig.mail.confirm.watch import LOGIN_SECONDS, SystemClock, watch
from kmconfig.secrets.frames import frames_cleared

if TYPE_CHECKING:
    from kmconfig.mail.confirm.mailbox import Arrival
    from kmconfig.mail.confirm.names import Names
    from kmconfig.mail.confirm.server import ImapServer
    from kmconfig.mail.confirm.watch import Clock

Result = Literal["confirmed", "failed", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """What was found. ``failed`` has problems; ``unknown`` says in ``unknown`` what could not be checked, and its help.

    ``folder`` and ``evidence`` are None where the message was not found; ``seconds`` is how long that took.
    """

    result: Result
    seconds: float
    folder: str | None = None
    evidence: Evidence | None = None
    problems: tuple[Problem, ...] = ()
    unknown: str | None = None
    unknown_help: str | None = None
    notes: tuple[str, ...] = ()


@frames_cleared()
def require_open(server: ImapServer, *, seconds: float | None = None) -> tuple[str, ...]:
    """Log in once before anything is sent, and return the folders that will be looked into. Raises MailboxFault.

    ``seconds`` is the time for all of it, :data:`LOGIN_SECONDS` unless told.
    """
    mailbox = Mailbox(server, seconds=LOGIN_SECONDS if seconds is None else seconds)
    folders = tuple(name for name, _spam in mailbox.folders)
    mailbox.close()
    return folders


@frames_cleared()
def confirm(
    server: ImapServer,
    test_id: str,
    *,
    within: float,
    names: Names,
    sender: str = "",
    clock: Clock | None = None,
) -> Confirmation:
    """Wait up to ``within`` seconds for a message that was sent, and judge it.

    ``sender`` is the address that it was sent from; ``names`` asks the DNS about what arrived.
    A mailbox that cannot be looked into makes the result ``unknown``; nothing is raised for it.
    """
    clock = clock or SystemClock()
    begun = clock.now()
    try:
        watched = watch(server, test_id, within=within, clock=clock)
    except MailboxFault as fault:
        seconds = clock.now() - begun
        return Confirmation(result="unknown", seconds=seconds, unknown=fault.message, unknown_help=fault.help)
    if watched.arrival is None:
        problems = (not_arrived(watched.folders, watched.seconds),)
        return Confirmation(result="failed", seconds=watched.seconds, problems=problems)
    return _judged(watched.arrival, watched.seconds, sender, names)


def _judged(arrival: Arrival, seconds: float, sender: str, names: Names) -> Confirmation:
    header = Header.parse(arrival.data)
    whole = arrival.size <= len(arrival.data) < LONGEST_MESSAGE
    said = reported(header)
    signed = signatures(header, arrival.data, whole=whole, names=names)
    evidence = Evidence(
        sender=header.sender,
        return_path=header.return_path,
        reported=said,
        signatures=signed,
        spam_folder=arrival.folder if arrival.spam else None,
        configured=sender,
        header_cut=header.cut,
    )
    evidence = replace(evidence, organisations=_organisations(evidence, names))
    judgement = judge(evidence)
    unknown = None if judgement.problems else judgement.unknown
    return Confirmation(
        result="failed" if judgement.problems else "unknown" if unknown else "confirmed",
        seconds=seconds,
        folder=arrival.folder,
        evidence=evidence,
        problems=judgement.problems,
        unknown=unknown,
        unknown_help=_UNREPORTED if unknown else None,
        notes=judgement.notes,
    )


def _organisations(evidence: Evidence, names: Names) -> dict[str, str]:
    """Whose the domains are, as far as the DNS tells.

    Nothing is asked where there is but one, nor more where the sender's has no policy: it is what alignment is for.
    """
    shown, others = evidence.domain, [domain for domain in evidence.domains if domain != evidence.domain]
    own = names.organisation(shown) if shown and others else None
    if own is None:
        return {}
    asked = {domain: names.organisation(domain) for domain in others}
    return {shown: own} | {domain: whose for domain, whose in asked.items() if whose is not None}


_UNREPORTED = (
    "the message arrived; to learn how it is authenticated, use a mailbox whose server writes Authentication-Results,"
    " such as one at a large provider"
)
