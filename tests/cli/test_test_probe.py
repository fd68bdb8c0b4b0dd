"""`kmconfig test --probe`: ports and what follows, for people and machines; no secret is read, no login sent."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from tests.cli.project import settings
from tests.cli.running import write
from tests.cli.validity import assert_valid

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.running import Call
    from tests.mail.servers import Server


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def test_a_port_that_answers(kmconfig: Call, root: Path, serve: Callable[..., Server]) -> None:
    with serve() as server:
        unset = settings(server.port, name="local", password={"env": "KM_NOT_SET"})
        write(root, {"environments/local.yaml": unset})
        text = kmconfig("test", "local", "--probe")
        ran = kmconfig("test", "local", "--probe", "--format", "json")
    assert (text.code, ran.code) == (0, 0)
    assert_valid(ran.document, "test")
    assert text.out.startswith("local: the ports of localhost, without a login\n")
    assert f"  ok: {server.port} answers with STARTTLS, as configured" in text.out
    (ours,) = [port for port in ran.result["ports"] if port["configured"]]
    assert (ours["port"], ours["encryption"], ours["ok"]) == (server.port, "tls", True)
    assert ran.result["diagnosis"] is None
    assert server.said("AUTH") == server.said("MAIL") == []


def test_a_fallback_port_that_answers_is_what_to_set(kmconfig: Call, root: Path, serve: Callable[..., Server]) -> None:
    closed = closed_port()
    with serve() as server:
        write(root, {"environments/local.yaml": settings(closed, name="local", fallback_ports=[server.port])})
        text = kmconfig("test", "local", "--probe")
        ran = kmconfig("test", "local", "--probe", "--format", "json")
    assert (text.code, ran.code) == (1, 1)
    assert_valid(ran.document, "test")
    advice = f"{closed} is refused from here; {server.port} answers with STARTTLS: set `email.smtp.port: {server.port}`"
    assert f"  failed: {advice}\n" in text.out
    assert ran.result["advice"] == advice
    assert ran.result["diagnosis"]["stage"] == "connect"


def test_a_refused_port_leads_to_the_probe(kmconfig: Call, root: Path) -> None:
    write(root, {"environments/local.yaml": settings(closed_port(), name="local")})
    ran = kmconfig("test", "local")
    assert ran.code == 1
    assert "`kmconfig test local --probe`" in ran.out


def test_several_servers(kmconfig: Call, root: Path, serve: Callable[..., Server]) -> None:
    with serve() as server:
        write(root, {"environments/a.yaml": settings(server.port, name="a")})
        write(root, {"environments/b.yaml": settings(closed_port(), name="b")})
        ran = kmconfig("test", "a", "b", "--probe")
    assert ran.code == 1
    assert "2 environments: 1 ok, 1 failed" in ran.out
    assert "as configured" in ran.out


def test_a_name_that_leads_nowhere(kmconfig: Call, root: Path) -> None:
    write(root, {"environments/local.yaml": settings(587, name="local", host="nowhere.invalid", timeout="2s")})
    ran = kmconfig("test", "local", "--probe", "--format", "json")
    assert ran.code == 1
    assert_valid(ran.document, "test")
    assert ran.result["diagnosis"]["stage"] == "resolve"
    assert ran.result["ports"] == []


def test_another_driver_has_no_ports(kmconfig: Call, root: Path) -> None:
    text = settings(587, name="local").replace("email:\n", "email:\n  driver: sendmail\n")
    write(root, {"environments/local.yaml": text})
    ran = kmconfig("test", "local", "--probe")
    assert ran.code == 64
    assert "sendmail" in ran.err


@pytest.mark.parametrize(
    "driver",
    [
        "sendmail",
        "mailgun, mailgun: {domain: mg.acme.test, api_key: {env: KM_NOT_SET}}",
        "ses, ses: {region: eu-west-1}",
    ],
)
def test_only_mail_servers_have_ports_to_try(kmconfig: Call, root: Path, driver: str) -> None:
    email = f"{{driver: {driver}, sender: {{email: licensing@acme.test}}}}"
    write(root, {"environments/local.yaml": f"version: 1\ntier: development\nemail: {email}\n"})
    ran = kmconfig("test", "local", "--probe")
    assert ran.code == 64
    assert f"`local` sends with the driver `{driver.split(',', maxsplit=1)[0]}`" in ran.err
    assert "`kmconfig test local --no-send`" in ran.err
