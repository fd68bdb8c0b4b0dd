"""Keeps what came of each file from run to run, in one file for each project.

What is kept counts only for the very same contents, rules, configuration and version; a file that is damaged, or that
somebody else could have written, counts as none. It lies with the user and not in the repository, so that no change
under review can bring results of its own.
"""

from __future__ import annotations

import os
import re
import stat
import tempfile
import time
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from struct import Struct
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAGIC = b"kmconfig lint 1\n"
_LENGTHS = Struct(">II")
_DIGEST = 32
_SUFFIX = ".lint"
#: The names of what is kept, and of what is about to be; the folder may hold other things too.
_OURS = re.compile(rf"([0-9a-f]{{32}}|\.[a-z0-9_]{{8}}){re.escape(_SUFFIX)}")
_FORGOTTEN_AFTER = 60 * 60 * 24 * 30


class Cache:
    """The results kept for a project at ``root``, valid for what ``key`` stands for.

    ``problem`` says why nothing could be kept, if so.
    """

    def __init__(self, folder: Path, root: Path, key: bytes) -> None:
        self._folder = folder
        self._file = folder / f"{blake2b(os.fsencode(os.path.realpath(root)), digest_size=16).hexdigest()}{_SUFFIX}"
        self._key = key
        self.problem: str | None = None

    def load(self) -> dict[str, bytes]:
        """The records by path; none where there are none that can be relied on."""
        try:
            return self._read()
        except OSError:
            return {}

    def _read(self) -> dict[str, bytes]:
        """What was kept, none where somebody else could have written it. Never waits for a pipe."""
        handle = os.open(self._file, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o022:
                return {}
            with os.fdopen(handle, "rb", closefd=False) as stream:
                start = _MAGIC + self._key
                return _records(stream, status.st_size - len(start)) if stream.read(len(start)) == start else {}
        finally:
            os.close(handle)

    def save(self, records: Mapping[str, bytes]) -> None:
        """Keep these records, and no others. Where that is not possible the next run does without."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._write(records)
            self._forget_old()
        except OSError as error:
            self.problem = f"{self._folder}: {error.strerror}"

    def _write(self, records: Mapping[str, bytes]) -> None:
        """Replace the file in one step; what could not be written leaves nothing behind."""
        handle, name = tempfile.mkstemp(prefix=".", suffix=_SUFFIX, dir=self._folder)
        try:
            with os.fdopen(handle, "wb") as stream:
                digest = blake2b(digest_size=_DIGEST)
                stream.write(_MAGIC + self._key)
                for path, record in records.items():
                    name_of_file = path.encode("utf-8", "surrogatepass")
                    entry = _LENGTHS.pack(len(name_of_file), len(record)) + name_of_file + record
                    digest.update(entry)
                    stream.write(entry)
                stream.write(digest.digest())
            os.replace(name, self._file)  # noqa: PTH105
        except BaseException:
            os.unlink(name)  # noqa: PTH108
            raise

    def _forget_old(self) -> None:
        """Remove what was kept for projects that nobody has changed for a month, and what broken-off runs left."""
        limit = time.time() - _FORGOTTEN_AFTER
        with os.scandir(self._folder) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):  # another run was faster
                    if _OURS.fullmatch(entry.name) and _is_old(entry, limit):
                        os.unlink(entry.path)  # noqa: PTH108


def cache_folder(environ: Mapping[str, str]) -> Path | None:
    """Where results are kept: ``KMCONFIG_CACHE_DIR``, or the user's cache folder (XDG Base Directory); or nowhere."""
    if "KMCONFIG_CACHE_DIR" in environ:
        named = environ["KMCONFIG_CACHE_DIR"]
        return Path(named) if os.path.isabs(named) else None  # noqa: PTH117 - start-up
    for base, below in (("XDG_CACHE_HOME", ""), ("HOME", ".cache")):
        if os.path.isabs(environ.get(base, "")):  # noqa: PTH117 - start-up
            return Path(environ[base], below, "kmconfig")
    return None


def _is_old(entry: os.DirEntry[str], limit: float) -> bool:
    return entry.is_file(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_mtime < limit


def _records(stream: BinaryIO, size: int) -> dict[str, bytes]:
    """Entry after entry, so that the whole is in memory once; none unless the checksum at the end is right."""
    digest = blake2b(digest_size=_DIGEST)
    found: dict[bytes, bytes] = {}
    left = size - _DIGEST
    while left > 0:
        head = stream.read(_LENGTHS.size)
        lengths = _LENGTHS.unpack(head) if len(head) == _LENGTHS.size else (left, left)
        left -= _LENGTHS.size + sum(lengths)
        if left < 0:
            return {}
        path, record = map(stream.read, lengths)
        for part in (head, path, record):
            digest.update(part)
        found[path] = record
    if left < 0 or stream.read() != digest.digest():
        return {}
    return {path.decode("utf-8", "surrogatepass"): record for path, record in found.items()}
