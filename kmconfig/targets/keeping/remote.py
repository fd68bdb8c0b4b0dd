"""Keeping lock, journal and snapshots in a folder of another machine, beside the target."""

from __future__ import annotations

import json
import re
import secrets
import select
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING

from kmconfig.errors import CouldNotCheck
from kmconfig.secrets.interrupts import interrupts_held
from kmconfig.targets.files.remedies import remedy
from kmconfig.targets.files.ssh_faults import SessionLost, reason
from kmconfig.targets.files.ssh_reading import RemoteReading
from kmconfig.targets.files.ssh_scripts import HELD, HOLD
from kmconfig.targets.files.ssh_writing import RemoteWriting
from kmconfig.targets.files.temporary import temporary_file
from kmconfig.targets.keeping.names import FOLDER, LARGEST_HOLDER, Names, locked_by, surplus

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from kmconfig.targets.files.ssh_connection import SshConnection
    from kmconfig.targets.keeping.interface import Holder

_PATIENCE_SECONDS = 20.0


class SessionFence:
    """The other machine holds the lock for as long as a session lives; asking it shows that it still does."""

    number = 0
    took_over = None

    def __init__(self, process: subprocess.Popen[bytes], place: str) -> None:
        self._process = process
        self._place = place

    def check(self) -> None:
        """Let the session answer. Raises SessionLost."""
        word = secrets.token_hex(4).encode()
        try:
            self.say(word)
            answer = self.line()
        except OSError:
            answer = b""
        if answer != word:
            raise SessionLost(self._place)

    def say(self, line: bytes) -> None:
        """Send a line. Raises OSError."""
        _pipe(self._process.stdin).write(line + b"\n")
        _pipe(self._process.stdin).flush()

    def line(self) -> bytes:
        """The next line of an answer, as much of it as comes in time."""
        answer = self.rest(until=b"\n")
        return answer.removesuffix(b"\n")

    def rest(self, *, until: bytes | None = None) -> bytes:
        """What the session says up to its end, or up to ``until``, as much of it as comes in time."""
        stream, found = _pipe(self._process.stdout), b""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while until is None or not found.endswith(until):
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([stream], [], [], left)[0]:
                break
            more = stream.read(1)
            if not more:
                break
            found += more
        return found


class RemoteKeeper:
    """A folder of mode 0700, of the user who logs in, and never in git. ``locate`` says where the target lies."""

    def __init__(self, connection: SshConnection, shown: str, *, locate: Callable[[], str | None]) -> None:
        self.where = f"{connection.place}:{PurePosixPath(shown).parent / FOLDER}"
        self._connection = connection
        self._reading = RemoteReading(connection)
        self._writing = RemoteWriting(connection)
        self._locate = locate

    @property
    def _target(self) -> PurePosixPath:
        """Where the target really lies. Raises CouldNotCheck."""
        path = self._locate()
        if path is None:
            raise CouldNotCheck(
                f"there is no folder for {self.where}",
                help="check the target's `path`, and where its symbolic links lead",
            )
        return PurePosixPath(path)

    @property
    def _names(self) -> Names:
        return Names.of(self._target)

    @property
    def _folder(self) -> str:
        return str(self._target.parent / FOLDER)

    @property
    def _snapshots(self) -> str:
        return f"{self._folder}/snapshots"

    @property
    def _journal(self) -> str:
        return f"{self._folder}/{self._names.journal}"

    @property
    def _owner(self) -> str:
        return f"{self._folder}/{self._names.owner}"

    def ensure(self) -> None:
        """Create the folders if need be; the tools that are needed there are looked for too."""
        self._writing.own(self._folder, self._snapshots)

    @contextmanager
    def hold(self, holder: Holder) -> Iterator[SessionFence]:
        """Hold the lock file; the other machine lets go of it when the session ends, however it ends."""
        lock, mark = f"{self._folder}/{self._names.lock}", secrets.token_hex(8)
        with temporary_file() as said:
            with interrupts_held():
                process = self._connection.start(
                    HOLD, lock, str(LARGEST_HOLDER), mark=mark, out=subprocess.PIPE, said=said
                )
            try:
                fence = SessionFence(process, self._connection.place)
                self._begin(fence, holder, mark, process, said)
                self._connection.lock = (lock, holder.run)
                yield fence
            finally:
                self._connection.lock = ("", "")
                _end(process)

    def _begin(
        self, fence: SessionFence, holder: Holder, mark: str, process: subprocess.Popen[bytes], said: IO[bytes]
    ) -> None:
        """Say who holds it. Raises Locked or CouldNotCheck."""
        with suppress(OSError):  # the session has ended, and what it has said tells why
            fence.say(json.dumps(holder.document()).encode())
        begun = fence.rest(until=f"{mark}\n".encode()).endswith(b"\n")
        answer = fence.line() if begun else b""
        if answer == b"held":
            return
        answer += fence.rest()
        _end(process)
        said.seek(0)
        text = said.read().decode("utf-8", "replace")
        if process.returncode == HELD:
            raise locked_by(answer)
        if not begun or process.returncode == 255:
            raise self._connection.lost(text)
        why = reason(text)
        raise CouldNotCheck(
            f"nothing was changed: the lock in {self.where} cannot be used: {why}",
            help=remedy(why, otherwise="check the permissions of the login"),
        )

    def journal(self) -> bytes | None:
        """The journal that a run left behind."""
        return self._read(self._journal) if self._locate() is not None else None

    def record(self, journal: bytes) -> None:
        """Put the journal on disk."""
        self._writing.put(self._journal, journal, mode=0o600)

    def close(self) -> None:
        """Remove the journal; where the session that held the lock was lost, as long as it is still of this run."""
        try:
            self._writing.remove(self._journal)
        except SessionLost:
            self._writing.remove_alone(self._journal)

    def keep(self, run: str, snapshot: bytes | None) -> str:
        """Keep a snapshot, mode 0600; None stands for a target that does not exist."""
        name = self._names.snapshot(run, snapshot)
        self._writing.put(f"{self._snapshots}/{name}", snapshot or b"", mode=0o600)
        return name

    def place(self, name: str) -> str:
        """The path of a snapshot."""
        return f"{self.where}/snapshots/{name}"

    def kept(self, name: str) -> bytes | None:
        """The snapshot of a name."""
        data = self._read(f"{self._snapshots}/{name}")
        if data is None:
            raise CouldNotCheck(f"the snapshot {self.place(name)} cannot be read: it is not there")
        return self._names.content(name, data)

    def owner(self) -> str | None:
        """The environment that was applied here last; what cannot be read is not known."""
        try:
            data = self._read(self._owner) if self._locate() is not None else None
            return data.decode().strip() or None if data is not None else None
        except (CouldNotCheck, UnicodeDecodeError):
            return None

    def mark(self, environment: str) -> None:
        """Remember it beside the journal."""
        self._writing.put(self._owner, f"{environment}\n".encode(), mode=0o600)

    def sweep(self) -> None:
        """Remove what killed runs left half written."""
        own = "|".join(re.escape(name) for name in (self._names.journal, self._names.owner))
        self._writing.sweep(self._folder, f"(?:{own})")
        self._writing.sweep(self._snapshots, self._names.snapshots)

    def drop(self, name: str) -> None:
        """Let go of a snapshot."""
        self._writing.remove(f"{self._snapshots}/{name}")

    def prune(self, needed: Collection[str] = ()) -> None:
        """Let go of all but five snapshots."""
        own = re.compile(self._names.snapshots)
        found = (name for name in self._reading.names(self._snapshots) if own.fullmatch(name))
        self._writing.remove(*(f"{self._snapshots}/{name}" for name in surplus(found, needed)))

    def _read(self, path: str) -> bytes | None:
        return self._reading.read(path, path)[0]


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise ValueError("a session is started with pipes")
    return stream


def _end(process: subprocess.Popen[bytes]) -> None:
    """Let go of the lock, and wait until the session is over."""
    with suppress(OSError):
        _pipe(process.stdin).close()
    try:
        process.wait(_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    _pipe(process.stdout).close()
