"""A Vault in a process of its own, so that it takes no time of the programs that ask it, and counts what they ask."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ROLE_ID = "benchmark"
SECRET_ID = "a-secret-id-of-the-benchmark"  # noqa: S105 - of a server that lives for a minute
REPOSITORY = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Requests:
    """What a server was asked: to log somebody in, to read a secret, and anything else."""

    logins: int
    reads: int
    others: int


class VaultProcess:
    """The parent's end: where the server is, and what it has been asked."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.address: str = self._told()["address"]

    def asked(self) -> Requests:
        """What was asked since this was asked last."""
        _stream(self._process.stdin).write("\n")
        _stream(self._process.stdin).flush()
        return Requests(**self._told())

    def _told(self) -> Any:
        return json.loads(_stream(self._process.stdout).readline())


@contextmanager
def vault_process(*, paths: int, keys: int, latency: float) -> Iterator[VaultProcess]:
    """Serve ``paths`` secrets of ``keys`` keys each, every answer ``latency`` seconds late, until the block ends."""
    process = subprocess.Popen(
        (sys.executable, "-m", "benchmarks.vault_process", str(paths), str(keys), str(latency)),
        cwd=REPOSITORY,
        env={name: value for name, value in os.environ.items() if not name.startswith(("VAULT_", "PYTHON"))},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield VaultProcess(process)
    finally:
        _stream(process.stdin).close()
        process.wait()
        _stream(process.stdout).close()


def path(number: int) -> str:
    """The path of a secret."""
    return f"keymanager/environment-{number}/smtp"


def _stream(stream: IO[str] | None) -> IO[str]:
    if stream is None:
        raise ValueError("the process was started with pipes")
    return stream


def _serve(paths: int, keys: int, latency: float) -> None:
    from tests.servers.vault.server import VaultServer  # noqa: PLC0415 - in the other process alone

    with VaultServer() as vault:
        vault.policy("reader", {"secret/data/*": ["read"]})
        vault.approle(role_id=ROLE_ID, secret_id=SECRET_ID, policies=("reader",))
        for number in range(paths):
            vault.put(path(number), {f"key-{key}": f"value {number} of {key}" for key in range(keys)})
        vault.latency(latency)
        print(json.dumps({"address": vault.address}), flush=True)
        for _ in sys.stdin:
            logins, reads, requests = len(vault.logins), len(vault.reads), len(vault.requests)
            vault.requests.clear()
            print(json.dumps({"logins": logins, "reads": reads, "others": requests - logins - reads}), flush=True)


if __name__ == "__main__":
    _serve(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
