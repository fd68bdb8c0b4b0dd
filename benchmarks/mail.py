"""Live test sends: one beside plain smtplib in this process, and 50 environments beside a loop of swaks."""

from __future__ import annotations

import os
import smtplib
import ssl
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from shutil import which
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.measure import BenchmarkError, Command, Run
from benchmarks.report import Result
from benchmarks.scenarios import UNBOUNDED, Budget, Scenario

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import EmailMessage

    from kmconfig.mail.server import SmtpServer

ENVIRONMENTS = 50
SMTPLIB = "smtplib"
SEND = "kmconfig's transport"
TEST = "kmconfig test, 50 environments"
ONE_BY_ONE = "kmconfig test --jobs 1"
SWAKS = "swaks, 50 times"

_REPOSITORY = Path(__file__).resolve().parent.parent
_SENDER, _RECIPIENT, _USER = "licensing@bench.test", "mail-test@bench.test", "apikey"
_PASSWORD = "a-password-of-the-benchmark"  # noqa: S105 - the server takes any
_VARIABLE = "KM_BENCHMARK_PASSWORD"
_SENDS = 20
"""Sends of each in one round; their median is the round's time."""


@dataclass(frozen=True, slots=True)
class Running:
    """A mail server that serves: its port, and the file of the authority to trust."""

    port: int
    authority: Path


@contextmanager
def mail_server(folder: Path) -> Iterator[Running]:
    """Serve mail in another process for the length of the block."""
    folder.mkdir(parents=True, exist_ok=True)
    authority = folder / "authority.pem"
    process = subprocess.Popen(
        (sys.executable, "-m", "benchmarks.mail_server", str(authority)),
        cwd=_REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        line = process.stdout.readline() if process.stdout is not None else ""
        if not line:
            raise BenchmarkError("the mail server did not start")
        yield Running(int(line), authority)
        process.communicate()


def mail_scenarios(folder: Path) -> Iterator[Scenario]:
    """50 environments against a loop of swaks, while a server runs."""
    with mail_server(folder / "mail") as server:
        yield _many(folder / "mail", server)


def conversation(folder: Path, *, rounds: int) -> Result:
    """Measure sends in this process, in turn, over the same TLS and with the same login: smtplib's and ours."""
    with mail_server(folder / "conversation") as running, _trusting(running.authority):
        server, message = _server(running), _message(running)
        sends: dict[str, Callable[[], None]] = {
            SMTPLIB: lambda: _by_smtplib(server, message),
            SEND: lambda: _by_kmconfig(server, message),
        }
        for send in sends.values():
            send()
        runs: dict[str, list[Run]] = {label: [] for label in sends}
        for _ in range(rounds):
            for label, seconds in _round(sends).items():
                runs[label].append(Run(seconds, 0))
    scenario = Scenario(
        title="one test message over STARTTLS with a login, in one process",
        commands=(),
        budgets=(Budget(SEND, SMTPLIB, 1.1),),
    )
    return Result(scenario, runs)


def _round(sends: dict[str, Callable[[], None]]) -> dict[str, float]:
    """The median of some sends of each, send by send in turn, so that a busy machine slows all of them alike."""
    seconds: dict[str, list[float]] = {label: [] for label in sends}
    for turn in range(_SENDS):
        # Who comes second finds caches warm, so they take turns in that too.
        for label in sorted(sends, reverse=bool(turn % 2)):
            begun = time.perf_counter()
            sends[label]()
            seconds[label].append(time.perf_counter() - begun)
    return {label: median(taken) for label, taken in seconds.items()}


def _by_smtplib(server: SmtpServer, message: EmailMessage) -> None:
    with smtplib.SMTP(server.host, server.port, timeout=server.timeout) as smtp:
        smtp.starttls(context=ssl.create_default_context())
        smtp.login(_USER, _PASSWORD)
        smtp.send_message(message, _SENDER, [_RECIPIENT])


def _by_kmconfig(server: SmtpServer, message: EmailMessage) -> None:
    from kmconfig.mail.smtp import SmtpTransport  # noqa: PLC0415 - the measuring process is to stay small

    result = SmtpTransport(server).send(message, _SENDER, [_RECIPIENT])
    if not result.ok:
        raise BenchmarkError(f"{SEND}: {result.reply}")


def _server(running: Running) -> SmtpServer:
    from kmconfig.mail.server import SmtpServer  # noqa: PLC0415 - as above
    from kmconfig.secrets.secret import Secret  # noqa: PLC0415 - as above

    password = Secret(_PASSWORD, reference=f"env:{_VARIABLE}")
    return SmtpServer(host="localhost", port=running.port, encryption="tls", username=_USER, password=password)


def _message(running: Running) -> EmailMessage:
    from kmconfig.mail.message import build_test_message  # noqa: PLC0415 - as above

    return build_test_message(
        application_name="Benchmark",
        sender_name="Benchmark",
        sender_email=_SENDER,
        recipients=[_RECIPIENT],
        facts=(("SMTP Host", "localhost"), ("Port", str(running.port))),
        sent_at=datetime.now(UTC),
        test_id="0123456789abcdef",
    )


@contextmanager
def _trusting(authority: Path) -> Iterator[None]:
    before = os.environ.get("SSL_CERT_FILE")
    os.environ["SSL_CERT_FILE"] = str(authority)
    try:
        yield
    finally:
        if before is None:
            del os.environ["SSL_CERT_FILE"]
        else:
            os.environ["SSL_CERT_FILE"] = before


def _many(root: Path, server: Running) -> Scenario:
    (root / "environments").mkdir()
    for number in range(ENVIRONMENTS):
        path = root / "environments" / f"e{number:02}.yaml"
        path.write_text(_ENVIRONMENT.format(port=server.port, variable=_VARIABLE), encoding="utf-8")
    commands = [_kmconfig(TEST, root, server), _kmconfig(ONE_BY_ONE, root, server, "--jobs", "1")]
    swaks = which("swaks")
    if swaks is not None:
        commands.append(_swaks(swaks, root, server))
    return Scenario(
        title=f"a test message from each of {ENVIRONMENTS} environments",
        commands=tuple(commands),
        rounds=5,
        missing=() if swaks is not None else (SWAKS,),
        budgets=(Budget(TEST, SWAKS, 1 / 3), Budget(TEST, ONE_BY_ONE, UNBOUNDED)),
    )


def _kmconfig(label: str, root: Path, server: Running, *options: str) -> Command:
    script = Path(sys.executable).parent / "kmconfig"
    entry = "from kmconfig.cli.entry import main; main()"
    start = (str(script),) if script.exists() else (sys.executable, "-c", entry)
    return Command(
        label=label,
        arguments=(*start, "test", "--all", *options),
        folder=root,
        environment={**_environment(root, server), "PYTHONPATH": str(_REPOSITORY), _VARIABLE: _PASSWORD},
    )


def _swaks(program: str, root: Path, server: Running) -> Command:
    """One process of swaks for each environment, as a shell script would have it."""
    call = (
        f"{program} --server localhost --port {server.port} --tls --tls-verify --tls-ca-path {server.authority}"
        f" --auth PLAIN --auth-user {_USER} --auth-password {_PASSWORD} --from {_SENDER} --to {_RECIPIENT} --silent 3"
    )
    loop = f"for number in $(seq {ENVIRONMENTS}); do {call} || exit 1; done"
    return Command(label=SWAKS, arguments=("sh", "-c", loop), folder=root, environment=_environment(root, server))


def _environment(root: Path, server: Running) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    bytecode = str(root.parent / "bytecode")
    return {**kept, "SSL_CERT_FILE": str(server.authority), "PYTHONPYCACHEPREFIX": bytecode}


_ENVIRONMENT = """\
version: 1
tier: development
email:
  smtp:
    host: localhost
    port: {port}
    username: apikey
    password: {{env: {variable}}}
  sender: {{email: licensing@bench.test}}
  test: {{recipients: [mail-test@bench.test]}}
"""
