"""Waiting for a message: early, late, never; and clocks that are not the machine's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmconfig.mail.confirm.fault import MailboxFault
from kmconfig.mail.confirm.watch import watch
from tests.mail.confirm.imap_server import PASSWORD, TEST_ID, Imap, mailbox_of, message
from tests.mail.servers import Server

if TYPE_CHECKING:
    from tests.mail.certificates import Certificates
    from tests.mail.servers import Peer


class Hours:
    """A clock that passes only while somebody pauses."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.pauses: list[float] = []

    def now(self) -> float:
        return self.passed

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.passed += seconds


def test_a_message_that_is_there(certificates: Certificates) -> None:
    with Server(Imap(folders={"INBOX": [message()]}), tls=certificates.good()) as server:
        found = watch(mailbox_of(server.port), TEST_ID, within=120, clock=Hours())
    assert found.arrival is not None
    assert (found.arrival.folder, found.arrival.spam, found.seconds) == ("INBOX", False, 0.0)
    assert found.arrival.data == message()


def test_a_message_that_comes_late(certificates: Certificates) -> None:
    clock = Hours()
    # Two folders are searched each time.
    with Server(Imap(folders={"INBOX": [message()]}, after=30), tls=certificates.good()) as server:
        found = watch(mailbox_of(server.port), TEST_ID, within=120, clock=clock)
    assert found.arrival is not None
    assert 10 < found.seconds < 30
    assert clock.pauses[0] == 1.0
    assert clock.pauses[-1] == 2.0


def test_a_message_that_never_comes(certificates: Certificates) -> None:
    clock = Hours()
    imap = Imap(folders={"INBOX": [message(test_id="feedfacefeedface")] * 30})
    with Server(imap, tls=certificates.good()) as server:
        found = watch(mailbox_of(server.port), TEST_ID, within=120, clock=clock)
    assert found.arrival is None
    assert found.seconds == 120
    assert found.folders == ("INBOX", "Rubbish")
    assert len(clock.pauses) < 60


def test_the_spam_folder_is_looked_into(certificates: Certificates) -> None:
    with Server(Imap(folders={"INBOX": [], "Rubbish": [message()]}), tls=certificates.good()) as server:
        found = watch(mailbox_of(server.port), TEST_ID, within=120, clock=Hours())
    assert found.arrival is not None
    assert (found.arrival.folder, found.arrival.spam) == ("Rubbish", True)


@pytest.mark.parametrize("name", ["Spam", "[Mail]/Junk E-Mail", "INBOX/junk"])
def test_without_special_use_the_spam_folder_is_known_by_name(certificates: Certificates, name: str) -> None:
    listed = ('(\\HasNoChildren) "/" INBOX', f'(\\HasNoChildren) "/" "{name}"', '(\\Noselect) "/" "Archive/Spam"')
    with Server(Imap(folders={name: [message()]}, listed=listed), tls=certificates.good()) as server:
        found = watch(mailbox_of(server.port), TEST_ID, within=120, clock=Hours())
    assert found.arrival is not None
    assert found.arrival.folder == name
    assert found.folders == ("INBOX", name)


def test_a_server_that_does_not_index_our_header(certificates: Certificates) -> None:
    others = [message(test_id=f"{number:016x}") for number in range(25)]
    imap = Imap(folders={"INBOX": [*others, message(), *others[:5]]}, indexes=False)
    with Server(imap, tls=certificates.good()) as server:
        found = watch(mailbox_of(server.port), TEST_ID, within=120, clock=Hours())
    assert found.arrival is not None
    assert found.arrival.data == message()


def test_what_a_server_finds_has_to_be_ours(certificates: Certificates) -> None:
    def any_message(peer: Peer, tag: str, _rest: str) -> None:
        peer.say("* SEARCH 1", f"{tag} OK done")

    other = message(test_id="feedfacefeedface", body=f"X-KMConfig-Test-ID: {TEST_ID}")
    with Server(Imap(folders={"INBOX": [other]}, answers={"SEARCH": any_message}), tls=certificates.good()) as server:
        found = watch(mailbox_of(server.port), TEST_ID, within=5, clock=Hours())
    assert found.arrival is None


def test_nothing_is_changed_in_the_mailbox(certificates: Certificates) -> None:
    with Server(Imap(folders={"INBOX": [message()]}), tls=certificates.good()) as server:
        watch(mailbox_of(server.port), TEST_ID, within=120, clock=Hours())
    verbs = {line.split(" ")[1] for line in server.heard if " " in line}
    assert verbs <= {"CAPABILITY", "AUTHENTICATE", "LIST", "EXAMINE", "UID", "FETCH", "LOGOUT"}
    assert all("BODY.PEEK" in line for line in server.heard if " FETCH " in line)


def test_idle_hears_of_news(certificates: Certificates) -> None:
    clock = Hours()
    imap = Imap(folders={"INBOX": [message()]}, after=4, capabilities="IMAP4rev1 AUTH=PLAIN IDLE")
    with Server(imap, tls=certificates.good()) as server:
        found = watch(mailbox_of(server.port), TEST_ID, within=120, clock=clock)
    assert found.arrival is not None
    assert clock.pauses == []
    assert server.said("DONE")


def test_a_connection_that_breaks_is_opened_again(certificates: Certificates) -> None:
    broken: list[str] = []

    def break_once(peer: Peer, tag: str, _rest: str) -> None:
        if not broken:
            broken.append(tag)
            peer.drop()
        peer.say("* SEARCH 1", f"{tag} OK done")

    imap = Imap(folders={"INBOX": [message()]}, answers={"SEARCH": break_once})
    with Server(imap, tls=certificates.good()) as server:
        found = watch(mailbox_of(server.port), TEST_ID, within=120, clock=Hours())
    assert found.arrival is not None
    assert server.connections == 2


def test_a_connection_that_always_breaks_is_given_up(certificates: Certificates) -> None:
    def always(peer: Peer, _tag: str, _rest: str) -> None:
        peer.drop()

    imap = Imap(answers={"SEARCH": always})
    with Server(imap, tls=certificates.good()) as server, pytest.raises(MailboxFault) as caught:
        watch(mailbox_of(server.port), TEST_ID, within=120, clock=Hours())
    assert caught.value.kind == "protocol"
    assert "closed the connection" in caught.value.message
    assert server.connections == 4
    assert PASSWORD not in caught.value.message
