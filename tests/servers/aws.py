"""AWS on the loopback: moto's Secrets Manager, Parameter Store, STS and SES behind a door that can be shut.

Tests reach it with real boto3 through ``AWS_ENDPOINT_URL``.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3.session
import botocore.session
import pytest
from moto.moto_api._internal.models import moto_api_backend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from moto.secretsmanager.models import secretsmanager_backends
from moto.ssm.models import ssm_backends
from werkzeug.serving import make_server

from kmconfig.secrets.aws.descriptions import share_descriptions
from tests.servers.aws_front_door import ACCOUNT, SEEDING_KEY, Asked, FrontDoor, Interference, error

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator, Mapping

REGION = "eu-west-1"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "AKIAKMCONFIGTEST0000",
    "AWS_SECRET_ACCESS_KEY": "not-a-real-secret-access-key",
    "AWS_EC2_METADATA_DISABLED": "true",
}


class _Quiet(MotoRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's name
        """Requests are in :attr:`AwsServer.asked`."""


class AwsServer:
    """Both AWS and the hand that makes it fail. ``asked`` holds what was asked since the last :meth:`reset`."""

    def __init__(self, url: str, door: FrontDoor) -> None:
        self.url = url
        self._door = door
        self._clients: dict[str, Any] = {}

    @property
    def asked(self) -> list[Asked]:
        return list(self._door.asked)

    @property
    def operations(self) -> list[str]:
        return [asked.operation for asked in self._door.asked]

    def client(self, service: str) -> Any:
        """A client that prepares a test: what it asks is not recorded."""
        if service not in self._clients:
            core = botocore.session.Session()
            share_descriptions(core)
            session = boto3.session.Session(SEEDING_KEY, "x", region_name=REGION, botocore_session=core)
            self._clients[service] = session.client(service, endpoint_url=self.url)
        return self._clients[service]

    def put_secret(self, name: str, text: str, *, created: datetime | None = None) -> str:
        """Make ``text`` the current version of a secret and return the version's id."""
        client = self.client("secretsmanager")
        backend = secretsmanager_backends[ACCOUNT][REGION]
        if name in backend.secrets:
            version = client.put_secret_value(SecretId=name, SecretString=text)["VersionId"]
        else:
            version = client.create_secret(Name=name, SecretString=text)["VersionId"]
        if created is not None:
            secret: Any = backend.secrets[name]
            secret.versions[version]["createdate"] = int(created.timestamp())
        return str(version)

    def put_parameter(
        self, name: str, value: str, *, kind: str = "SecureString", created: datetime | None = None
    ) -> int:
        """Make ``value`` the current version of a parameter and return the version's number."""
        version = self.client("ssm").put_parameter(Name=name, Value=value, Type=kind, Overwrite=True)["Version"]
        if created is not None:
            ssm_backends[ACCOUNT][REGION]._parameters[name][-1].last_modified_date = created
        return int(version)

    def refuse(
        self,
        operation: str,
        code: str,
        message: str = "",
        *,
        status: int = 400,
        times: int | None = None,
        concerns: Callable[[Mapping[str, Any]], bool] = lambda _parameters: True,
        carried_out: bool = False,
    ) -> None:
        """Answer ``operation`` with an error of AWS, ``times`` times or for ever.

        With ``carried_out`` AWS has done what was asked: only its answer is lost.
        """
        self._door.interferences.append(
            Interference(
                operation=operation,
                concerns=concerns,
                reply=lambda asked: error(asked, code, message, status),
                times=times,
                carried_out=carried_out,
            )
        )

    def parameter_names(self) -> set[str]:
        """The parameters that there are."""
        return set(ssm_backends[ACCOUNT][REGION]._parameters)

    def age_parameter(self, name: str, seconds: float) -> None:
        """Let a parameter be older than it is."""
        parameter: Any = ssm_backends[ACCOUNT][REGION]._parameters[name][-1]
        parameter.last_modified_date = datetime.now(UTC) - timedelta(seconds=seconds)

    def drop_versions(self, name: str, *, before: int) -> None:
        """Forget the versions of a parameter below a number, as AWS does beyond a hundred."""
        versions = ssm_backends[ACCOUNT][REGION]._parameters[name]
        versions[:] = [version for version in versions if version.version >= before]

    def reset_record(self) -> None:
        """Forget what was asked, and nothing else."""
        with self._door.lock:
            self._door.asked.clear()

    def before_next(self, operation: str, act: Callable[[], object]) -> None:
        """Let something happen just before AWS does the next ``operation``."""
        self._door.ahead[operation] = act

    def garble(
        self,
        operation: str,
        body: bytes,
        *,
        status: int = 200,
        content_type: str = "text/html",
        times: int | None = None,
    ) -> None:
        """Answer ``operation`` with anything."""
        self._interfere(operation, lambda _asked: (status, content_type, body), times=times)

    def silence(self, operation: str, *, times: int | None = None) -> None:
        """Take requests for ``operation`` and say nothing until the test is over."""
        self._interfere(operation, None, times=times)

    def reset(self) -> None:
        """Forget everything: secrets, requests, and how to fail."""
        door = self._door
        door.released.set()
        with door.lock:
            door.asked.clear()
            door.interferences.clear()
            door.ahead.clear()
            door.released = threading.Event()
        moto_api_backend.reset()

    def close(self) -> None:
        self._door.released.set()
        for client in self._clients.values():
            client.close()

    def _interfere(self, operation: str, reply: Any, *, times: int | None) -> None:
        self._door.interferences.append(
            Interference(operation=operation, concerns=lambda _parameters: True, reply=reply, times=times)
        )


@contextmanager
def run_aws(*, tls: ssl.SSLContext | None = None) -> Iterator[AwsServer]:
    """Serve on a free port of the loopback; with ``tls``, over HTTPS as ``localhost``."""
    door = FrontDoor(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, door, threaded=True, request_handler=_Quiet, ssl_context=tls)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    aws = AwsServer(f"{'https://localhost' if tls else 'http://127.0.0.1'}:{server.server_port}", door)
    try:
        yield aws
    finally:
        aws.close()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="session")
def aws_server() -> Iterator[AwsServer]:
    """One server for all tests of a worker."""
    with run_aws() as server:
        yield server


@pytest.fixture
def aws(aws_server: AwsServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[AwsServer]:
    """The server, empty, with this process's environment leading to it, and no other way to credentials."""
    aws_server.reset()
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws_server.url)
    yield aws_server
    aws_server.reset()
