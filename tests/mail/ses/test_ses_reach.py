"""SES that gives no answer or a wrong one, and keys that are missing or come from elsewhere."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import EndpointConnectionError

from kmconfig.mail.ses_faults import failed_by
from kmconfig.secrets.aws.faults import Asking
from tests.mail.ses.sending import account, chain, probe, row_of, send, verdicts
from tests.servers.authority import issue
from tests.servers.aws import run_aws
from tests.servers.ses import ACCOUNT_PATH, DOMAIN, SEND_PATH, identity_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.servers.ses import SesServer

ASKING = Asking("ses", "eu-west-1", {})


@pytest.mark.parametrize(
    ("path", "stage", "row"),
    [
        (ACCOUNT_PATH, "auth", "ses-api-timeout"),
        (identity_path(DOMAIN), "sender", "ses-api-timeout"),
        (SEND_PATH, "accepted", "ses-api-verdict-unknown"),
    ],
)
def test_silence_ends_with_its_stage(ses: SesServer, path: str, stage: str, row: str) -> None:
    ses._first(path)
    ses.aws.silence(path)
    begun = time.monotonic()
    result = send(account(timeout=1.5))
    assert time.monotonic() - begun < 10
    assert row_of(result) == row
    assert verdicts(result)[-1] == (stage, False)


@contextlib.contextmanager
def answering(monkeypatch: pytest.MonkeyPatch, pieces: Iterator[bytes]) -> Iterator[list[int]]:
    """An endpoint that answers one request with these pieces; yields how many bytes it has got rid of."""
    listener = socket.create_server(("127.0.0.1", 0))
    over, sent = threading.Event(), [0]

    def answer() -> None:
        connection, _ = listener.accept()
        with connection, contextlib.suppress(ConnectionError):
            connection.recv(65536)
            for piece in pieces:
                if over.is_set():
                    return
                connection.sendall(piece)
                sent[0] += len(piece)

    talking = threading.Thread(target=answer, daemon=True)
    talking.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{listener.getsockname()[1]}")
    yield sent
    over.set()
    talking.join()
    listener.close()


def test_a_server_that_drips(monkeypatch: pytest.MonkeyPatch, ses: SesServer) -> None:
    """Each byte comes within botocore's time, and the whole answer never."""
    pause = threading.Event()

    def drip() -> Iterator[bytes]:
        for byte in b"HTTP/1.1 200 OK\r\nX-Padding: " + b"a" * 1000:
            pause.wait(0.05)
            yield bytes((byte,))

    begun = time.monotonic()
    with answering(monkeypatch, drip()):
        assert row_of(probe(account(timeout=1.5))) == "ses-api-timeout"
    assert time.monotonic() - begun < 10


def test_a_body_without_end_is_not_kept(monkeypatch: pytest.MonkeyPatch, ses: SesServer) -> None:
    def flood() -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
        while True:
            yield b"A" * 65536

    begun = time.monotonic()
    with answering(monkeypatch, flood()) as sent:
        assert row_of(probe(account(timeout=20.0))) == "ses-api-nonsense"
    assert time.monotonic() - begun < 10
    assert sent[0] < 32 * 1024 * 1024


@pytest.mark.parametrize(
    ("body", "status", "content_type"),
    [
        (b"<html>sign in here</html>", 200, "text/html"),
        (b"{}", 200, "application/json"),
        (b"[1]", 200, "application/json"),
        (b"<html>no</html>", 502, "text/html"),
        (b"\xff\xfe", 403, "application/json"),
    ],
)
def test_an_answer_that_is_not_of_ses(ses: SesServer, body: bytes, status: int, content_type: str) -> None:
    ses._first(ACCOUNT_PATH)
    ses.aws.garble(ACCOUNT_PATH, body, status=status, content_type=content_type)
    assert row_of(probe()) in ("ses-api-nonsense", "ses-api-fault")


@pytest.mark.parametrize(
    "answer",
    [
        b'{"SendingEnabled": true, "SendQuota": 7, "EnforcementStatus": 7}',
        b'{"SendingEnabled": true, "SendQuota": {"Max24HourSend": NaN, "MaxSendRate": 1, "SentLast24Hours": 1e999}}',
        b'{"SendingEnabled": "no", "SendQuota": {"Max24HourSend": "x"}, "ProductionAccessEnabled": []}',
    ],
)
def test_answers_of_odd_types_do_no_harm(ses: SesServer, answer: bytes) -> None:
    ses._first(ACCOUNT_PATH)
    ses.aws.garble(ACCOUNT_PATH, answer, content_type="application/json")
    result = probe()
    assert result.ok or row_of(result) == "ses-api-nonsense"


def test_a_message_id_that_is_no_text_proves_nothing(ses: SesServer) -> None:
    ses._first(SEND_PATH)
    ses.aws.garble(SEND_PATH, b'{"MessageId": {}}', content_type="application/json")
    assert row_of(send()) == "ses-api-nonsense"


@pytest.mark.parametrize(
    "answer",
    [
        b'{"VerifiedForSendingStatus": true, "DkimAttributes": 7, "MailFromAttributes": [], "VerificationInfo": "x"}',
        b'{"VerifiedForSendingStatus": 1, "VerificationStatus": {"a": "\\u001b[31m"}}',
        b'{"VerifiedForSendingStatus": true, "DkimAttributes": {"Status": ["a"], "Tokens": 7}}',
    ],
)
def test_identities_of_odd_types_do_no_harm(ses: SesServer, answer: bytes) -> None:
    ses._first(identity_path(DOMAIN))
    ses.aws.garble(identity_path(DOMAIN), answer, content_type="application/json")
    result = probe()
    assert result.ok or row_of(result) in ("ses-api-nonsense", "ses-api-unverified")


@pytest.mark.parametrize("trusted", [False, True])
def test_a_certificate_is_verified(
    ses: SesServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, trusted: bool
) -> None:
    certificates = issue(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificates.chain, certificates.key)
    if trusted:
        monkeypatch.setenv("AWS_CA_BUNDLE", str(certificates.ca))
    with run_aws(tls=context) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        result = probe()
    assert bool(server.asked) == trusted
    assert (row_of(result) == "ses-api-tls") != trusted


def test_nobody_listens(monkeypatch: pytest.MonkeyPatch, ses: SesServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    result = probe()
    assert row_of(result) == "ses-api-unreachable"
    assert verdicts(result)[-1] == ("connect", False)
    assert result.diagnosis is not None
    assert f"127.0.0.1:{port}" in result.diagnosis.symptom
    assert f"`curl -v https://127.0.0.1:{port}`" in result.diagnosis.remedies[0]


def test_a_region_without_ses() -> None:
    error = EndpointConnectionError(endpoint_url="https://email.eu-wst-1.amazonaws.com/", error=OSError())
    error.kwargs["error"].__context__ = socket.gaierror(-2, "Name or service not known")
    failed = failed_by(error, ASKING, hide=str)
    assert (failed.kind, failed.stage) == ("aws-no-endpoint", "resolve")
    assert "email.eu-wst-1.amazonaws.com" in failed.text


def test_a_region_that_is_none(monkeypatch: pytest.MonkeyPatch, ses: SesServer) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    result = probe(account(region="eu west/1"))
    assert row_of(result) == "ses-api-region"
    assert verdicts(result) == [("resolve", False)]


# keys that are missing or come from elsewhere


def test_no_keys(ses: SesServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    result = probe(chain())
    assert row_of(result) == "ses-api-no-credentials"
    assert verdicts(result) == [("auth", False)]
    assert ses.aws.asked == []


def test_half_a_key(ses: SesServer) -> None:
    assert row_of(probe(account(secret_access_key=None))) == "ses-api-half-key"


def test_an_unknown_profile(ses: SesServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    assert row_of(probe(chain())) == "ses-api-configuration"


def with_profile(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    (folder / "config").write_text(text)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(folder / "config"))
    monkeypatch.setenv("AWS_PROFILE", "acme")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)


def test_a_role(ses: SesServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    role = "arn:aws:iam::123456789012:role/mailer"
    keys = "[profile source]\naws_access_key_id = AKIASOURCESOURCE2345\naws_secret_access_key = x\n"
    with_profile(
        tmp_path, monkeypatch, f"[profile acme]\nrole_arn = {role}\nsource_profile = source\nregion = eu-west-1\n{keys}"
    )
    result = send(chain())
    assert result.ok
    assert "AssumeRole" in ses.aws.operations
    assert ses.aws.asked[-1].access_key.startswith("ASIA")
    ses.aws.refuse("AssumeRole", "AccessDenied", "no")
    assert row_of(send(chain())) == "ses-api-role"


def test_a_process_that_hangs(ses: SesServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with_profile(tmp_path, monkeypatch, "[profile acme]\ncredential_process = /bin/sleep 8\n")
    begun = time.monotonic()
    result = probe(chain(timeout=1.5))
    assert time.monotonic() - begun < 6
    assert row_of(result) == "ses-api-timeout"
    assert result.diagnosis is not None
    assert "`curl -v https://email.eu-west-1.amazonaws.com:443`" in result.diagnosis.remedies[0]


def test_a_process_that_fails(ses: SesServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with_profile(tmp_path, monkeypatch, "[profile acme]\ncredential_process = /bin/false\n")
    assert row_of(probe(chain())) == "ses-api-credentials-unavailable"
