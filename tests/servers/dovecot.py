"""Dovecot's configuration: logins for Postfix, LMTP delivery, IMAP over TLS for reading."""

from __future__ import annotations

import base64
import grp
import os
import pwd
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.servers.authority import Certificates

_CONFIGURATION = """\
protocols = imap lmtp
listen = 127.0.0.1
base_dir = {root}/dovecot
state_dir = {root}/dovecot-state
log_path = {root}/dovecot.log
login_greeting = ready.

ssl = required
ssl_cert = <{certificates.chain}
ssl_key = <{certificates.key}
ssl_min_protocol = TLSv1.2
disable_plaintext_auth = yes
auth_mechanisms = plain login
auth_failure_delay = 0
auth_username_chars =

first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:~/Maildir
mail_fsync = never
recipient_delimiter = +

passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%Lu {root}/passwords
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={root}/mail/%Lu
}}

service imap-login {{
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
service lmtp {{
  unix_listener {root}/sockets/lmtp {{
    user = postfix
    group = postfix
    mode = 0600
  }}
}}
service auth {{
  unix_listener {root}/sockets/auth {{
    user = postfix
    group = postfix
    mode = 0600
  }}
}}
# Tests log in wrongly on purpose, always from the same address: no growing delays.
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"""


def write_dovecot(root: Path, *, port: int, accounts: Mapping[str, str], certificates: Certificates) -> Path:
    """Write the configuration, the password file and the mail folder; return the configuration's path.

    Postfix finds the sockets for logins and deliveries in ``root/sockets``.
    """
    user = pwd.getpwnam("mail")
    (root / "sockets").mkdir()
    mail = root / "mail"
    mail.mkdir()
    _write_passwords(root / "passwords", accounts)
    os.chown(mail, user.pw_uid, user.pw_gid)
    path = root / "dovecot.conf"
    path.write_text(
        _CONFIGURATION.format(root=root, port=port, certificates=certificates, uid=user.pw_uid, gid=user.pw_gid)
    )
    return path


def _write_passwords(path: Path, accounts: Mapping[str, str]) -> None:
    """One line a login. Base64 keeps colons, spaces and every other byte of a password as it is."""
    path.write_text(
        "".join(
            f"{login}:{{PLAIN.b64}}{base64.b64encode(password.encode()).decode()}\n"
            for login, password in accounts.items()
        )
    )
    path.chmod(0o640)
    os.chown(path, 0, grp.getgrnam("dovecot").gr_gid)
