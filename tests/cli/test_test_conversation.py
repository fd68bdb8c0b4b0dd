"""What `kmconfig test` says of one conversation: each recipient, each line, and a token in place of a password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.cli.project import PASSWORD, VARIABLE, settings
from tests.cli.running import write
from tests.cli.validity import assert_valid
from tests.mail.servers import Server, Smtp

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from tests.cli.running import Call
    from tests.mail.certificates import Certificates


def lay_out(root: Path, ports: dict[str, int], **smtp: object) -> list[str]:
    write(root, {f"environments/{name}.yaml": settings(port, name=name, **smtp) for name, port in ports.items()})
    return list(ports)


def test_several_recipients(kmconfig: Call, root: Path, serve: Callable[..., Server]) -> None:
    answers = iter(["250 2.1.5 ok", "550 5.1.1 nobody"] * 2)
    with serve(RCPT=lambda peer: peer.say(next(answers))) as server:
        lay_out(root, {"local": server.port})
        line = ("test", "local", "--to", "a@acme.test", "--to", "b@acme.test", "--to", "a@acme.test")
        ran, text = kmconfig(*line, "--format", "json"), kmconfig(*line)
    assert (ran.code, server.messages) == (1, [])
    assert_valid(ran.document, "test")
    assert ran.result["recipients"] == ["a@acme.test", "b@acme.test"]
    assert ran.result["outcomes"] == [
        {"address": "a@acme.test", "ok": True, "code": 250, "text": "2.1.5 ok"},
        {"address": "b@acme.test", "ok": False, "code": 550, "text": "5.1.1 nobody"},
    ]
    assert "✓ a@acme.test  250 2.1.5 ok" in text.out
    assert "✗ b@acme.test  550 5.1.1 nobody" in text.out
    assert "1 of 2 refused, so nobody was sent the message" in text.out


def test_a_mailbox_of_the_simulator_is_for_ses(kmconfig: Call, root: Path, serve: Callable[..., Server]) -> None:
    with serve() as server:
        lay_out(root, {"local": server.port})
        ran = kmconfig("test", "local", "--to", "simulator:bounce")
    assert (ran.code, server.connections) == (64, 0)
    assert "simulator" in ran.err


def test_the_conversation_is_shown_on_request(kmconfig: Call, root: Path, serve: Callable[..., Server]) -> None:
    with serve(MAIL="250 2.1.0 \x1b[2Jok") as server:
        names = lay_out(root, {"a": server.port, "b": server.port})
        alone, both = kmconfig("test", "a", "-v"), kmconfig("test", *names, "-v")
        machine = kmconfig("test", "a", "-v", "--format", "json")
    for ran, times in ((alone, 1), (both, 2)):
        assert ran.out.count("   -> STARTTLS\n") == times
        assert ran.out.count("   ~> AUTH PLAIN [hidden]\n") == times
        assert ran.out.count("  <~  250 2.1.0  [2Jok\n") == times
        assert "\x1b" not in ran.out
        assert PASSWORD not in ran.out
    assert "~> AUTH PLAIN [hidden]" in machine.err
    assert_valid(machine.document, "test")


def test_an_access_token_in_place_of_a_password(
    kmconfig: Call, root: Path, certificates: Certificates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.write_authority(tmp_path / "ca.pem")))
    script = Smtp(starttls=certificates.good(), password=PASSWORD, auth="PLAIN XOAUTH2")
    with Server(script) as server:
        lay_out(root, {"local": server.port}, auth="xoauth2")
        good = kmconfig("test", "local", "-v")
        monkeypatch.setenv(VARIABLE, "an-expired-token")
        bad = kmconfig("test", "local", "--format", "json")
    assert (good.code, bad.code) == (0, 1)
    assert "✓ auth" in good.out
    assert "~> AUTH XOAUTH2 [hidden]" in good.out
    assert "token has expired" in bad.result["diagnosis"]["cause"]
    assert "status 401" in bad.result["diagnosis"]["symptom"]
    assert [line.split(" ")[1] for line in server.said("AUTH")] == ["XOAUTH2", "XOAUTH2"]
