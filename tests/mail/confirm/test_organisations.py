"""Which domains the DNS is asked about, to tell whose they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmconfig.dns.mail_names import MailNames
from kmconfig.mail.confirm.confirmation import confirm
from tests.dns.zone import Zone
from tests.mail.confirm.imap_server import TEST_ID, Imap, mailbox_of, message
from tests.mail.servers import Server

if TYPE_CHECKING:
    from tests.mail.certificates import Certificates

OWN = '_dmarc.acme.test TXT "v=DMARC1; p=none"'
APART = f'{OWN}\n_dmarc.mail.acme.test TXT "v=DMARC1; p=none; psd=n"'
OTHER_ONLY = '_dmarc.mail.acme.test TXT "v=DMARC1; p=none"'


@pytest.mark.parametrize(
    ("records", "envelope", "result", "asked"),
    [
        (OWN, "mail.acme.test", "confirmed", True),
        (APART, "mail.acme.test", "failed", True),
        (OTHER_ONLY, "mail.acme.test", "confirmed", False),
        (OWN, "acme.test", "confirmed", False),
    ],
)
def test_alignment_by_dmarc_records(
    certificates: Certificates, records: str, envelope: str, result: str, *, asked: bool
) -> None:
    zone = Zone(records)
    said = f"Authentication-Results: mx.mailhouse.test; spf=pass smtp.mailfrom={envelope}"
    mail = message(
        f"Return-Path: <a@{envelope}>",
        said,
        "Received: from out.acme.test by mx.mailhouse.test with ESMTPS",
        "From: licensing@acme.test",
    )
    with Server(Imap(folders={"INBOX": [mail]}), tls=certificates.good()) as server:
        found = confirm(mailbox_of(server.port), TEST_ID, within=5, names=MailNames(zone))
    assert found.result == result
    assert (("_dmarc.mail.acme.test", "TXT") in zone.asked) == asked
