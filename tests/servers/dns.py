"""Knot DNS on a loopback port, with the records that a test gives it."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import dns.exception
import dns.message
import dns.query

from tests.servers.ports import choose_port
from tests.servers.requirements import find_program, require

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGES = "knot"
START_SECONDS = 15.0
STOP_SECONDS = 10.0

_CONFIGURATION = """\
server:
    rundir: {root}
    listen: 127.0.0.1@{port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
control:
    listen: {root}/knot.sock
database:
    storage: {root}
log:
  - target: {root}/knot.log
    any: info
template:
  - id: default
    storage: {root}
    file: root.zone
    zonefile-load: whole
    zonefile-sync: -1
    journal-content: none
    semantic-checks: off
zone:
  - domain: .
"""

#: The whole tree of names is one zone, so that what is not in it does not exist.
_HEAD = """\
$ORIGIN .
$TTL 60
. SOA ns.test. hostmaster.test. 1 3600 600 86400 60
. NS ns.test.
ns.test. A 192.0.2.53
"""


@contextmanager
def run_dns(records: str) -> Iterator[str]:
    """Start a server that holds *records*, written as in zone files from the root on; yields its ``HOST:PORT``.

    Skips the test where Knot is missing.
    """
    require("a real DNS server", packages=PACKAGES, programs=("knotd",))
    root = Path(tempfile.mkdtemp(prefix="kmconfig-dns-", dir="/tmp"))
    try:
        with _server(root, records) as address:
            yield address
    finally:
        shutil.rmtree(root)


@contextmanager
def _server(root: Path, records: str) -> Iterator[str]:
    port = choose_port()
    (root / "root.zone").write_text(_HEAD + records, encoding="ascii")
    (root / "knot.conf").write_text(_CONFIGURATION.format(root=root, port=port), encoding="ascii")
    running = subprocess.Popen(
        [str(find_program("knotd")), "-c", str(root / "knot.conf")],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"},
    )
    try:
        _wait_until_answering(port, running, root)
        yield f"127.0.0.1:{port}"
    finally:
        running.terminate()
        running.wait(STOP_SECONDS)


def _wait_until_answering(port: int, running: subprocess.Popen[bytes], root: Path) -> None:
    """Ask until there is an answer; each question waits a little for its own."""
    question = dns.message.make_query(".", "SOA")
    for _ in range(int(START_SECONDS / 0.1)):
        try:
            answer = dns.query.udp(question, "127.0.0.1", port=port, timeout=0.1)
        except (dns.exception.Timeout, OSError):
            answer = None
        if answer is not None and answer.answer:
            return
        if running.poll() is not None:
            break
    log = root / "knot.log"
    said = log.read_text(encoding="utf-8", errors="replace") if log.exists() else "nothing"
    raise RuntimeError(f"the DNS server did not start; it said: {said}")
