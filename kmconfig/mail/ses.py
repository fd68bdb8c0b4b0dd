"""The transport over Amazon SES's API: looks at account, sender and recipients first, then sends one raw message.

Stages: ``resolve`` finds the endpoint and the keys, ``auth`` uses them for the first time, ``sender`` looks at the
account, the identity and the configuration set, ``recipient`` at sandbox and quota; ``data`` and ``accepted`` send.
A login that may only send is as good as any other: what it may not look at is a note. Sending needs `ses:SendEmail`
and `ses:SendRawEmail`; looking `ses:GetAccount`, `ses:GetEmailIdentity` and `ses:GetConfigurationSet`.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from email import policy
from typing import TYPE_CHECKING, Final

from kmconfig.mail.addresses import needs_smtputf8, wire_address
from kmconfig.mail.diagnosis import Failure, diagnose
from kmconfig.mail.failure import StageFailed, bounded
from kmconfig.mail.server import MailResult, RecipientOutcome
from kmconfig.mail.ses_api import Endpoint, SesApi
from kmconfig.mail.ses_state import identity_of, require_configuration_set, state_of
from kmconfig.mail.simulator import is_simulator
from kmconfig.mail.stages import Recorder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from email.message import EmailMessage

    from kmconfig.mail.diagnosis import Diagnosis
    from kmconfig.mail.ses_account import SesAccount
    from kmconfig.mail.ses_state import SesIdentity, SesState
    from kmconfig.mail.stages import Note, Progress
    from kmconfig.mail.transport import Authorize

_MOST_RECIPIENTS: Final = 50
_HTTPS: Final = 443
_TAKEN, _REFUSED, _NOT_TRIED = 200, 400, 503
_NOT_ALLOWED: Final = "is not allowed for this login, so"


@dataclass(slots=True)
class _Seen:
    endpoint: Endpoint | None = None
    state: SesState | None = None
    reply: str = ""
    recipients: list[RecipientOutcome] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Errand:
    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage | None


class SesTransport:
    """Probes an account, or sends a message with it.

    Comes back within the time of each stage, whatever a server does. ``authorize`` may forbid that the endpoint is
    given a login.
    """

    def __init__(
        self, account: SesAccount, *, progress: Progress | None = None, authorize: Authorize | None = None
    ) -> None:
        self._account = account
        self._progress = progress
        self._authorize = authorize

    def probe(self, sender: str, recipients: Sequence[str]) -> MailResult:
        """Look at everything that decides whether a message would be taken; none is sent."""
        return self._run(_Errand(sender, tuple(recipients), None))

    def send(self, message: EmailMessage, sender: str, recipients: Sequence[str]) -> MailResult:
        """Send ``message``; when one recipient would be refused nobody gets it."""
        return self._run(_Errand(sender, tuple(recipients), message))

    def where(self) -> str:
        """Region, configuration set, and where the keys come from."""
        chosen = self._account.configuration_set
        keys = "the AWS credential chain" if self._account.access_key_id is None else "static keys"
        with_set = f", configuration set {chosen}" if chosen is not None else ""
        return f"Amazon SES in {self._account.region}{with_set}, {keys}"

    def facts(self) -> tuple[tuple[str, str], ...]:
        """Region and configuration set, as the test message lists them."""
        chosen = self._account.configuration_set
        region = ("Amazon SES Region", self._account.region)
        return (region,) if chosen is None else (region, ("Configuration Set", chosen))

    def _run(self, errand: _Errand) -> MailResult:
        talk = _Talk(self._account, Recorder(self._progress))
        failed: StageFailed | None = None
        try:
            talk.hold(errand, self._authorize)
        except StageFailed as error:
            failed = error
        finally:
            talk.end()
        seen = talk.seen
        return MailResult(
            ok=failed is None,
            stages=talk.recorder.stages,
            reply=failed.words if failed is not None else seen.reply,
            recipients=tuple(seen.recipients),
            diagnosis=self._diagnosed(failed, seen.endpoint) if failed is not None else None,
            notes=tuple(dict.fromkeys(seen.notes)),
        )

    def _diagnosed(self, failed: StageFailed, endpoint: Endpoint | None) -> Diagnosis:
        return diagnose(
            Failure(
                stage=failed.stage or "accepted",
                kind=failed.kind,
                text=failed.words,
                host=endpoint.host if endpoint is not None else f"email.{self._account.region}.amazonaws.com",
                port=endpoint.port if endpoint is not None else _HTTPS,
            )
        )


class _Talk:
    """One talk with SES; faults are :class:`StageFailed`."""

    def __init__(self, account: SesAccount, recorder: Recorder) -> None:
        self._account = account
        self._api = SesApi(account, listener=recorder.listener)
        self.recorder = recorder
        self.seen = _Seen()

    def hold(self, errand: _Errand, authorize: Authorize | None) -> None:
        """Go through all stages, the last two with a message only."""
        with self._stage("resolve") as note:
            endpoint = self.seen.endpoint = self._api.open()
            note.detail = f"{endpoint.host} port {endpoint.port}, {endpoint.keys}"
        if authorize is not None:
            authorize(endpoint.host, endpoint.port)
        with self._stage("auth") as note:
            self.seen.state = state_of(self._api)
            note.detail = self._standing()
        with self._stage("sender") as note:
            note.detail = self._sender(errand.sender)
        with self._stage("recipient") as note:
            self._recipients(errand.recipients)
            note.detail = f"{len(errand.recipients)} would be taken"
        if errand.message is not None:
            self._send(errand, errand.message)

    def end(self) -> None:
        """Close the connections."""
        self._api.close()

    @contextmanager
    def _stage(self, name: str) -> Iterator[Note]:
        with self.recorder.stage(name) as note:
            self._api.begin()
            yield note

    def _standing(self) -> str:
        """What is to be said of the account."""
        state = self.seen.state
        if state is None:
            self.seen.notes.append(f"`ses:GetAccount` {_NOT_ALLOWED} sandbox and quota are not known")
            return "AWS knows the keys; they may not look at the account"
        if state.probation:
            self.seen.notes.append("AWS has put the account under review: see the reputation metrics")
        if not state.production:
            self.seen.notes.append(
                f"the account is in the sandbox of {self._account.region}: only verified recipients get mail"
            )
        return state.quota.words if state.quota is not None else ""

    def _sender(self, sender: str) -> str:
        if self.seen.state is not None and self.seen.state.paused:
            raise StageFailed("ses-paused", self.seen.state.paused)
        name = self._account.configuration_set
        if name is not None and not require_configuration_set(self._api, name):
            self.seen.notes.append(f"`ses:GetConfigurationSet` {_NOT_ALLOWED} `{name}` may not exist")
        identity = identity_of(self._api, _address(sender))
        if identity.verified is None:
            self.seen.notes.append(f"`ses:GetEmailIdentity` {_NOT_ALLOWED} the sender may not be verified")
            return "not looked at"
        if not identity.verified:
            raise StageFailed("ses-unverified", _unverified(identity))
        self._authentication(identity)
        return f"{identity.name} is verified"

    def _authentication(self, identity: SesIdentity) -> None:
        """What receivers will make of the sender's mail."""
        if identity.mail_from not in ("", "SUCCESS"):
            words = f"the custom MAIL FROM domain of {identity.name} is {identity.mail_from}"
            if identity.rejects_without_mail_from:
                raise StageFailed("ses-mail-from", words)
            self.seen.notes.append(f"{words}, so amazonses.com stands in for it")
        if identity.dkim not in ("", "SUCCESS"):
            self.seen.notes.append(f"DKIM of {identity.name} is {identity.dkim}, so mail is not signed for it")

    def _recipients(self, recipients: tuple[str, ...]) -> None:
        if len(recipients) > _MOST_RECIPIENTS:
            raise StageFailed("ses-too-many", f"{len(recipients)} recipients for one message")
        addresses = [_address(recipient) for recipient in recipients]
        quota = self.seen.state.quota if self.seen.state is not None else None
        if quota is not None and quota.used_up_by(sum(not is_simulator(address) for address in addresses)):
            raise StageFailed("ses-daily-quota", quota.words)
        refused = [address for address in addresses if not self._taken(address)]
        if refused:
            raise StageFailed("ses-sandbox", f"not verified in {self._account.region}: {', '.join(refused)}")

    def _taken(self, address: str) -> bool:
        """Whether the account may write to somebody: in the sandbox only to those who agreed."""
        state = self.seen.state
        taken = True
        if state is not None and not state.production and not is_simulator(address):
            taken = identity_of(self._api, address).verified is not False
        text = "would be taken" if taken else "not verified, and the account is in the sandbox"
        self.seen.recipients.append(RecipientOutcome(address, _TAKEN if taken else _REFUSED, text))
        return taken

    def _send(self, errand: _Errand, message: EmailMessage) -> None:
        with self._stage("data") as note:
            data = message.as_bytes(policy=policy.SMTP.clone(cte_type="7bit", refold_source="none"))
            note.detail = f"{len(data)} bytes"
        chosen = self._account.configuration_set
        before, self.seen.recipients = self.seen.recipients, []
        try:
            with self._stage("accepted") as note:
                answer = self._api.send(
                    FromEmailAddress=_address(errand.sender),
                    Destination={"ToAddresses": [outcome.address for outcome in before]},
                    Content={"Raw": {"Data": data}},
                    **({} if chosen is None else {"ConfigurationSetName": chosen}),
                )
                note.detail = self.seen.reply = f"accepted as {bounded(str(answer['MessageId']), 100)}"
        except StageFailed as failed:
            self._all(before, _NOT_TRIED, failed.words)
            raise
        self._all(before, _TAKEN, self.seen.reply)

    def _all(self, before: list[RecipientOutcome], code: int, text: str) -> None:
        """A message of SES is taken for all of its recipients, or for none."""
        self.seen.recipients = [RecipientOutcome(outcome.address, code, text) for outcome in before]


def _address(address: str) -> str:
    """An address as the API takes it: SES has no SMTPUTF8."""
    if needs_smtputf8(address):
        raise StageFailed("no-smtputf8", f"`{address}` has letters beyond ASCII before its `@`")
    return wire_address(address)


def _unverified(identity: SesIdentity) -> str:
    if identity.exists:
        return f"the identity {identity.name} is not verified ({identity.problem or 'no reason given'})"
    return f"there is no identity {identity.name}"
