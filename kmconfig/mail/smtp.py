"""The SMTP transport: one test send, stage by stage, ending in a result and never in silence.

Loads `ssl`, `smtplib` and `email`; the types alone are in :mod:`kmconfig.mail.server`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmconfig.mail import reach, tls
from kmconfig.mail.conversation import Conversation, Seen
from kmconfig.mail.diagnosis import Diagnosis, Failure, diagnose
from kmconfig.mail.failure import StageFailed
from kmconfig.mail.server import Encryption, MailResult, RecipientOutcome, SmtpServer
from kmconfig.mail.stages import Recorder

if TYPE_CHECKING:
    import ssl
    from collections.abc import Sequence
    from email.message import EmailMessage

    from kmconfig.mail.conversation import Authorize
    from kmconfig.mail.reach import Reached, Resolver
    from kmconfig.mail.stages import Progress

__all__ = ["Encryption", "MailResult", "RecipientOutcome", "SmtpServer", "SmtpTransport"]


_ENCRYPTION = {"tls": "STARTTLS", "ssl": "implicit TLS", "none": "no encryption"}


class SmtpTransport:
    """Probes a server, or sends a message through it.

    Never speaks less encryption than configured, sends no login without it (unless the configuration says
    ``none``), and comes back within the timeout of each stage. ``authorize`` may forbid the login;
    ``resolver`` and ``context`` replace the system's name lookup and trust.
    """

    def __init__(
        self,
        server: SmtpServer,
        *,
        progress: Progress | None = None,
        authorize: Authorize | None = None,
        resolver: Resolver | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._server = server
        self._progress = progress
        self._authorize = authorize
        self._resolver = resolver
        self._context = context

    def probe(self, sender: str, recipients: Sequence[str]) -> MailResult:
        """Go as far as the last RCPT, then reset; no message is sent."""
        return self._run(_Errand(sender, tuple(recipients), None))

    def send(self, message: EmailMessage, sender: str, recipients: Sequence[str]) -> MailResult:
        """Send ``message``; when one recipient is refused nobody gets it."""
        return self._run(_Errand(sender, tuple(recipients), message))

    def where(self) -> str:
        """Host, port and encryption."""
        server = self._server
        return f"{server.host} port {server.port}, {_ENCRYPTION[server.encryption]}"

    def facts(self) -> tuple[tuple[str, str], ...]:
        """Host, port and encryption, as the test message lists them."""
        from kmconfig.mail.message import smtp_facts  # noqa: PLC0415 - only whoever sends needs `email`

        return smtp_facts(self._server)

    def _run(self, errand: _Errand) -> MailResult:
        recorder = Recorder(self._progress)
        seen = Seen()
        failed: StageFailed | None = None
        try:
            self._converse(errand, recorder, seen)
        except StageFailed as error:
            failed = error
        return self._result(recorder, seen, failed)

    def _converse(self, errand: _Errand, recorder: Recorder, seen: Seen) -> None:
        reached = self._reach(recorder, seen)
        conversation = Conversation(
            self._server, reached, port=seen.port or self._server.port, recorder=recorder, seen=seen
        )
        try:
            self._carry_out(errand, conversation)
        except StageFailed:
            conversation.leave()
            raise
        except BaseException:
            # Forbidden or interrupted: nobody wants to wait for a goodbye.
            conversation.hang_up()
            raise
        conversation.leave()

    def _carry_out(self, errand: _Errand, conversation: Conversation) -> None:
        conversation.greet(self._context)
        conversation.log_in(self._authorize)
        conversation.envelope(errand.sender, errand.recipients, errand.message)
        if errand.message is None:
            conversation.reset()
        else:
            conversation.deliver(errand.message)

    def _reach(self, recorder: Recorder, seen: Seen) -> Reached:
        server = self._server
        with recorder.stage("resolve") as note:
            addresses = reach.resolve(
                server.host,
                timeout=server.timeout,
                resolver=self._resolver or reach.system_addresses,
                meanwhile=self._load_trust,
            )
            note.detail = ", ".join(addresses)
        for port in dict.fromkeys((server.port, *server.fallback_ports)):
            try:
                with recorder.stage("connect") as note:
                    reached = reach.connect(addresses, port, timeout=server.timeout)
                    note.detail = "; ".join((*reached.failed, f"{reached.address} port {port}"))
            except StageFailed as failed:
                if failed.kind not in reach.UNREACHABLE_KINDS:
                    raise
                seen.unreachable.append(failed)
                continue
            seen.port = port
            return reached
        raise seen.unreachable[0]

    def _load_trust(self) -> None:
        """Read the trusted authorities, which takes longer than most answers of the DNS."""
        if self._context is None and self._server.encryption != "none":
            self._context = tls.verified_context()

    def _result(self, recorder: Recorder, seen: Seen, failed: StageFailed | None) -> MailResult:
        fell_back = seen.port is not None and bool(seen.unreachable)
        return MailResult(
            ok=failed is None,
            stages=recorder.stages,
            port_used=seen.port,
            tls_version=seen.tls.version if seen.tls else None,
            cipher=seen.tls.cipher if seen.tls else None,
            certificate_expires=seen.tls.expires if seen.tls else None,
            reply=failed.reply.words if failed is not None and failed.reply is not None else seen.reply,
            recipients=tuple(seen.recipients),
            diagnosis=self._diagnosed(failed, seen.port) if failed is not None else None,
            main_port=self._diagnosed(seen.unreachable[0], self._server.port) if fell_back else None,
        )

    def _diagnosed(self, failed: StageFailed, port: int | None) -> Diagnosis:
        server = self._server
        return diagnose(Failure.of(failed, host=server.host, port=port or server.port, encryption=server.encryption))


@dataclass(frozen=True, slots=True)
class _Errand:
    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage | None
