"""`kmconfig test` and `kmconfig apply` against a mail server in this process."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING

import pytest

from kmconfig.targets.keeping.folder import FolderKeeper
from kmconfig.targets.keeping.interface import Holder
from tests.cli.project import PASSWORD, settings
from tests.cli.running import write
from tests.cli.validity import assert_valid

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.running import Call
    from tests.mail.servers import Server

STAGES = ["resolve", "connect", "tls", "greeting", "auth", "sender", "recipient", "data", "accepted"]


class Terminal(io.StringIO):
    """Standard input with somebody in front of it."""

    def isatty(self) -> bool:
        return True


def test_a_test_message(kmconfig: Call, root: Path, serve: Callable[..., Server]) -> None:
    with serve() as server:
        write(root, {"environments/local.yaml": settings(server.port, name="local")})
        ran = kmconfig("test", "local", "--format", "json")
    assert ran.code == 0
    assert_valid(ran.document, "test")
    assert [stage["stage"] for stage in ran.result["stages"]] == STAGES
    assert (ran.result["ok"], ran.result["driver"], ran.result["diagnosis"]) == (True, "smtp", None)
    (message,) = server.messages
    assert ran.result["test_id"].encode() in message
    assert "✓ accepted" in ran.err


def test_a_test_message_for_people(kmconfig: Call, root: Path, serve: Callable[..., Server]) -> None:
    with serve() as server:
        write(root, {"environments/local.yaml": settings(server.port, name="local")})
        ran = kmconfig("test", "local")
        quiet = kmconfig("test", "local", "-q")
        kmconfig("test", "local", "--output", "result.txt")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"local: localhost port {server.port}, STARTTLS\n")
    assert "  ok: accepted for mail-test@acme.test, test id " in ran.out
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")
    assert "accepted for mail-test@acme.test" in (root / "result.txt").read_text(encoding="utf-8")


def test_no_send(kmconfig: Call, root: Path, serve: Callable[..., Server]) -> None:
    with serve() as server:
        write(root, {"environments/local.yaml": settings(server.port, name="local")})
        ran = kmconfig("test", "local", "--no-send")
    assert ran.code == 0
    assert server.messages == []
    assert server.said("RSET")
    assert not server.said("DATA")


@pytest.mark.parametrize(
    ("answers", "stage"),
    [
        ({"AUTH": "535 5.7.8 no"}, "auth"),
        ({"MAIL": "550 5.7.1 not your address"}, "sender"),
        ({"RCPT": "550 5.1.1 nobody"}, "recipient"),
        ({".": "554 5.7.1 looks like spam"}, "accepted"),
    ],
)
def test_a_refused_test_message(
    kmconfig: Call, root: Path, serve: Callable[..., Server], answers: dict[str, str], stage: str
) -> None:
    with serve(**answers) as server:
        write(root, {"environments/local.yaml": settings(server.port, name="local")})
        ran = kmconfig("test", "local", "--format", "json")
        text = kmconfig("test", "local")
    assert (ran.code, text.code) == (1, 1)
    assert_valid(ran.document, "test")
    assert ran.result["diagnosis"]["stage"] == stage
    assert next(iter(answers.values())) in ran.result["diagnosis"]["symptom"]
    for word in ("symptom: ", "cause: ", "help: ", "failed"):
        assert word in text.out


def test_nobody_to_send_to(kmconfig: Call, root: Path) -> None:
    text = settings(2525, name="local").replace("[mail-test@acme.test]", "[]")
    write(root, {"environments/local.yaml": text})
    ran = kmconfig("test", "local")
    assert ran.code in (64, 65)
    assert "recipient" in ran.err


def test_apply(kmconfig: Call, root: Path, serve: Callable[..., Server]) -> None:
    with serve() as server:
        write(root, {"environments/local.yaml": settings(server.port, name="local")})
        ran = kmconfig("apply", "local", "--yes", "--format", "json")
        again = kmconfig("apply", "local", "--yes", "--format", "json")
    assert (ran.code, ran.result["result"], len(server.messages)) == (0, "applied", 1)
    assert_valid(ran.document, "receipt")
    assert (again.code, again.result["result"]) == (0, "unchanged")
    assert_valid(again.document, "receipt")
    written = json.loads((root / "out/local.json").read_text(encoding="utf-8"))
    assert written["settings"]["email"]["smtp"]["password"] == PASSWORD
    assert PASSWORD not in ran.out + ran.err


def test_apply_for_people(kmconfig: Call, root: Path, serve: Callable[..., Server]) -> None:
    with serve() as server:
        write(root, {"environments/local.yaml": settings(server.port, name="local")})
        ran = kmconfig("apply", "local", "--yes")
        quiet = kmconfig("apply", "local", "--yes", "-q")
    assert (ran.code, ran.err) == (0, "")
    assert "✓ preflight" in ran.out
    assert "✓ test message" in ran.out
    assert "local: applied, run " in ran.out
    assert "whether the application uses it is not verified" in ran.out
    assert (quiet.code, quiet.out) == (0, "")


def test_a_failed_preflight_is_a_valid_receipt(kmconfig: Call, root: Path, serve: Callable[..., Server]) -> None:
    with serve(AUTH="535 5.7.8 no") as server:
        write(root, {"environments/local.yaml": settings(server.port, name="local")})
        ran = kmconfig("apply", "local", "--yes", "--format", "json")
    assert (ran.code, ran.result["result"]) == (1, "failed")
    assert_valid(ran.document, "receipt")
    assert not (root / "out/local.json").exists()


def test_a_refused_test_message_rolls_back(kmconfig: Call, root: Path, serve: Callable[..., Server]) -> None:
    with serve(DATA="554 5.7.1 no") as server:
        write(root, {"environments/local.yaml": settings(server.port, name="local")})
        ran = kmconfig("apply", "local", "--yes", "--format", "json")
    assert (ran.code, ran.result["result"]) == (6, "rolled_back")
    assert_valid(ran.document, "receipt")
    assert not (root / "out/local.json").exists()


def test_apply_without_a_test_message(kmconfig: Call, root: Path, serve: Callable[..., Server]) -> None:
    with serve() as server:
        write(root, {"environments/local.yaml": settings(server.port, name="local")})
        ran = kmconfig("apply", "local", "--yes", "--no-test-send", "mail server is down", "--format", "json")
    assert (ran.code, server.messages) == (0, [])
    assert ran.result["test"]["reason"] == "mail server is down"
    assert_valid(ran.document, "receipt")


def test_apply_asks(kmconfig: Call, root: Path, serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch) -> None:
    with serve() as server:
        write(root, {"environments/local.yaml": settings(server.port, name="local")})
        monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
        unattended = kmconfig("apply", "local")
        monkeypatch.setattr(sys, "stdin", Terminal("n\n"))
        declined = kmconfig("apply", "local")
        assert not (root / "out/local.json").exists()
        monkeypatch.setattr(sys, "stdin", Terminal("y\n"))
        accepted = kmconfig("apply", "local")
    assert (unattended.code, "--yes" in unattended.err) == (64, True)
    assert declined.code == 3
    assert "nothing was changed" in declined.err
    assert "Apply this to local?" in declined.err
    assert accepted.code == 0
    assert (root / "out/local.json").exists()


def test_apply_is_gated_by_lint(kmconfig: Call, root: Path) -> None:
    text = settings(587, name="local", host="smtp.yourdomain.com").replace("tier: development", "tier: production")
    write(root, {"environments/local.yaml": text})
    ran = kmconfig("apply", "local", "--yes")
    assert ran.code == 1
    assert "error[KM" in ran.out
    assert "does not pass lint" in ran.err


def test_the_gate_lets_pass_what_the_baseline_accepts(kmconfig: Call, root: Path) -> None:
    text = settings(587, name="local", host="smtp.yourdomain.com").replace("tier: development", "tier: production")
    project = "version: 1\nlint: {baseline: accepted.json}\n"
    write(root, {"environments/local.yaml": text, "kmconfig.yaml": project})
    assert kmconfig("lint", "--write-baseline").code == 0
    ran = kmconfig("apply", "local")
    assert "does not pass lint" not in ran.err
    assert "add --yes" in ran.err
    assert ran.code == 64


def test_a_host_that_policy_does_not_allow(kmconfig: Call, root: Path, serve: Callable[..., Server]) -> None:
    write(root, {"kmconfig.yaml": "version: 1\npolicy: {hosts: [smtp.sendgrid.net]}\n"})
    with serve() as server:
        write(root, {"environments/local.yaml": settings(server.port, name="local")})
        for line in (("apply", "local", "--yes"), ("test", "local")):
            ran = kmconfig(*line)
            assert ran.code == 3
            assert "policy.hosts" in ran.out + ran.err
    assert not server.said("AUTH")


def test_a_guarded_change(kmconfig: Call, root: Path, serve: Callable[..., Server]) -> None:
    live = {"version": 1, "settings": {"email": {"driver": "smtp", "smtp": {"host": "smtp.sendgrid.net"}}}}
    write(root, {"out/local.json": json.dumps(live)})
    with serve() as server:
        text = settings(server.port, name="local").replace("tier: development", "tier: production")
        write(root, {"environments/local.yaml": text})
        ran = kmconfig("test", "local", "--to", "mail-test@acme.test")
        assert ran.code == 3
        assert "--approve host-change" in ran.err
        assert not server.said("AUTH")
        assert kmconfig("test", "local", "--approve", "host-change").code == 0
    plan = kmconfig("plan", "local")
    assert "if that is meant: --approve host-change" in plan.out


def test_a_locked_target(kmconfig: Call, root: Path, serve: Callable[..., Server]) -> None:
    keeper = FolderKeeper.beside(root / "out/local.json")
    with serve() as server:
        write(root, {"environments/local.yaml": settings(server.port, name="local")})
        keeper.ensure()
        with keeper.hold(Holder.here(run="another", environment="elsewhere")):
            ran = kmconfig("apply", "local", "--yes")
    assert ran.code == 4
    assert "another run is applying to this target: run another of `elsewhere` by " in ran.out + ran.err


def test_timeout_is_for_each_stage(kmconfig: Call, root: Path, serve: Callable[..., Server]) -> None:
    with serve(AUTH=lambda peer: peer.hang()) as server:
        write(root, {"environments/local.yaml": settings(server.port, name="local")})
        ran = kmconfig("test", "local", "--timeout", "1s", "--format", "json")
    assert (ran.code, ran.result["diagnosis"]["stage"]) == (1, "auth")
    assert "within 1 s" in ran.result["diagnosis"]["symptom"]


@pytest.mark.parametrize(("line", "schema"), [(("apply", "local", "--yes"), "receipt"), (("test", "local"), "test")])
def test_a_refusal_is_a_result_too(kmconfig: Call, root: Path, line: tuple[str, ...], schema: str) -> None:
    write(root, {"kmconfig.yaml": "version: 1\npolicy: {hosts: [smtp.sendgrid.net]}\n"})
    write(root, {"environments/local.yaml": settings(587, name="local")})
    ran = kmconfig(*line, "--format", "json")
    assert ran.code == 3
    assert_valid(ran.document, schema)
    assert [result["environment"] for result in ran.document["results"]] == ["local"]
    assert "policy.hosts" in json.dumps(ran.document)


def test_a_test_without_a_message(kmconfig: Call, root: Path, serve: Callable[..., Server]) -> None:
    with serve() as server:
        write(root, {"environments/local.yaml": settings(server.port, name="local")})
        ran = kmconfig("test", "local", "--no-send", "--format", "json")
    assert ran.code == 0
    assert_valid(ran.document, "test")
    assert ran.document["results"][0]["test_id"] is None
