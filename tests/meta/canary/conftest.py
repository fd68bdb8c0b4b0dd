"""Fixtures of the canary tests: the scene, mail servers that know the password, and the stores it may lie in."""

from __future__ import annotations

import io
import json
import logging
from typing import TYPE_CHECKING

import pytest

from tests.cli.running import caller, write
from tests.dns.server import DnsServer, from_zone
from tests.dns.zone import Zone
from tests.mail.certificates import Certificates
from tests.mail.servers import Server, Smtp
from tests.meta.canary.scene import LOGIN_VARIABLE, VARIABLE, VAULT_PATH, Scene
from tests.servers.aws import REGION, aws, aws_server
from tests.servers.vault.server import VaultServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.mail.servers import Answer
    from tests.servers.aws import AwsServer

__all__ = ["aws", "aws_server"]


@pytest.fixture(scope="session")
def certificates() -> Certificates:
    return Certificates()


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged at any level, in memory."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture(autouse=True)
def resolver(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A name server that knows the sender's domain."""
    records = (
        'acme.test MX 10 mail.acme.test\nacme.test TXT "v=spf1 include:gone.test -all"\nmail.acme.test A 192.0.2.25'
    )
    with DnsServer(from_zone(Zone(records))) as server:
        monkeypatch.setenv("KMCONFIG_RESOLVER", server.address)
        yield


@pytest.fixture
def scene(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    log: io.StringIO,
    certificates: Certificates,
) -> Scene:
    made = Scene(tmp_path / "repository", caller(capsys), log)
    monkeypatch.setenv(VARIABLE, made.canary.value)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.write_authority(tmp_path / "ca.pem")))
    live = f"""\
MAIL_MAILER=smtp
MAIL_URL='smtp://apikey:{made.live.halves[0]}@mail.acme.test'
MAIL_USERNAME=somebody
MAIL_PASSWORD='{made.live.value}'
DB_PASSWORD='{made.live.value}'
"""
    write(made.root, {"application/.env": live, ".env": f"CANARY='{made.canary.value}'\n"})
    write(made.root, {"canary.txt": f"{made.canary.value}\n"})
    (made.root / "canary.txt").chmod(0o600)
    made.inputs |= {made.root / ".env", made.root / "canary.txt"}
    return made


@pytest.fixture
def server(certificates: Certificates, scene: Scene) -> Callable[..., Server]:
    def serve(**answers: Answer) -> Server:
        smtp = Smtp(starttls=certificates.good(), auth="PLAIN", password=scene.canary.value)
        smtp.answers = {name.replace("END", "."): answer for name, answer in answers.items()}
        return Server(smtp)

    return serve


@pytest.fixture
def vault(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Iterator[VaultServer]:
    """Vault with the password in it, opened by a user whose password is a canary too."""
    monkeypatch.setenv(LOGIN_VARIABLE, scene.login.value)
    with VaultServer() as started:
        started.put(VAULT_PATH, {"password": scene.canary.value})
        started.policy("reader", {"secret/*": ["read", "list"]})
        started.userpass("deployer", password=scene.login.value, policies=("reader",))
        scene.stores = f"""\
stores:
  vault:
    address: {started.address}
    auth: {{userpass: {{username: deployer, password: {{env: {LOGIN_VARIABLE}}}}}}}
"""
        yield started


@pytest.fixture
def cloud(scene: Scene, aws: AwsServer, monkeypatch: pytest.MonkeyPatch) -> AwsServer:
    """AWS with the password in it, opened by a key that is a canary too."""
    aws.put_secret("keymanager/development/smtp", json.dumps({"password": scene.canary.value}))
    aws.put_parameter("/keymanager/development/smtp", scene.canary.value)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", scene.login.value)
    scene.stores = f"stores:\n  aws: {{region: {REGION}}}\n"
    scene.forget_log()
    return aws


@pytest.fixture
def stored(request: pytest.FixtureRequest, source: str) -> str:
    """Start what the parametrized source needs."""
    needed = {"vault": "vault", "aws_secret": "cloud", "ssm": "cloud"}.get(source)
    if needed is not None:
        request.getfixturevalue(needed)
    return source
