"""Postfix and Dovecot as one process tree on loopback, independent of the machine's own mail."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.servers.accounts import ACCOUNTS, STRICT
from tests.servers.authority import issue
from tests.servers.dovecot import write_dovecot
from tests.servers.mailbox import Mailbox
from tests.servers.ports import choose_ports
from tests.servers.postfix import write_postfix
from tests.servers.requirements import find_program, require

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from email.message import EmailMessage

    from tests.servers.ports import Ports

PACKAGES = "postfix dovecot-core dovecot-imapd dovecot-lmtpd"
START_SECONDS = 30.0
STOP_SECONDS = 10.0

_NAMESPACE = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")

# The tree lives as long as its standard input: it ends when the test run closes it, and also when the test
# run is killed. Where the shell is process 1 of its own namespace its end takes everything with it; the
# explicit stop is for machines that forbid namespaces.
_HOLDER = """\
"$1" -F -c "$2" &
"$3" -c "$4" start-fg &
read -r _
if [ $$ -ne 1 ]; then
  "$3" -c "$4" stop
  "$1" -c "$2" stop
  wait
fi
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailStack:
    """A running stack: where to connect, whom to trust, who may log in."""

    host: str
    ports: Ports
    ca_file: Path
    accounts: Mapping[str, str]
    sendmail: Path
    root: Path

    def wait_for_message(self, user: str, token: str, *, timeout: float = 15.0) -> EmailMessage:
        """Read from *user*'s mailbox the message that holds *token* (a Message-ID, a test id).

        Raises ``TimeoutError`` with the servers' logs where it does not arrive within *timeout* seconds.
        """
        try:
            return self.mailbox(user).wait_for(token, timeout=timeout)
        except TimeoutError as error:
            error.add_note(self.logs())
            raise

    def mailbox(self, user: str) -> Mailbox:
        """Return *user*'s mailbox, for reading with the user's own password."""
        return Mailbox(
            host=self.host,
            port=self.ports.imaps,
            ca_file=self.ca_file,
            login=user,
            password=self.accounts[user],
        )

    def logs(self) -> str:
        """Return what both servers logged, for the message of a failing test."""
        return _logs(self.root)


@contextmanager
def run_mail_stack(accounts: Mapping[str, str] = ACCOUNTS) -> Iterator[MailStack]:
    """Start the stack with *accounts* (login to password), and end it with everything it left behind.

    Skips the test where Postfix, Dovecot or root's rights are missing.
    """
    require("a real mail server", packages=PACKAGES, programs=("postfix", "dovecot"), root=True)
    # Not the test's own folder: unix socket paths end at 107 characters, and the servers' users must get in.
    root = Path(tempfile.mkdtemp(prefix="kmconfig-mail-", dir="/tmp"))
    root.chmod(0o755)
    try:
        with _servers(root, accounts) as stack:
            yield stack
    finally:
        shutil.rmtree(root)


@contextmanager
def _servers(root: Path, accounts: Mapping[str, str]) -> Iterator[MailStack]:
    certificates = issue(root)
    ports = choose_ports()
    postfix = write_postfix(root, ports=ports, logins=accounts, strict=STRICT, certificates=certificates)
    dovecot = write_dovecot(root, port=ports.imaps, accounts=accounts, certificates=certificates)
    holder = _start(dovecot, postfix)
    try:
        for port in (ports.submission, ports.smtps, ports.smtp25, ports.imaps):
            _wait_until_listening(port, holder, root)
        yield MailStack(
            host="localhost",
            ports=ports,
            ca_file=certificates.ca,
            accounts=dict(accounts),
            sendmail=_write_sendmail(root, postfix),
            root=root,
        )
    finally:
        _stop(holder)


def _start(dovecot: Path, postfix: Path) -> subprocess.Popen[bytes]:
    tree = _NAMESPACE if _namespaces_allowed() else ()
    programs = find_program("dovecot"), str(dovecot), find_program("postfix"), str(postfix)
    with (postfix.parent / "holder.log").open("wb") as log:
        return subprocess.Popen(
            [*tree, "/bin/sh", "-c", _HOLDER, "holder", *(str(word) for word in programs)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=log,
            start_new_session=True,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"},
        )


def _namespaces_allowed() -> bool:
    if shutil.which(_NAMESPACE[0]) is None:
        return False
    return subprocess.run([*_NAMESPACE, "true"], check=False, capture_output=True, timeout=10).returncode == 0


def _wait_until_listening(port: int, holder: subprocess.Popen[bytes], root: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    pause = threading.Event()
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if holder.poll() is not None or time.monotonic() >= deadline:
            raise RuntimeError(f"the mail stack does not listen on port {port}\n{_logs(root)}")
        pause.wait(0.02)


def _stop(holder: subprocess.Popen[bytes]) -> None:
    if holder.stdin is None:
        raise TypeError("the holder is started with a pipe")
    holder.stdin.close()
    try:
        holder.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(holder.pid, signal.SIGKILL)
        holder.wait()
        raise


def _write_sendmail(root: Path, postfix: Path) -> Path:
    """Write a ``sendmail`` that hands its message to this Postfix instead of the machine's."""
    path = root / "sendmail"
    path.write_text(f'#!/bin/sh\nexec {find_program("sendmail")} -C {postfix} "$@"\n')
    path.chmod(0o755)
    return path


def _logs(root: Path) -> str:
    return "\n".join(
        f"--- {path.name}\n{path.read_text(errors='replace')[-6000:]}" for path in sorted(root.glob("*.log"))
    )
