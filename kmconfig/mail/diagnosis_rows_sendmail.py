"""Diagnosis rows for the sendmail driver: the program, its exit status (sysexits.h) and what it prints."""

from __future__ import annotations

from typing import Final

from kmconfig.mail.diagnosis_row import Row

_ENDED: Final = ("exit", "program-killed", "program-closed", "program-junk", "program-no-reply", "too-long")
_BY_HAND: Final = "run it by hand as the user of the application, with `email.sendmail.arguments`"
_OTHER_DRIVER: Final = "or use `driver: smtp` with the provider's server, which needs no program at all"

_START: Final = (
    Row(
        key="sendmail-missing",
        kinds=("no-program",),
        cause="the program `{host}` does not exist here: no mail server is installed, as in most containers",
        remedies=(
            "install one, such as Postfix, or msmtp as a relay to a provider: `apt-get install msmtp-mta`",
            "correct `email.sendmail.path`",
            _OTHER_DRIVER,
        ),
        temporary=False,
    ),
    Row(
        key="sendmail-not-executable",
        kinds=("not-executable",),
        cause="`{host}` exists, but is a folder, a dangling link or not executable for this user",
        remedies=("look at it: `ls -lL {host}`", "run as the user of the application", "correct `email.sendmail.path`"),
        temporary=False,
    ),
    Row(
        key="sendmail-not-started",
        kinds=("not-started",),
        cause="the system cannot start `{host}`: it is made for another machine, or its interpreter is missing",
        remedies=("look at it: `file -L {host}`; `head -1 {host}`", "reinstall the package that it belongs to"),
        temporary=False,
    ),
    Row(
        key="sendmail-no-mode",
        kinds=("no-mode",),
        cause="Laravel refuses a sendmail command without `-bs` or `-t`",
        remedies=("set `email.sendmail.arguments: [-bs, -i]`, or `[-t, -i]` for BusyBox and msmtp",),
        temporary=False,
    ),
)

_PROGRAMS: Final = (
    Row(
        key="sendmail-busybox",
        kinds=_ENDED,
        pattern=r"BusyBox.* multi-call binary|(unrecognized|invalid|unknown) option(:| --) '?b|operation mode bs",
        cause="this sendmail does not know `-bs`: BusyBox's and msmtp's take a whole message only",
        remedies=(
            "set `email.sendmail.arguments: [-t, -i]`; BusyBox's also needs the server: `[-t, -i, -S, HOST]`",
            "or install Postfix, whose sendmail knows `-bs`",
            _OTHER_DRIVER,
        ),
        temporary=False,
    ),
    Row(
        key="sendmail-recipient-refused",
        kinds=_ENDED,
        pattern=r"recipient address .* not accepted|user unknown|unknown user|no such user"
        r"|no recipients? (addresses )?(found|accepted)",
        cause="the server behind `{host}` does not take a recipient",
        remedies=(
            "correct the address in `email.test.recipients` or `--to`",
            "read what it says of the address in the words above",
        ),
    ),
    Row(
        key="sendmail-sender-refused",
        kinds=_ENDED,
        pattern=r"envelope.from address .* not accepted|not allowed to send|sender (address )?(was )?(rejected|refused)"
        r"|not a trusted user|uid \d+ is not permitted",
        cause="the server behind `{host}` does not take this sender, or this user may not set one",
        remedies=(
            "set `email.sender.email` to an address that the server may send for",
            "make the application's user a trusted user of the mail server",
        ),
        temporary=False,
    ),
    Row(
        key="sendmail-no-server",
        kinds=_ENDED,
        pattern=r"(cannot|can't|could not|unable to) (connect|open mail)|connection refused|cannot locate host"
        r"|no mail ?hub|mail system is (down|not running)",
        cause="`{host}` only passes mail on, and the server it passes it to cannot be reached",
        remedies=(
            "start the mail server of this machine",
            "or name another one: for msmtp in `/etc/msmtprc`, for BusyBox's sendmail with `-S HOST`",
            "check the connection with `driver: smtp` and the same host",
        ),
        temporary=True,
    ),
    Row(
        key="sendmail-not-configured",
        kinds=_ENDED,
        pattern=r"no configuration file|account default not found|open .*main\.cf|bad configuration|parameter .*unused",
        cause="`{host}` is installed, but not configured",
        remedies=(
            "configure it: `dpkg-reconfigure postfix`, or write `/etc/msmtprc`",
            "run as the user of the application, which reads another configuration",
        ),
        temporary=False,
    ),
    Row(
        key="sendmail-nobody-collects",
        kinds=("queue-only",),
        cause="the message lies in a queue that nobody collects from: the mail server itself is not running",
        remedies=(
            "start it: `systemctl start postfix`, or `postfix start` in a container",
            "see what waits: `mailq`",
        ),
        temporary=True,
    ),
)

_STATUS: Final = (
    Row(
        key="sendmail-usage",
        kinds=("exit",),
        codes=(2, 64),
        cause="`{host}` does not take these arguments",
        remedies=(
            "run it by hand with `email.sendmail.arguments` and read what it says",
            "use `[-bs, -i]` or `[-t, -i]`",
        ),
        temporary=False,
    ),
    Row(
        key="sendmail-message-refused",
        kinds=("exit",),
        codes=(65, 76),
        cause="`{host}` or the server behind it refuses the message or an address in it",
        remedies=("read the mail server's log for the same minute", "correct the sender and the recipients"),
    ),
    Row(
        key="sendmail-recipient-unknown",
        kinds=("exit",),
        codes=(67, 68),
        cause="`{host}` knows no such recipient, or no host for its domain",
        remedies=("correct the address in `email.test.recipients` or `--to`",),
        temporary=False,
    ),
    Row(
        key="sendmail-unavailable",
        kinds=("exit",),
        codes=(66, 69, 70, 71, 72, 73, 74),
        cause="`{host}` cannot work: a part of the mail server is not running, or files are missing or full",
        remedies=(
            "look at the mail server: `systemctl status postfix`, `df -h /var/spool`",
            "read its log: `journalctl -t sendmail -t postfix -n 50`",
        ),
    ),
    Row(
        key="sendmail-put-off",
        kinds=("exit",),
        codes=(75,),
        cause="`{host}` could not hand the message on now",
        remedies=("try again in some minutes", "read the mail server's log for the same minute"),
        temporary=True,
    ),
    Row(
        key="sendmail-not-permitted",
        kinds=("exit",),
        codes=(77,),
        cause="this user may not send with `{host}`",
        remedies=(
            "run as the user of the application",
            "with Postfix, add the user to `authorized_submit_users`: `postconf authorized_submit_users`",
        ),
        temporary=False,
    ),
    Row(
        key="sendmail-configuration",
        kinds=("exit",),
        codes=(78,),
        cause="the configuration of `{host}` is missing or broken",
        remedies=("check it: `postfix check`, or `msmtp --pretend`", "read what the program says in the words above"),
        temporary=False,
    ),
    Row(
        key="sendmail-wrapper",
        kinds=("exit",),
        codes=(126, 127),
        cause="`{host}` is a script that calls a program which does not exist or may not be run",
        remedies=("read the script: `head -20 {host}`", "install what it calls"),
        temporary=False,
    ),
    Row(
        key="sendmail-no-mailer",
        kinds=("exit",),
        codes=(0,),
        cause="`{host}` ended as if all were well, and has taken no message: it is no mail program",
        remedies=(
            "look at it: `file -L {host}`; to `printf 'QUIT\\r\\n' | {host} -bs` a mail program answers `220 …`",
            "correct `email.sendmail.path`: usually it is `/usr/sbin/sendmail`",
            _OTHER_DRIVER,
        ),
        temporary=False,
    ),
    Row(
        key="sendmail-killed",
        kinds=("program-killed",),
        cause="`{host}` crashed, or something ended it: a limit, or a lack of memory",
        remedies=("look for the reason: `journalctl -k -n 50`", _BY_HAND),
    ),
    Row(
        key="sendmail-ended",
        kinds=("exit", "program-closed"),
        cause="`{host}` ended without having accepted the message",
        remedies=(_BY_HAND, "read the mail server's log for the same minute"),
    ),
    Row(
        key="sendmail-no-smtp",
        kinds=("program-junk", "program-oversized"),
        cause="what `{host}` answers is not SMTP, so it does not understand `-bs`, or prints something else besides",
        remedies=(
            "set `email.sendmail.arguments: [-t, -i]`",
            "see what it prints: `printf 'QUIT\\r\\n' | {host} -bs`",
        ),
        temporary=False,
    ),
    Row(
        key="sendmail-silent",
        kinds=("program-no-reply",),
        stages=("greeting",),
        pattern=r"^no complete answer within [\d.]+ s$",
        cause="`{host}` says nothing: it does not know `-bs` and waits for a message, or it waits for the network",
        remedies=(
            "set `email.sendmail.arguments: [-t, -i]`, or `[-bs, -i]` where `-bs` is missing",
            "see what it says: `{host} -bs </dev/null`",
            "look at the mail server: `systemctl status postfix`",
        ),
        temporary=True,
    ),
    Row(
        key="sendmail-hung",
        kinds=("program-no-reply", "too-long"),
        cause="`{host}` does not come to an end: it waits for a mail server that is not running, or for the network",
        remedies=(
            "look at the mail server: `systemctl status postfix`",
            "allow more time with --timeout",
        ),
        temporary=True,
    ),
)

SENDMAIL_ROWS: Final = (*_START, *_PROGRAMS, *_STATUS)
