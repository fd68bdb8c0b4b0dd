"""What the check of a message that arrived learns from the DNS."""

from __future__ import annotations

import pytest

from kmconfig.dns import mail_names as naming
from kmconfig.dns.mail_names import MailNames, mail_names
from kmconfig.errors import CouldNotCheck, UsageError
from kmconfig.mail.confirm.names import NotAnswered
from tests.dns.zone import Zone

RECORDS = """\
_dmarc.test TXT "v=DMARC1; p=none; psd=y"
_dmarc.acme.test TXT "v=DMARC1; p=reject"
key.acme.test TXT "v=DKIM1; p="
; _dmarc.down.test: servfail
; down.acme.test: timeout
"""


@pytest.mark.parametrize(
    ("domain", "whose"),
    [
        ("mail.eu.acme.test", "acme.test"),
        ("acme.test", "acme.test"),
        ("mail.other.test", "other.test"),
        ("mail.acme.example", None),
        ("mail.down.test", None),
    ],
)
def test_whose_a_domain_is(domain: str, whose: str | None) -> None:
    assert MailNames(Zone(RECORDS)).organisation(domain) == whose


def test_texts() -> None:
    names = MailNames(Zone(RECORDS))
    assert names.text("key.acme.test") == "v=DKIM1; p="
    assert names.text("gone.acme.test") is None
    assert names.text("acme.test") is None
    with pytest.raises(NotAnswered, match=r"TIMEOUT for down\.acme\.test"):
        names.text("down.acme.test")


def test_a_machine_without_a_resolver_knows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: object) -> None:
        raise CouldNotCheck("this machine has no DNS resolver")

    monkeypatch.setattr(naming, "name_servers", nobody)
    names = mail_names({})
    assert names.organisation("acme.test") is None
    with pytest.raises(NotAnswered, match="no DNS resolver"):
        names.text("acme.test")


def test_a_variable_that_names_no_resolver() -> None:
    with pytest.raises(UsageError, match="in KMCONFIG_RESOLVER is no resolver"):
        mail_names({"KMCONFIG_RESOLVER": "nonsense::"})
