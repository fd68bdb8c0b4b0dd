"""Which ports of a mail server can be reached from here, and with which encryption. No login is ever sent."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from kmconfig.mail import reach
from kmconfig.mail.conversation import Conversation, Seen
from kmconfig.mail.diagnosis import Diagnosis, Failure, diagnose
from kmconfig.mail.failure import StageFailed
from kmconfig.mail.stages import Recorder
from kmconfig.providers.registry import provider_of_host

if TYPE_CHECKING:
    import ssl

    from kmconfig.mail.reach import Resolver
    from kmconfig.mail.server import Encryption, SmtpServer
    from kmconfig.mail.stages import Progress

_USUAL: Final[tuple[tuple[int, Encryption], ...]] = ((587, "tls"), (465, "ssl"), (2525, "tls"), (25, "tls"))
"""What to try at a server of which nothing is known (RFC 6409, RFC 8314)."""

_ENCRYPTED: Final[tuple[Encryption, ...]] = ("tls", "ssl")
_SPOKEN: Final = {"tls": "STARTTLS", "ssl": "TLS from the first byte", "none": "clear text"}
_SEEN: Final = {
    "refused": "is refused from here",
    "connect-timeout": "gives no answer from here, so it is filtered",
    "reset": "takes the connection and resets it at once",
    "unreachable": "cannot be routed to from here",
    "blocked": "is forbidden by this machine",
    "no-reply": "is open and says nothing",
    "tls-timeout": "is open and says nothing",
    "no-starttls": "offers no STARTTLS",
    "tls-not-spoken": "does not speak TLS from the first byte",
    "tls-version": "speaks TLS below 1.2 only",
    "certificate": "shows a certificate that does not hold",
    "reply": "answers with a refusal",
    "junk": "speaks something else than SMTP",
    "closed": "hangs up",
}
_SEEN_AFTER_STARTTLS: Final = {
    "tls-timeout": "agrees to STARTTLS and then says nothing",
    "tls-not-spoken": "agrees to STARTTLS and goes on in clear text",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PortAnswer:
    """What one port did. ``encryption`` is the one tried, ``ms`` milliseconds, ``detail`` in part a server's words.

    ``kind`` is empty where the port answers with this encryption, and otherwise that of the failure.
    ``configured`` marks the port and encryption of the files.
    """

    port: int
    encryption: Encryption
    kind: str
    stage: str
    detail: str
    ms: float
    configured: bool

    @property
    def ok(self) -> bool:
        """Whether SMTP is spoken there with this encryption."""
        return not self.kind

    @property
    def spoken(self) -> str:
        """The encryption in words."""
        return _SPOKEN[self.encryption]

    @property
    def sentence(self) -> str:
        """What is to be said of it."""
        if self.ok:
            return f"{self.port} answers with {self.spoken}"
        seen = {**_SEEN, **_SEEN_AFTER_STARTTLS} if self.encryption == "tls" else _SEEN
        kind = "certificate" if self.kind.startswith("certificate") else self.kind
        return f"{self.port} {seen.get(kind, f'fails with {self.spoken}')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PortSurvey:
    """The ports of a server in the order in which they are recommended, and what follows.

    ``diagnosis`` is that of the configured port, or of the name where that leads nowhere; None where all is well.
    """

    host: str
    answers: tuple[PortAnswer, ...]
    diagnosis: Diagnosis | None
    advice: str

    @property
    def ok(self) -> bool:
        """Whether the configured port answers as configured."""
        return self.diagnosis is None


def survey_ports(
    server: SmtpServer,
    *,
    progress: Progress | None = None,
    resolver: Resolver | None = None,
    context: ssl.SSLContext | None = None,
) -> PortSurvey:
    """Try the configured port and those at which the provider takes mail, all at once, up to EHLO inside TLS.

    Takes as long as one attempt: the stages ``resolve``, ``connect``, ``tls`` and ``greeting``.
    """
    try:
        addresses = _resolved(server, Recorder(progress), resolver or reach.system_addresses)
    except StageFailed as failed:
        diagnosis = _diagnosed(server, failed)
        return PortSurvey(host=server.host, answers=(), diagnosis=diagnosis, advice=diagnosis.cause)
    attempts = [_Attempt(server, pair, addresses, context) for pair in pairs_of(server)]
    for attempt in attempts:
        attempt.start()
    for attempt in attempts:
        while attempt.is_alive():  # asleep without a limit, Ctrl-C might not be heard
            attempt.join(_GLANCE)
    answers = tuple(attempt.answer() for attempt in attempts)
    ours = next(attempt for attempt in attempts if attempt.configured)
    return PortSurvey(
        host=server.host,
        answers=answers,
        diagnosis=_diagnosed(server, ours.failed) if ours.failed is not None else None,
        advice=_advice(server.host, answers),
    )


def pairs_of(server: SmtpServer) -> tuple[tuple[int, Encryption], ...]:
    """Ports and encryptions to try: the provider's, recommended first, or the usual ones; and those of the files."""
    provider = provider_of_host(server.host)
    known = tuple(provider.ports.items()) if provider is not None else _USUAL
    first = provider.recommended_port if provider is not None else 587
    ordered = sorted(known, key=lambda pair: (pair[0] != first, pair[0] == 25))
    ours = [(port, server.encryption) for port in (server.port, *server.fallback_ports)]
    # Nothing is known of an unusual port, so both kinds of encryption are tried there.
    others: list[tuple[int, Encryption]] = [(port, kind) for port, _ in ours for kind in _ENCRYPTED]
    unknown = [pair for pair in others if pair[0] not in dict(known)]
    return tuple(dict.fromkeys((*ordered, *ours, *unknown)))


_GLANCE: Final = 0.1


class _Attempt(threading.Thread):
    def __init__(
        self,
        server: SmtpServer,
        pair: tuple[int, Encryption],
        addresses: tuple[str, ...],
        context: ssl.SSLContext | None,
    ) -> None:
        super().__init__(daemon=True, name="kmconfig-port")
        self._port, encryption = pair
        self._server = replace(server, encryption=encryption, username=None, password=None)
        self._addresses = addresses
        self._context = context
        self._detail = ""
        self._ms = 0.0
        self.configured = pair == (server.port, server.encryption)
        self.failed: StageFailed | None = None

    def run(self) -> None:
        begun = time.perf_counter()
        recorder = Recorder()
        try:
            self._converse(recorder)
        except StageFailed as failed:
            self.failed = failed
        self._ms = round((time.perf_counter() - begun) * 1000, 1)
        said = {stage.stage: stage.detail for stage in recorder.stages if stage.ok}
        self._detail = said.get("tls") or said.get("greeting") or ""

    def _converse(self, recorder: Recorder) -> None:
        with recorder.stage("connect"):
            reached = reach.connect(self._addresses, self._port, timeout=self._server.timeout)
        conversation = Conversation(self._server, reached, port=self._port, recorder=recorder, seen=Seen())
        try:
            conversation.greet(self._context)
        finally:
            conversation.leave()

    def answer(self) -> PortAnswer:
        """What came of it."""
        return PortAnswer(
            port=self._port,
            encryption=self._server.encryption,
            kind=self.failed.kind if self.failed is not None else "",
            stage=(self.failed.stage or "connect") if self.failed is not None else "greeting",
            detail=self.failed.words if self.failed is not None else self._detail,
            ms=self._ms,
            configured=self.configured,
        )


def _resolved(server: SmtpServer, recorder: Recorder, resolver: Resolver) -> tuple[str, ...]:
    with recorder.stage("resolve") as note:
        addresses = reach.resolve(server.host, timeout=server.timeout, resolver=resolver)
        note.detail = ", ".join(addresses)
    return addresses


def _diagnosed(server: SmtpServer, failed: StageFailed) -> Diagnosis:
    return diagnose(Failure.of(failed, host=server.host, port=server.port, encryption=server.encryption))


def _advice(host: str, answers: tuple[PortAnswer, ...]) -> str:
    ours = next(answer for answer in answers if answer.configured)
    if ours.ok:
        return f"{ours.sentence}, as configured"
    good = [answer for answer in answers if answer.ok and answer.encryption != "none"]
    if good:
        best = good[0]
        changes = [f"`email.smtp.port: {best.port}`"] if best.port != ours.port else []
        if best.encryption != ours.encryption:
            changes.append(f"`email.smtp.encryption: {best.encryption}`")
        return f"{ours.sentence}; {best.sentence}: set {' and '.join(changes)}"
    if all(answer.kind == "refused" for answer in answers):
        return f"{host} refuses every port: correct `email.smtp.host`, or start the mail service there"
    if all(answer.kind in reach.UNREACHABLE_KINDS | {"blocked"} for answer in answers):
        return (
            f"no port of {host} can be reached from here: have one opened in the firewall, or use an API driver"
            " (`mailgun`, `ses`), which needs only HTTPS"
        )
    return f"{ours.sentence}; no other port answers with an encryption that can be trusted"
