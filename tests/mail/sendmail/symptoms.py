"""What sendmail programs show, and the row of the diagnosis table that it leads to."""

from __future__ import annotations

from kmconfig.mail.diagnosis import Failure

PATH = "/usr/sbin/sendmail"


def _seen(kind: str, words: str, *, code: int | None = None, stage: str = "accepted") -> Failure:
    return Failure(stage=stage, kind=kind, text=words, code=code, host=PATH)


def _ended(code: int, printed: str = "", *, stage: str = "accepted") -> Failure:
    return _seen("exit", f"`{PATH}` ended with {code}{f': {printed}' if printed else ''}", code=code, stage=stage)


SENDMAIL = [
    ("sendmail-missing", _seen("no-program", f"there is no program `{PATH}`", stage="connect")),
    ("sendmail-not-executable", _seen("not-executable", f"`{PATH}` is no program that may be run", stage="connect")),
    ("sendmail-not-started", _seen("not-started", f"`{PATH}` could not be started: Exec format error")),
    ("sendmail-no-mode", _seen("no-mode", "`-i` holds neither `-bs` nor `-t`", stage="connect")),
    ("sendmail-busybox", _ended(1, "sendmail: unrecognized option: b BusyBox v1.36.1 (2024-06-10) multi-call binary.")),
    ("sendmail-busybox", _ended(1, "sendmail: invalid option -- 'b'", stage="greeting")),
    ("sendmail-busybox", _ended(64, "msmtp: unsupported operation mode bs", stage="greeting")),
    ("sendmail-recipient-refused", _ended(65, "msmtp: recipient address a@acme.test not accepted by the server")),
    ("sendmail-recipient-refused", _ended(64, "msmtp: no recipients found")),
    ("sendmail-sender-refused", _ended(65, "msmtp: envelope from address a@acme.test not accepted by the server")),
    ("sendmail-no-server", _ended(75, "msmtp: cannot connect to 127.0.0.1, port 25: Connection refused")),
    ("sendmail-no-server", _ended(1, "sendmail: can't connect to remote host (127.0.0.1): Connection refused")),
    ("sendmail-not-configured", _ended(78, "msmtp: account default not found: no configuration file available")),
    ("sendmail-not-configured", _ended(75, "sendmail: fatal: open /etc/postfix/main.cf: No such file or directory")),
    ("sendmail-nobody-collects", _seen("queue-only", "postdrop: warning: unable to look up public/pickup")),
    ("sendmail-usage", _ended(64)),
    ("sendmail-message-refused", _ended(65)),
    ("sendmail-recipient-unknown", _ended(67, stage="recipient")),
    ("sendmail-unavailable", _ended(69)),
    ("sendmail-put-off", _ended(75)),
    ("sendmail-not-permitted", _ended(77)),
    ("sendmail-configuration", _ended(78)),
    ("sendmail-wrapper", _ended(127, "sh: 1: exim4: not found")),
    ("sendmail-ended", _ended(1)),
    ("sendmail-no-mailer", _ended(0)),
    ("sendmail-killed", _seen("program-killed", f"`{PATH}` was ended by signal 11")),
    ("sendmail-ended", _seen("program-closed", f"`{PATH}` closed its output and goes on running")),
    ("sendmail-no-smtp", _seen("program-junk", "hello", stage="greeting")),
    ("sendmail-silent", _seen("program-no-reply", "no complete answer within 30 s", stage="greeting")),
    ("sendmail-hung", _seen("program-no-reply", "no complete answer within 30 s", stage="sender")),
    ("sendmail-hung", _seen("too-long", f"`{PATH}` did not end within 30 s")),
]
