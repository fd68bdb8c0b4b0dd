"""Names, addresses and ports that lead nowhere, and the ports to fall back to."""

from __future__ import annotations

import contextlib
import errno
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from kmconfig.mail.smtp import SmtpServer, SmtpTransport
from tests.mail.sending import RECIPIENT, SENDER, failed_stage, loopback, probe, settings, verdicts
from tests.mail.servers import Server, Smtp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kmconfig.mail.server import MailResult
    from tests.mail.certificates import Certificates


def clear(port: int, **changes: object) -> SmtpServer:
    values: dict[str, object] = {"host": "localhost", "port": port, "encryption": "none", "timeout": 5.0}
    return SmtpServer(**{**values, **changes})  # type: ignore[arg-type]


def run(chosen: SmtpServer, resolver: Callable[[str], Sequence[str]] = loopback) -> MailResult:
    return SmtpTransport(chosen, resolver=resolver).probe(SENDER, [RECIPIENT])


def ipv6_available() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


needs_ipv6 = pytest.mark.skipif(not ipv6_available(), reason="this machine has no IPv6 loopback")


def raising(error: OSError) -> Callable[[str], Sequence[str]]:
    def resolver(_host: str) -> Sequence[str]:
        raise error

    return resolver


def test_unknown_name() -> None:
    result = run(clear(587), raising(socket.gaierror(socket.EAI_NONAME, "Name or service not known")))

    assert failed_stage(result) == "resolve"
    assert result.diagnosis is not None
    assert "Name or service not known" in result.diagnosis.symptom
    assert not result.diagnosis.temporary


def test_resolver_down_is_temporary() -> None:
    result = run(clear(587), raising(socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")))

    assert failed_stage(result) == "resolve"
    assert result.diagnosis is not None
    assert result.diagnosis.temporary


def test_resolver_that_finds_nothing_or_breaks() -> None:
    assert failed_stage(run(clear(587), lambda _host: [])) == "resolve"
    assert failed_stage(run(clear(587), raising(OSError(5, "Input/output error")))) == "resolve"


def test_resolver_that_never_answers_does_not_hang() -> None:
    release = threading.Event()

    def resolver(_host: str) -> Sequence[str]:
        release.wait(20)
        return []

    result = run(clear(587, timeout=0.2), resolver)
    release.set()

    assert failed_stage(result) == "resolve"


@pytest.mark.parametrize("host", ["mail acme.example", "", "a" * 64 + "ü.example", "mail\0.example"])
def test_what_is_no_host_name(host: str) -> None:
    assert failed_stage(run(clear(587, host=host))) == "resolve"


def test_resolved_addresses_are_shown() -> None:
    with Server(Smtp(auth="")) as server:
        result = run(clear(server.port))

    assert result.stages[0].detail == "127.0.0.1"
    assert result.stages[1].detail == f"127.0.0.1 port {server.port}"


def test_the_system_resolver_knows_localhost() -> None:
    with Server(Smtp(auth="")) as server:
        assert SmtpTransport(clear(server.port)).probe(SENDER, [RECIPIENT]).ok


def test_international_host_name_is_looked_up_in_ascii() -> None:
    asked: list[str] = []

    def resolver(host: str) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"]

    with Server(Smtp(auth="")) as server:
        assert run(clear(server.port, host="bücher.example"), resolver).ok

    assert asked == ["xn--bcher-kva.example"]


def test_refused_port(closed_port: int) -> None:
    result = run(clear(closed_port))

    assert failed_stage(result) == "connect"
    assert result.diagnosis is not None
    assert f"127.0.0.1 port {closed_port}: [Errno 111] Connection refused" in result.diagnosis.symptom
    assert result.port_used is None


def test_a_port_that_resets_connections_leads_to_the_fallback(monkeypatch: pytest.MonkeyPatch) -> None:
    class Resetting(socket.socket):
        def connect(self, address: Any) -> None:
            if address[1] == 1:
                raise ConnectionResetError(errno.ECONNRESET, "Connection reset by peer")
            super().connect(address)

    monkeypatch.setattr(socket, "socket", Resetting)
    with Server(Smtp(auth="")) as server:
        result = run(clear(1, fallback_ports=(server.port,)))

    assert result.ok
    assert result.main_port is not None
    assert "took the connection to port 1 of `localhost` and reset it at once" in result.main_port.cause


@contextlib.contextmanager
def full_port() -> Iterator[int]:
    """A loopback port that answers no more connection attempts, because its queue is full."""
    with socket.socket() as listener, contextlib.ExitStack() as held:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            waiting = held.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


def test_filtered_port_ends_at_the_timeout_and_leads_to_the_fallback() -> None:
    with full_port() as silent, Server(Smtp(auth="")) as server:
        begun = time.monotonic()
        result = run(clear(silent, timeout=0.3, fallback_ports=(server.port,)))

    assert time.monotonic() - begun < 3
    assert result.ok
    assert result.main_port is not None
    assert "Connection timed out" in result.main_port.symptom
    assert result.main_port.temporary


@needs_ipv6
def test_ipv6() -> None:
    with Server(Smtp(auth=""), host="::1") as server:
        result = run(clear(server.port, ehlo_domain=None), lambda _host: ["::1"])

    assert result.ok
    assert result.stages[1].detail == f"::1 port {server.port}"


@needs_ipv6
def test_ipv4_answers_where_ipv6_does_not() -> None:
    with Server(Smtp(auth="")) as server:
        result = run(clear(server.port), lambda _host: ["::1", "127.0.0.1"])

    assert result.ok
    assert result.stages[1].detail.startswith("::1: ")
    assert result.stages[1].detail.endswith(f"127.0.0.1 port {server.port}")


def test_fallback_ports_are_tried_in_order(certificates: Certificates, closed_port: int) -> None:
    with Server(Smtp(starttls=certificates.good())) as second, Server(Smtp()) as third:
        result = probe(second, port=closed_port, fallback_ports=(second.port, third.port))

    assert result.ok
    assert result.port_used == second.port
    assert third.connections == 0
    assert verdicts(result)[:3] == [("resolve", True), ("connect", False), ("connect", True)]
    assert result.diagnosis is None
    assert result.main_port is not None
    assert result.main_port.stage == "connect"
    assert str(closed_port) in result.main_port.symptom


def test_no_port_reached_is_diagnosed_for_the_main_one(closed_port: int) -> None:
    result = run(clear(closed_port, fallback_ports=(closed_port, 1)))

    assert verdicts(result) == [("resolve", True), ("connect", False), ("connect", False)]
    assert result.diagnosis is not None
    assert f"port {closed_port}" in result.diagnosis.symptom
    assert result.main_port is None


@pytest.mark.parametrize("broken", ["hang", "junk", "refusal", "no STARTTLS", "login"])
def test_only_an_unreachable_port_leads_to_a_fallback(certificates: Certificates, broken: str) -> None:
    talks = {
        "hang": Smtp(answers={"CONNECT": lambda peer: peer.hang()}),
        "junk": Smtp(answers={"CONNECT": "SSH-2.0-OpenSSH_9.2"}),
        "refusal": Smtp(answers={"CONNECT": "554 5.7.1 no service for you"}),
        "no STARTTLS": Smtp(),
        "login": Smtp(starttls=certificates.good(), answers={"AUTH": "535 5.7.8 no"}),
    }
    with Server(talks[broken]) as main, Server(Smtp(starttls=certificates.good())) as fallback:
        result = probe(main, fallback_ports=(fallback.port,), timeout=0.3 if broken == "hang" else 5.0)

    assert not result.ok
    assert fallback.connections == 0
    assert result.port_used == main.port


def test_a_fallback_port_never_means_less_encryption(closed_port: int) -> None:
    with Server(Smtp()) as server:
        result = probe(server, port=closed_port, fallback_ports=(server.port,))

    assert not result.ok
    assert result.diagnosis is not None
    assert result.diagnosis.stage == "tls"
    assert server.said("AUTH") == server.said("MAIL") == []
    assert result.main_port is not None


def test_login_gate_is_asked_about_the_port_in_use(certificates: Certificates, closed_port: int) -> None:
    asked: list[int] = []
    with Server(Smtp(starttls=certificates.good())) as server:
        chosen = settings(server, port=closed_port, fallback_ports=(server.port,))
        transport = SmtpTransport(chosen, authorize=lambda _host, port: asked.append(port), resolver=loopback)
        assert transport.probe(SENDER, [RECIPIENT]).ok

    assert asked == [server.port]
