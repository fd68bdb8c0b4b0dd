"""Messages that mean no good to whoever reads of them: terminals, JSON, memory and time are safe."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import jsonschema
import pytest

from kmconfig.environment.schemas import load_schema
from tests.mail.confirm.imap_server import PASSWORD, Imap, message
from tests.mail.servers import Server
from tests.servers.authenticating_stack import ALIGNED

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.running import Call
    from tests.mail.certificates import Certificates
    from tests.mail.confirm.authenticated import Authenticated

BORDER = "Received: from a.test by mx.acme.test with ESMTP"
ESCAPES = "\x1b]0;owned\x07\x1b[2J\u202e\u2028::error::##[error]"


def with_escapes(test_id: str) -> bytes:
    return message(
        f"Return-Path: <x@{ESCAPES}.test>",
        BORDER,
        f"Authentication-Results: mx.acme.test; spf=pass smtp.mailfrom={ESCAPES}; dkim={ESCAPES}; dmarc=fail",
        f"DKIM-Signature: v=1; d={ESCAPES}; s={ESCAPES}; a=rsa-sha256; h=from; bh=AA==; b=AA==",
        f"From: =?utf-8?b?G10wO293bmVkByDigK4=?= {ESCAPES} <{ESCAPES}@acme.test>",
        test_id=test_id,
    )


def with_a_large_header(test_id: str) -> bytes:
    return message(BORDER, f"From: a@acme.test\r\nX-Long: {'x' * 1_048_576}", test_id=test_id)


def with_a_large_header_on_top(test_id: str) -> bytes:
    found = message("From: a@acme.test", test_id=test_id)
    return found + b"\r\n" + b"X" * 3_000_000


def with_many_folds(test_id: str) -> bytes:
    return message("From: a@acme.test", f"X-Tail: x{chr(13)}{chr(10)} y" * 60_000, test_id=test_id)


def with_many_parts(test_id: str) -> bytes:
    parts = "\r\n--b\r\nContent-Type: multipart/mixed; boundary=b\r\n" * 15_000
    return message("From: a@acme.test", 'Content-Type: multipart/mixed; boundary="b"', body=parts, test_id=test_id)


def with_many_reports(test_id: str) -> bytes:
    field = "Authentication-Results: mx.acme.test; spf=pass; dkim=pass header.d=acme.test; dmarc=pass"
    return message(BORDER, *(field for _ in range(2_000)), "From: a@acme.test", test_id=test_id)


def with_many_signatures(test_id: str) -> bytes:
    field = "DKIM-Signature: v=1; a=rsa-sha256; d=acme.test; s=none; h=from; bh=AAAA; b=AAAA"
    return message(BORDER, *(field for _ in range(500)), "From: a@acme.test", test_id=test_id)


HOSTILE = (
    with_escapes,
    with_a_large_header,
    with_a_large_header_on_top,
    with_many_folds,
    with_many_parts,
    with_many_reports,
    with_many_signatures,
)


@pytest.fixture
def trusted(
    authenticated: Authenticated, authority_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Authenticated:
    """The authority of the sending servers and that of a hostile mailbox, both trusted."""
    both = tmp_path / "both.pem"
    both.write_bytes(authenticated.stack.ca_file.read_bytes() + authority_file.read_bytes())
    monkeypatch.setenv("SSL_CERT_FILE", str(both))
    monkeypatch.setenv("KM_IMAP_PASSWORD", PASSWORD)
    return authenticated


@pytest.mark.parametrize("made", HOSTILE, ids=lambda made: made.__name__)
def test_hostile_messages(
    trusted: Authenticated, kmconfig: Call, certificates: Certificates, made: Callable[[str], bytes]
) -> None:
    listed = ('() "/" INBOX', '(\\Junk) "/" "Junk \x1b[31m"')
    with Server(Imap(made=made, listed=listed), tls=certificates.good()) as server:
        root = trusted.configure(ALIGNED, confirm={"imap": f"imaps://localhost:{server.port}"})
        begun = time.monotonic()
        shown = kmconfig("test", "staging", "--confirm", "--within", "5s", "-C", root)
        document = kmconfig("test", "staging", "--confirm", "--within", "5s", "--format", "json", "-C", root)
        assert time.monotonic() - begun < 20
    assert shown.code == document.code
    assert shown.code in {0, 1, 5}
    assert document.result["confirmation"]["folder"] == "INBOX"
    jsonschema.validate(document.document, load_schema("test"))
    for text in (shown.out, shown.err, document.out, document.err):
        assert text.replace("\n", "").isprintable()
        assert PASSWORD not in text
        assert len(text) < 20_000
        assert not any(line.lstrip().startswith("::") for line in text.splitlines())


def test_escapes_are_made_visible(trusted: Authenticated, kmconfig: Call, certificates: Certificates) -> None:
    with Server(Imap(made=with_escapes), tls=certificates.good()) as server:
        root = trusted.configure(ALIGNED, confirm={"imap": f"imaps://localhost:{server.port}"})
        ran = kmconfig("test", "staging", "--confirm", "--within", "5s", "-C", root)
    assert ran.code == 1
    assert "\\x1b]0;owned\\x07" in ran.out
    assert "\\u202e" in ran.out
