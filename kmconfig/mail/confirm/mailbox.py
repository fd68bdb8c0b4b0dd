"""Looking into a mailbox over IMAP4 (RFC 9051) without changing anything in it.

Folder names, special uses and IDLE are imap-tools' work, over our own bounded connection. Folders are examined, not
selected, and messages are fetched with PEEK, so that nothing becomes seen.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NoReturn

import imap_tools
from imap_tools.idle import IdleManager

from kmconfig.mail import reach
from kmconfig.mail.confirm.client import BoundedClient, Deadline
from kmconfig.mail.confirm.fault import MailboxFault
from kmconfig.mail.confirm.sign_in import sign_in, words_of
from kmconfig.mail.failure import StageFailed, bounded
from kmconfig.mail.message import TEST_ID_HEADER
from kmconfig.mail.scrub import Scrubber

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.mail.confirm.server import ImapServer

INBOX: Final = "INBOX"
LONGEST_MESSAGE: Final = 1024 * 1024
"""Bytes that are fetched; a test message has about two thousand."""

_JUNK_USE: Final = "\\junk"
_JUNK_NAMES: Final = frozenset(
    ("junk", "spam", "junk email", "junk e-mail", "junk mail", "bulk mail", "bulk", "spamverdacht", "unerwünscht",
     "courrier indésirable", "indésirables", "correo no deseado", "posta indesiderata")
)  # fmt: skip
_NEWEST: Final = 20
_ID_FIELD: Final = f"BODY.PEEK[HEADER.FIELDS ({TEST_ID_HEADER})]"
_COMMAND: Final = re.compile(r"^command: \S+ => ")
_UID: Final = re.compile(rb"\bUID (\d{1,10})\b")
_SIZE: Final = re.compile(rb"\bRFC822\.SIZE (\d{1,12})\b")

# imap-tools and imaplib hand on whatever their parsers stumble over in a server's nonsense.
_FAULTS: Final = (
    OSError, imap_tools.ImapToolsError, BoundedClient.error, ValueError, LookupError, TypeError, AttributeError
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A message as it lies in a folder: its bytes, cut at :data:`LONGEST_MESSAGE`, and its whole size."""

    folder: str
    spam: bool
    data: bytes
    size: int


class _Idle(IdleManager):
    """IDLE (RFC 2177) that sees what has already been received, and ends in time."""

    def poll(self, timeout: float | None) -> list[bytes]:
        line = self.mailbox.client.line_within(timeout)
        return [] if line is None else [line]


class _ImapTools(imap_tools.BaseMailBox):
    """imap-tools over a connection of ours."""

    idle_manager_class = _Idle

    def __init__(self, client: BoundedClient) -> None:
        self._opened = client
        super().__init__()

    def _get_mailbox_client(self) -> BoundedClient:
        return self._opened


class Mailbox:
    """An open mailbox. Faults of any kind are :class:`MailboxFault`, in time."""

    def __init__(self, server: ImapServer, *, seconds: float) -> None:
        self._server = server
        self._scrubber = Scrubber()
        self._in_inbox = 0
        deadline = Deadline(seconds)
        with self._faults():
            self._client = self._connect(deadline)
        try:
            with self._faults():
                self._enter()
        except BaseException:
            self._client.shutdown()
            raise

    def _connect(self, deadline: Deadline) -> BoundedClient:
        server = self._server
        addresses = reach.resolve(server.host, timeout=deadline.left)
        sock = reach.connect(addresses, server.port, timeout=deadline.left).sock
        try:
            return BoundedClient(sock, server, deadline=deadline)
        except BaseException:
            sock.close()
            raise

    def _enter(self) -> None:
        if self._server.starttls:
            self._client.upgrade()
        sign_in(self._client, self._server, self._scrubber)
        self._tools = _ImapTools(self._client)
        self._idles = "IDLE" in self._client.capabilities
        self.folders = self._find_folders()
        self._examine(INBOX)

    def _find_folders(self) -> tuple[tuple[str, bool], ...]:
        """INBOX, and the spam folders: by special use (RFC 6154), else by name. With each, whether it is for spam."""
        listed = [
            folder
            for folder in self._tools.folder.list()
            if "\\noselect" not in (flag.lower() for flag in folder.flags)
        ]
        junk = [folder.name for folder in listed if _JUNK_USE in (flag.lower() for flag in folder.flags)]
        if not junk:
            junk = [folder.name for folder in listed if _last(folder.name, folder.delim).lower() in _JUNK_NAMES]
        return ((INBOX, False), *((name, True) for name in junk[:3] if name.upper() != INBOX))

    def look(self, test_id: str, *, seconds: float) -> Arrival | None:
        """Look once into each folder for the message with this id."""
        self._client.deadline = Deadline(seconds)
        with self._faults():
            for folder, spam in self.folders:
                found = self._look_into(folder, test_id)
                if found is not None:
                    return Arrival(folder=folder, spam=spam, data=found[0], size=found[1])
            return None

    def wait(self, seconds: float) -> bool:
        """Wait for news in INBOX with IDLE; returns False at once where the server does not know it."""
        if not self._idles:
            return False
        self._client.deadline = Deadline(seconds + 10)
        with self._faults():
            # What came since the last look is not announced any more.
            if self._examine(INBOX) == self._in_inbox:
                self._tools.idle.wait(timeout=seconds)
        return True

    def close(self) -> None:
        """Say goodbye and close the connection, whatever the server does."""
        self._client.deadline = Deadline(2)
        try:
            self._client.logout()
        except _FAULTS:
            # The server's own way to say goodbye; nothing depends on it.
            return
        finally:
            self._client.shutdown()

    def _look_into(self, folder: str, test_id: str) -> tuple[bytes, int] | None:
        messages = self._examine(folder)
        if folder == INBOX:
            self._in_inbox = messages
        # Not every server indexes headers it does not know, so the newest are also asked one by one.
        for uid in (*self._searched(test_id), *self._newest(messages, test_id)):
            if self._is_ours(uid, test_id):
                return self._fetch(uid)
        return None

    def _examine(self, folder: str) -> int:
        _status, data = self._tools.folder.set(folder, readonly=True)
        return int(data[0]) if data and isinstance(data[0], bytes) and data[0].isdigit() else 0

    def _searched(self, test_id: str) -> list[str]:
        return self._tools.uids(f'HEADER {TEST_ID_HEADER} "{test_id}"')[-5:]

    def _newest(self, messages: int, test_id: str) -> list[str]:
        if not messages:
            return []
        first = max(1, messages - _NEWEST + 1)
        answer = self._client.fetch(f"{first}:*", f"(UID {_ID_FIELD})")
        return [uid for uid, field in _fields(_ok(answer)) if _names(field, test_id)][-5:]

    def _is_ours(self, uid: str, test_id: str) -> bool:
        """Whether it is really the message: a server may answer anything to a search."""
        answer = self._client.uid("FETCH", uid, f"(UID {_ID_FIELD})")
        return any(_names(field, test_id) for _uid, field in _fields(_ok(answer)))

    def _fetch(self, uid: str) -> tuple[bytes, int] | None:
        answer = self._client.uid("FETCH", uid, f"(RFC822.SIZE BODY.PEEK[]<0.{LONGEST_MESSAGE}>)")
        for item in _ok(answer):
            if isinstance(item, tuple):
                size = _SIZE.search(item[0])
                data: bytes = item[1]
                return data, int(size[1]) if size is not None else len(data)
        return None

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except StageFailed as failed:
            fault = (failed.kind, failed.words)
        except TimeoutError:
            fault = ("time", "no answer in time")
        except _FAULTS as error:
            fault = ("protocol", _said(error))
        else:
            return
        self._raise(*fault)

    def _raise(self, kind: str, words: str) -> NoReturn:
        raise MailboxFault(kind, self._server.where, bounded(self._scrubber.scrub(words)))


def _said(error: Exception) -> str:
    """What a library says, as far as it is the server's words and no library's."""
    if isinstance(error, imap_tools.UnexpectedCommandStatusError):
        status, data = error.command_result
        return f"the server answers {status}: {words_of(data)}"
    said = error.args[0] if error.args else ""
    text = words_of(said) if isinstance(said, (bytes, list)) else str(error)
    return _COMMAND.sub("", text) or type(error).__name__


def _ok(answer: tuple[str, list[Any]]) -> list[Any]:
    status, data = answer
    if status != "OK":
        raise ValueError(f"the server answers {status} to FETCH: {words_of(data[:1])}")
    return data


def _fields(data: list[Any]) -> Iterator[tuple[str, bytes]]:
    """What an answer to FETCH holds of each message, with its UID, which stands before or behind its literal."""
    for position, item in enumerate(data):
        if not isinstance(item, tuple):
            continue
        behind = data[position + 1] if position + 1 < len(data) and isinstance(data[position + 1], bytes) else b""
        uid = _UID.search(item[0]) or _UID.search(behind)
        if uid is not None:
            yield uid[1].decode("ascii"), item[1]


def _names(field: bytes, test_id: str) -> bool:
    """Whether a header field is our id's."""
    name, _, value = field.strip().partition(b":")
    return name.strip().lower() == TEST_ID_HEADER.lower().encode() and value.strip() == test_id.encode()


def _last(name: str, delimiter: str) -> str:
    return name.rpartition(delimiter)[2] if delimiter else name
