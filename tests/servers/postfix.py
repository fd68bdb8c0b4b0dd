"""Postfix's configuration: submission with STARTTLS, submission over TLS, and a plain relay port."""

from __future__ import annotations

import os
import pwd
from typing import TYPE_CHECKING

from tests.servers.accounts import DOMAIN

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.servers.authority import Certificates
    from tests.servers.ports import Ports

# Only logged-in clients may send elsewhere, and what they send elsewhere bounces: nothing leaves the machine.
_MAIN = """\
compatibility_level = 3.6
myhostname = mail.{domain}
mydestination =
mynetworks = 192.0.2.1/32
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtpd_peername_lookup = no
smtp_host_lookup = native
biff = no
alias_maps =
alias_database =
recipient_delimiter = +
default_transport = elsewhere
relay_transport = $default_transport

queue_directory = {root}/queue
data_directory = {root}/data
maillog_file = {root}/postfix.log
maillog_file_prefixes = {root}

virtual_mailbox_domains = {domain}
virtual_mailbox_maps = texthash:{root}/postfix/mailboxes
virtual_transport = lmtp:unix:{root}/sockets/lmtp

smtpd_tls_chain_files = {certificates.key}, {certificates.chain}
smtpd_tls_security_level = may
smtpd_tls_protocols = >=TLSv1.2
smtpd_tls_mandatory_protocols = >=TLSv1.2
smtpd_tls_auth_only = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {root}/sockets/auth
smtpd_sasl_security_options = noanonymous
smtpd_sasl_authenticated_header = yes

smtpd_relay_restrictions = reject_unauth_destination
submission_relay_restrictions = permit_sasl_authenticated, reject
smtpd_sender_login_maps = texthash:{root}/postfix/owners
submission_sender_restrictions = check_sasl_access texthash:{root}/postfix/strict
smtpd_error_sleep_time = 0
smtpd_timeout = 60s
message_size_limit = 1048576
"""

_MASTER = """\
127.0.0.1:{ports.smtp25} inet n - n - - smtpd
127.0.0.1:{ports.submission} inet n - n - - smtpd
  -o syslog_name=postfix/submission
  -o smtpd_tls_security_level=encrypt
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_relay_restrictions=$submission_relay_restrictions
  -o smtpd_sender_restrictions=$submission_sender_restrictions
127.0.0.1:{ports.smtps} inet n - n - - smtpd
  -o syslog_name=postfix/smtps
  -o smtpd_tls_wrappermode=yes
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_relay_restrictions=$submission_relay_restrictions
  -o smtpd_sender_restrictions=$submission_sender_restrictions
pickup unix n - n 1 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
elsewhere unix - n n - - pipe
  user=mail argv=/bin/sh -c {{echo 5.1.2 this test server delivers nowhere else; exit 67}}
retry unix - - n - - error
lmtp unix - - n - - lmtp
showq unix n - n - - showq
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


def write_postfix(root: Path, *, ports: Ports, logins: Iterable[str], strict: str, certificates: Certificates) -> Path:
    """Write a configuration folder and empty queue and data folders below *root*; return the folder.

    Every login owns the sender address of the same name; *strict* may use no other.
    """
    folder = root / "postfix"
    folder.mkdir()
    (root / "queue").mkdir()
    data = root / "data"
    data.mkdir()
    owner = pwd.getpwnam("postfix")
    os.chown(data, owner.pw_uid, owner.pw_gid)
    addresses = sorted(logins)
    (folder / "main.cf").write_text(_MAIN.format(root=root, domain=DOMAIN, certificates=certificates))
    (folder / "master.cf").write_text(_MASTER.format(ports=ports))
    (folder / "mailboxes").write_text("".join(f"{address} present\n" for address in addresses))
    (folder / "owners").write_text("".join(f"{address} {address}\n" for address in addresses))
    (folder / "strict").write_text(f"{strict} reject_sender_login_mismatch\n")
    return folder
