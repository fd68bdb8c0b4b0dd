"""The Mailgun transport: the domain's state first, then the message as MIME, then what became of it.

Sources: https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages, …/domains and …/events.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email import policy
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from kmconfig.mail.addresses import wire_address
from kmconfig.mail.diagnosis import Failure, diagnose
from kmconfig.mail.failure import Reply, StageFailed, bounded
from kmconfig.mail.mailgun_account import api_address
from kmconfig.mail.mailgun_api import Answer, Api, Clock, Request
from kmconfig.mail.mailgun_delivery import Delivery, await_delivery, told
from kmconfig.mail.mailgun_domain import DomainState, read_domain
from kmconfig.mail.mailgun_watch import FORBIDDEN, EventWatch
from kmconfig.mail.message import headers_are_ascii
from kmconfig.mail.server import MailResult, RecipientOutcome
from kmconfig.mail.stages import Recorder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from email.message import EmailMessage

    from kmconfig.mail.diagnosis import Diagnosis
    from kmconfig.mail.mailgun_account import ApiAddress, MailgunAccount
    from kmconfig.mail.stages import Progress
    from kmconfig.mail.transport import Authorize

DELIVERY_SECONDS: Final = 60.0
"""So long delivery is waited for, unless the account's time limit is longer."""

TEST_MODE: Final = "test mode: Mailgun has checked the message, delivers it to nobody, and bills it"
_UNPROVED: Final = "mailgun-unproved"
_SEND_STAGE: Final = {401: "auth", 404: "sender", 413: "data"}
_MESSAGE_ID: Final = re.compile(r"<?([^\s<>]{3,250})>?")


@dataclass(slots=True)
class _Seen:
    """What has been seen so far."""

    reply: str = ""
    recipients: dict[str, RecipientOutcome] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


class MailgunTransport:
    """Checks a sending domain, or sends a message through Mailgun's API.

    ``authorize`` may forbid the key to go there. ``address`` replaces the region's API. With ``testmode`` Mailgun
    takes the message and delivers it to nobody. ``clock`` decides about waiting and its end.
    """

    def __init__(
        self,
        account: MailgunAccount,
        *,
        progress: Progress | None = None,
        authorize: Authorize | None = None,
        testmode: bool = False,
        address: ApiAddress | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._account = account
        self._progress = progress
        self._authorize = authorize
        self._testmode = testmode
        self._address = address or api_address(account.region)
        self._clock = clock or Clock()

    def probe(self, sender: str, recipients: Sequence[str]) -> MailResult:  # noqa: ARG002 - nobody is asked about them
        """Check the key, and the domain's state and DNS records; an unverified domain is a failure here."""
        return self._run(_Errand())

    def send(self, message: EmailMessage, sender: str, recipients: Sequence[str]) -> MailResult:  # noqa: ARG002
        """Send ``message`` and wait for its delivery; Mailgun takes the sender from the header."""
        return self._run(_Errand(message, tuple(recipients)))

    def where(self) -> str:
        """Domain and API."""
        return f"Mailgun domain {self._account.domain}, {self._address.host} port {self._address.port}, HTTPS API"

    def facts(self) -> tuple[tuple[str, str], ...]:
        """Domain and region, as the test message lists them."""
        return ("Mailgun Domain", self._account.domain), ("Region", self._account.region.upper())

    def _run(self, errand: _Errand) -> MailResult:
        recorder, seen = Recorder(self._progress), _Seen()
        failed: StageFailed | None = None
        if self._authorize is not None:
            self._authorize(self._address.host, self._address.port)
        try:
            run = _Run(self._account, Api(self._address, self._account.key, clock=self._clock), recorder, seen)
            run.domain(strict=errand.message is None)
            if errand.message is not None:
                message_id = run.send(errand.message, errand.recipients, testmode=self._testmode)
                if not self._testmode:
                    run.delivery(message_id, errand.recipients)
        except StageFailed as error:
            failed = error
        return MailResult(
            ok=failed is None,
            stages=recorder.stages,
            reply=failed.words if failed is not None else seen.reply,
            recipients=tuple(seen.recipients.values()),
            diagnosis=self._diagnosed(failed) if failed is not None else None,
            notes=tuple(seen.notes),
        )

    def _diagnosed(self, failed: StageFailed) -> Diagnosis:
        reply = failed.reply
        return diagnose(
            Failure(
                stage=failed.stage or "auth",
                kind=failed.kind,
                text=failed.words if reply is None else bounded(failed.text),
                code=reply.code if reply else None,
                enhanced=reply.enhanced if reply else None,
                host=self._address.host,
                port=self._address.port,
            )
        )


@dataclass(frozen=True, slots=True)
class _Errand:
    message: EmailMessage | None = None
    recipients: tuple[str, ...] = ()


class _Run:
    """One run, stage by stage; faults are :class:`StageFailed`."""

    def __init__(self, account: MailgunAccount, api: Api, recorder: Recorder, seen: _Seen) -> None:
        self._account = account
        self._name = quote(account.domain, safe="")
        self._api = api
        self._recorder = recorder
        self._seen = seen

    def domain(self, *, strict: bool) -> None:
        """Learn whether key and domain may send: stages ``auth`` and, where the key may see it, ``sender``."""
        with self._recorder.stage("auth") as note:
            ends = self._ends()
            answer = self._ask(Request("GET", f"/v4/domains/{self._name}"), ends)
            if answer.status in FORBIDDEN:
                note.detail = self._sending_key(answer, ends)
                return
            state = self._state(answer)
            note.detail = "the key is accepted"
        with self._recorder.stage("sender") as note:
            if state is None:
                raise _refused(answer)
            note.detail = self._judged(state, strict=strict)

    def _sending_key(self, refused: Answer, ends: float) -> str:
        """Tell a key that may only send from a wrong one: a form without a message is refused for what it lacks."""
        answer = self._ask(Request("POST", self._messages), ends)
        if answer.status != 400:
            raise _refused(answer if answer.status not in FORBIDDEN else refused)
        self._seen.notes.append(
            "this key may send and no more, as it should be: the domain's state and DNS records are not checked"
        )
        self._seen.reply = "the key may send"
        return self._seen.reply

    def _state(self, answer: Answer) -> DomainState | None:
        """What the answer says of the domain; None where Mailgun does not know it."""
        if answer.status == 404:
            return None
        if not answer.ok:
            raise _refused(answer)
        state = read_domain(answer.body or {}, clean=self._api.scrubbed)
        if state is None:
            raise StageFailed("mailgun-junk", f"{self._api.address.host} tells no domain: {answer.words}")
        return state

    def _judged(self, state: DomainState, *, strict: bool) -> str:
        self._seen.notes += state.notes
        self._seen.reply = f"{self._account.domain} is {state.state}"
        if state.state == "disabled" or (strict and state.state == "unverified"):
            wanted = f", missing: {'; '.join(state.wrong_records)}" if state.wrong_records else ""
            raise StageFailed(f"mailgun-{state.state}", f"{self._account.domain} is {state.state}{wanted}")
        if state.state == "unverified":
            self._seen.notes.append("the domain is unverified")
        return self._seen.reply

    def send(self, message: EmailMessage, recipients: tuple[str, ...], *, testmode: bool) -> str:
        """Hand the message over and return its id: stages ``data`` and ``accepted``."""
        with self._recorder.stage("data") as note:
            fields = [("to", wire_address(recipient)) for recipient in recipients]
            if testmode:
                fields.append(("o:testmode", "yes"))
            chosen = policy.SMTP if headers_are_ascii(message) else policy.SMTPUTF8
            content = message.as_bytes(policy=chosen.clone(cte_type="7bit", refold_source="none"))
            note.detail = f"{len(content)} bytes"
        with self._recorder.stage("accepted") as note:
            answer = self._ask(Request("POST", self._messages, fields=fields, content=content), self._ends())
            if not answer.ok:
                raise _refused(answer, stage=_stage_of(answer))
            if answer.body is None:
                raise StageFailed("mailgun-junk", f"{self._api.address.host} does not say what it did: {answer.words}")
            note.detail = self._seen.reply = answer.words
        for recipient in recipients:
            self._seen.recipients[recipient] = RecipientOutcome(recipient, answer.status, answer.message)
        if testmode:
            self._seen.notes.append(TEST_MODE)
        return _message_id(answer.body.get("id")) or _message_id(message["Message-ID"]) or ""

    def delivery(self, message_id: str, recipients: tuple[str, ...]) -> None:
        """Wait for the word on each recipient: stage ``delivered``, where the key may see it.

        Without a word in time that stage has not gone well, but nothing speaks against the message either.
        """
        clock, seconds = self._api.clock, max(DELIVERY_SECONDS, self._account.timeout)
        watch = EventWatch(
            lambda request, ends: self._ask(request, min(ends, self._ends())),
            f"/v3/{self._name}/events",
            message_id,
            recipients,
            clean=self._api.scrubbed,
        )
        first = watch.look(clock.now() + seconds)
        if first is None:
            self._seen.notes.append(f"accepted; {watch.trouble}, so delivery is not proved")
            return
        try:
            with self._recorder.stage("delivered") as note:
                found = await_delivery(watch.look, recipients, first=first, clock=clock, seconds=seconds)
                note.detail = self._verdict(found, watch.trouble)
        except StageFailed as failed:
            if failed.kind != _UNPROVED:
                raise
            self._seen.notes.append(f"accepted; {failed.words}")

    def _verdict(self, found: Delivery, trouble: str) -> str:
        for recipient, event in found.settled.items():
            code = event.code or (250 if event.kind == "delivered" else 550)
            self._seen.recipients[recipient] = RecipientOutcome(recipient, code, event.words)
        if found.lost:
            event = next(iter(found.lost.values()))
            reply = Reply(event.code or 550, event.text or event.words)
            raise StageFailed("mailgun-event", told(found.lost), reply=reply)
        if found.pending:
            raise StageFailed(_UNPROVED, "; ".join(filter(None, (found.unproved, trouble))))
        self._seen.reply = told(found.settled)
        return self._seen.reply

    @property
    def _messages(self) -> str:
        return f"/v3/{self._name}/messages.mime"

    def _ends(self) -> float:
        return self._api.clock.now() + self._account.timeout

    def _ask(self, request: Request, ends: float) -> Answer:
        listener = self._recorder.listener
        if listener is not None:
            listener.said("~>", f"{request.method} {request.path}")
        answer = self._api.ask(request, ends=ends)
        if listener is not None:
            listener.said("<~", answer.words)
        return answer


def _refused(answer: Answer, *, stage: str | None = None) -> StageFailed:
    reply = Reply(answer.status, answer.message)
    return StageFailed("mailgun", answer.words, reply=reply, stage=stage)


def _stage_of(answer: Answer) -> str | None:
    """Which stage the refusal of a message belongs to."""
    if re.search(r"authorized recipients|'?to'? parameter", answer.message, re.IGNORECASE):
        return "recipient"
    return _SEND_STAGE.get(answer.status)


def _message_id(text: object) -> str | None:
    found = _MESSAGE_ID.fullmatch(text.strip()) if isinstance(text, str) else None
    return found.group(1) if found else None
