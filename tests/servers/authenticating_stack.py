"""Two houses on loopback: one whose relay signs with DKIM, and a receiving one that reports what it found.

What is submitted at ``submission`` is signed by OpenDKIM and handed over to the receiving server's port. There a second
OpenDKIM verifies the signature against :class:`TinyDns` and writes Authentication-Results; what it says of SPF and
DMARC is laid down for each envelope sender. Dovecot keeps the mail; an address detail names the folder
(``inbox+Junk@acme.test``).
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.servers import mail_stack as plain
from tests.servers.accounts import INBOX
from tests.servers.authority import issue
from tests.servers.dovecot import write_dovecot
from tests.servers.mail_stack import MailStack
from tests.servers.opendkim import Signer, write_opendkim
from tests.servers.ports import choose_ports
from tests.servers.postfix import write_postfix
from tests.servers.requirements import find_program, require
from tests.servers.tiny_dns import TinyDns

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGES = f"{plain.PACKAGES} opendkim"
RECEIVER = "mx.mailhouse.test"

ALIGNED = "aligned@acme.test"
MISALIGNED = "misaligned@acme.test"
UNSIGNED = "unsigned@acme.test"
BROKEN = "broken@acme.test"
FORGED = "forged@acme.test"
SILENT = "silent@acme.test"

ACCOUNTS = {
    INBOX: "inbox-login",
    **dict.fromkeys((ALIGNED, MISALIGNED, UNSIGNED, BROKEN, FORGED, SILENT), "login"),
}

_SIGNERS = (
    Signer(MISALIGNED, "bulkmail.test", "bulk"),
    Signer(BROKEN, "acme.test", "rotated"),
    Signer(SILENT, "acme.test", "quiet"),
    Signer(ALIGNED, "acme.test", "km1"),
)

_VERDICTS = {
    ALIGNED: "spf=pass smtp.mailfrom=acme.test; dmarc=pass (p=reject dis=none) header.from=acme.test",
    MISALIGNED: "spf=none smtp.mailfrom=acme.test; dmarc=fail (p=none dis=none) header.from=acme.test",
    UNSIGNED: "spf=pass smtp.mailfrom=acme.test; dmarc=pass (p=none dis=none) header.from=acme.test",
    BROKEN: "spf=softfail smtp.mailfrom=acme.test; dmarc=fail (p=reject dis=none) header.from=acme.test",
    FORGED: "spf=fail smtp.mailfrom=acme.test; dmarc=fail (p=none dis=none) header.from=acme.test",
}

_FORGERY = f"Authentication-Results: {RECEIVER}; spf=pass smtp.mailfrom=acme.test; dmarc=pass header.from=acme.test"

_MASTER = """\
smtp unix - - n - - smtp
127.0.0.1:{mx} inet n - n - - smtpd
  -o syslog_name=postfix/mx
  -o myhostname={receiver}
  -o content_filter=
  -o smtpd_milters=unix:{root}/sockets/verify
  -o smtpd_sender_restrictions=check_sender_access,texthash:{root}/postfix/verdicts
"""

_SUBMISSION = """\
  -o syslog_name=postfix/submission
  -o content_filter=smtp:[127.0.0.1]:{mx}
  -o smtpd_milters=unix:{root}/sockets/sign
  -o smtpd_data_restrictions=check_sender_access,texthash:{root}/postfix/forgeries
"""

_DOVECOT = """
hostname = store.mailhouse.test
lmtp_save_to_detail_mailbox = yes
lda_mailbox_autocreate = yes
namespace inbox {
  inbox = yes
  mailbox Junk {
    special_use = \\Junk
    auto = subscribe
  }
}
"""

_HOLDER = """\
"$1" -F -c "$2" &
"$3" -c "$4" start-fg &
"$5" -f -x "$6" &
signer=$!
"$5" -f -x "$7" &
verifier=$!
read -r _
if [ $$ -ne 1 ]; then
  "$3" -c "$4" stop
  "$1" -c "$2" stop
  kill "$signer" "$verifier"
  wait
fi
"""


@contextmanager
def run_authenticating_stack() -> Iterator[tuple[MailStack, TinyDns]]:
    """Start everything, and end it with everything it left behind. Skips the test where a program is missing."""
    programs = ("postfix", "dovecot", "opendkim")
    require("a mail server that authenticates", packages=PACKAGES, programs=programs, root=True)
    root = Path(tempfile.mkdtemp(prefix="kmconfig-auth-", dir="/tmp"))
    root.chmod(0o755)
    try:
        with TinyDns() as dns, _servers(root, dns) as stack:
            yield stack, dns
    finally:
        shutil.rmtree(root)


@contextmanager
def _servers(root: Path, dns: TinyDns) -> Iterator[MailStack]:
    certificates = issue(root)
    ports = choose_ports()
    mx = choose_ports().smtp25
    postfix = write_postfix(root, ports=ports, logins=ACCOUNTS, strict=ALIGNED, certificates=certificates)
    _extend_postfix(root, postfix, mx)
    dovecot = write_dovecot(root, port=ports.imaps, accounts=ACCOUNTS, certificates=certificates)
    with dovecot.open("a") as configuration:
        configuration.write(_DOVECOT)
    milters, records = write_opendkim(root, signers=_SIGNERS, authserv_id=RECEIVER, dns_port=dns.port)
    # The key that is published for the rotated selector is another's.
    dns.records |= records | {"rotated._domainkey.acme.test": records["km1._domainkey.acme.test"]}
    holder = _start(dovecot, postfix, milters)
    try:
        for port in (ports.submission, mx, ports.imaps):
            plain._wait_until_listening(port, holder, root)
        yield MailStack(
            host="localhost",
            ports=ports,
            ca_file=certificates.ca,
            accounts=ACCOUNTS,
            sendmail=plain._write_sendmail(root, postfix),
            root=root,
        )
    finally:
        plain._stop(holder)


def _extend_postfix(root: Path, postfix: Path, mx: int) -> None:
    master = postfix / "master.cf"
    submission = _SUBMISSION.format(root=root, mx=mx)
    text = master.read_text().replace("  -o syslog_name=postfix/submission\n", submission)
    master.write_text(text + _MASTER.format(root=root, mx=mx, receiver=RECEIVER))
    verdicts = {sender: f"PREPEND Authentication-Results: {RECEIVER}; {said}" for sender, said in _VERDICTS.items()}
    (postfix / "verdicts").write_text("".join(f"{sender} {action}\n" for sender, action in verdicts.items()))
    (postfix / "forgeries").write_text(f"{FORGED} PREPEND {_FORGERY}\n")


def _start(dovecot: Path, postfix: Path, milters: tuple[Path, Path]) -> subprocess.Popen[bytes]:
    tree = plain._NAMESPACE if plain._namespaces_allowed() else ()
    words = find_program("dovecot"), dovecot, find_program("postfix"), postfix, find_program("opendkim"), *milters
    with (postfix.parent / "holder.log").open("wb") as log:
        return subprocess.Popen(
            [*tree, "/bin/sh", "-c", _HOLDER, "holder", *(str(word) for word in words)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=log,
            start_new_session=True,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"},
        )
