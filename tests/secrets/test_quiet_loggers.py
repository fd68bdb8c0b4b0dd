from __future__ import annotations

import http.client
import io
import logging
import smtplib
import sys
import threading
import types
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest

from kmconfig.environment.reference import SecretRef
from kmconfig.environment.stores import StoreSettings, VaultSettings
from kmconfig.secrets.masker import Masker
from kmconfig.secrets.quiet_loggers import TALKATIVE_LOGGERS, QuietLoggers
from kmconfig.secrets.stores import Place, Stores

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VALUE = "hunter2-hunter3"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that any logger says, in memory and unmasked."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(name)s %(message)s"))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


class Answering(BaseHTTPRequestHandler):
    """Hands out the secret, and repeats it in a header."""

    def do_GET(self) -> None:
        body = f'{{"data": {{"data": {{"password": "{VALUE}"}}}}}}'.encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Echo", VALUE)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def quiet() -> Iterator[QuietLoggers]:
    made = QuietLoggers()
    yield made
    made.restore()


def test_hvac_at_debug_shows_no_value(
    quiet: QuietLoggers, log: io.StringIO, url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    hvac = pytest.importorskip("hvac")
    http.client.HTTPConnection.debuglevel = 1
    quiet.apply()
    client = hvac.Client(url=f"{url}", token=VALUE)
    found = client.secrets.kv.v2.read_secret_version(path=f"x-{VALUE}", raise_on_deleted_version=False)
    assert found["data"]["data"]["password"] == VALUE
    client.adapter.close()
    assert VALUE not in log.getvalue()
    assert VALUE not in "".join(capfd.readouterr())


def test_boto3_at_debug_shows_no_value(
    quiet: QuietLoggers, log: io.StringIO, url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    boto3 = pytest.importorskip("boto3")
    boto3.set_stream_logger("botocore.parsers")
    logger = logging.getLogger("botocore.parsers")
    quiet.apply()
    session = boto3.session.Session(aws_access_key_id="AKIAEXAMPLE", aws_secret_access_key=VALUE)
    client = session.client("secretsmanager", region_name="eu-west-1", endpoint_url=url)
    assert client.get_secret_value(SecretId="x")["ResponseMetadata"]["HTTPHeaders"]["x-echo"] == VALUE
    client.close()
    assert VALUE not in log.getvalue()
    assert VALUE not in "".join(capfd.readouterr())
    logger.handlers.clear()
    logger.setLevel(logging.NOTSET)


def test_without_it_the_same_request_shows_the_value(log: io.StringIO, url: str) -> None:
    boto3 = pytest.importorskip("boto3")
    session = boto3.session.Session(aws_access_key_id="AKIAEXAMPLE", aws_secret_access_key=VALUE)
    client = session.client("secretsmanager", region_name="eu-west-1", endpoint_url=url)
    client.get_secret_value(SecretId="x")
    client.close()
    assert VALUE in log.getvalue()


@pytest.mark.parametrize("name", [*TALKATIVE_LOGGERS, "botocore.parsers", "urllib3.connectionpool"])
def test_levels_are_given_back(quiet: QuietLoggers, name: str) -> None:
    logger = logging.getLogger(name)
    before = logger.level
    logger.setLevel(logging.DEBUG)
    quiet.apply()
    quiet.apply()
    assert logger.level == logging.WARNING
    quiet.restore()
    assert logger.level == logging.DEBUG
    logger.setLevel(before)


def test_a_stricter_level_stays(quiet: QuietLoggers) -> None:
    logger = logging.getLogger("urllib3")
    before = logger.level
    logger.setLevel(logging.ERROR)
    quiet.apply()
    assert logger.level == logging.ERROR
    logger.setLevel(before)


def test_libraries_that_print_are_quieted(quiet: QuietLoggers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)
    monkeypatch.setattr(smtplib.SMTP, "debuglevel", 2)
    quiet.apply()
    assert (http.client.HTTPConnection.debuglevel, smtplib.SMTP.debuglevel) == (0, 0)


def test_stores_quiet_them_before_a_client_is_made_and_give_them_back(tmp_path: Path) -> None:
    botocore = logging.getLogger("botocore")
    before = botocore.level
    with Stores(root=tmp_path, environ={}, masker=Masker()) as stores:
        stores.resolve([SecretRef("env", "X")], place=Place("production", StoreSettings()))
        assert botocore.level == before
        without_token = StoreSettings(vault=VaultSettings(address="http://127.0.0.1:1"))
        stores.resolve([SecretRef("vault", "x", "y")], place=Place("production", without_token))
        assert botocore.level == logging.WARNING
    assert botocore.level == before


def test_a_module_that_another_thread_is_importing_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "smtplib", types.ModuleType("smtplib"))
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)
    quiet = QuietLoggers()
    quiet.apply()
    quiet.restore()
    assert http.client.HTTPConnection.debuglevel == 0
