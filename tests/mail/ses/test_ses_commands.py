"""`kmconfig test`, `apply` and `lint --online` with the driver ses, by the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from kmconfig.secrets.masker import MASK
from tests.cli.running import Call, caller, write
from tests.cli.validity import assert_valid
from tests.mail.ses.sending import KEY, KEY_ID
from tests.servers.ses import ACCOUNT_PATH, DOMAIN, SEND_PATH, SENDER, identity_path

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.ses import SesServer

RECIPIENT = "mail-test@acme.test"
STAGES = ["resolve", "auth", "sender", "recipient", "data", "accepted"]
TEXT = """\
version: 1
tier: {tier}
email:
  driver: ses
  ses: {ses}
  sender: {{name: Acme License Portal, email: {sender}}}
  test: {{recipients: [{recipient}]}}
target:
  file: {{path: out/{name}.json}}
"""
STATIC = {"access_key_id": {"env": "KM_ID"}, "secret_access_key": {"env": "KM_KEY"}}


@pytest.fixture
def kmconfig(capsys: pytest.CaptureFixture[str]) -> Call:
    return caller(capsys)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ses: SesServer) -> Path:
    """A repository, which is also the current folder."""
    monkeypatch.setenv("KM_ID", KEY_ID)
    monkeypatch.setenv("KM_KEY", KEY)
    (tmp_path / "out").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def lay(root: Path, *, tier: str = "development", name: str = "local", **ses: Any) -> None:
    settings = json.dumps({"region": "eu-west-1", **STATIC, **ses})
    text = TEXT.format(tier=tier, ses=settings, sender=SENDER, recipient=RECIPIENT, name=name)
    write(root, {f"environments/{name}.yaml": text})


def leaks(*texts: str) -> list[str]:
    return [word for word in (KEY, KEY_ID) if any(word in text for text in texts)]


def test_a_test_message(kmconfig: Call, root: Path, ses: SesServer) -> None:
    ses.configuration_set("transactional")
    lay(root, configuration_set="transactional")
    ran = kmconfig("test", "local", "--format", "json")
    assert ran.code == 0, ran.err
    assert_valid(ran.document, "test")
    result = ran.result
    assert [stage["stage"] for stage in result["stages"]] == STAGES
    assert (result["ok"], result["driver"], result["diagnosis"]) == (True, "ses", None)
    (sent,) = ses.sent
    assert result["test_id"] in sent.raw
    assert RECIPIENT in sent.destinations
    assert "Amazon SES Region: eu-west-1" in sent.raw
    assert "Configuration Set: transactional" in sent.raw
    assert leaks(ran.out, ran.err) == []


def test_a_test_message_for_people(kmconfig: Call, root: Path, ses: SesServer) -> None:
    lay(root)
    ran = kmconfig("test", "local", "-v")
    assert ran.code == 0, ran.err
    assert "local: Amazon SES in eu-west-1, static keys\n" in ran.out
    assert "✓ accepted" in ran.out
    assert f"ok: accepted for {RECIPIENT}" in ran.out
    assert f"-> GetEmailIdentity EmailIdentity={SENDER}" in ran.out
    assert f"-> SendEmail FromEmailAddress={SENDER}" in ran.out
    assert [line for line in ran.out.splitlines() if line.lstrip().startswith("<- ") and "MessageId=" in line]
    assert leaks(ran.out, ran.err) == []


def test_no_send(kmconfig: Call, root: Path, ses: SesServer) -> None:
    lay(root)
    ran = kmconfig("test", "local", "--no-send")
    assert ran.code == 0, ran.err
    assert "none was sent" in ran.out
    assert ses.sent == []


@pytest.mark.parametrize("box", ["bounce", "success", "complaint", "suppressed", "ooto"])
def test_the_simulator(kmconfig: Call, root: Path, ses: SesServer, box: str) -> None:
    ses.account(ProductionAccessEnabled=False)
    lay(root)
    ran = kmconfig("test", "local", "--to", f"simulator:{box}", "--format", "json")
    assert ran.code == 0, ran.err
    (address,) = ran.result["recipients"]
    assert address.endswith("@simulator.amazonses.com")
    assert address in ses.sent[0].destinations


def test_the_simulator_of_another_driver(kmconfig: Call, root: Path) -> None:
    text = "version: 1\ntier: development\nemail:\n  smtp: {host: mail.acme.test}\n  sender: {email: a@acme.test}\n"
    write(root, {"environments/local.yaml": text})
    ran = kmconfig("test", "local", "--to", "simulator:bounce")
    assert ran.code == 64
    assert "simulator" in ran.err


@pytest.mark.parametrize(
    "case",
    [
        (ACCOUNT_PATH, "UnrecognizedClientException", "auth"),
        (identity_path(DOMAIN), "BadRequestException", "sender"),
        (SEND_PATH, "MessageRejected", "accepted"),
    ],
)
def test_a_refused_test_message(kmconfig: Call, root: Path, ses: SesServer, case: tuple[str, str, str]) -> None:
    path, code, stage = case
    lay(root)
    ses._first(path)
    ses.aws.refuse(path, code, f"you are {KEY_ID} with {KEY}")
    ran = kmconfig("test", "local", "--format", "json")
    text = kmconfig("test", "local", "-vv")
    assert (ran.code, text.code) == (1, 1)
    assert_valid(ran.document, "test")
    assert ran.result["diagnosis"]["stage"] == stage
    assert code in ran.result["diagnosis"]["symptom"]
    for word in ("symptom: ", "cause: ", "help: ", "failed"):
        assert word in text.out
    assert leaks(ran.out, ran.err, text.out, text.err) == []


def test_what_may_not_be_looked_at_is_said(kmconfig: Call, root: Path, ses: SesServer) -> None:
    lay(root)
    ses._first(ACCOUNT_PATH)
    ses.aws.refuse(ACCOUNT_PATH, "AccessDeniedException", "not authorized", status=403)
    ran = kmconfig("test", "local")
    assert ran.code == 0, ran.err
    assert "`ses:GetAccount` is not allowed for this login" in ran.out


def test_policy_forbids_the_endpoint(kmconfig: Call, root: Path, ses: SesServer) -> None:
    lay(root)
    write(root, {"kmconfig.yaml": "version: 1\npolicy: {hosts: [smtp.acme.example]}\n"})
    ran = kmconfig("test", "local")
    assert ran.code == 3
    assert "`policy.hosts` does not allow a login at `127.0.0.1`" in ran.err + ran.out
    assert ses.aws.asked == []


def test_several_at_once(kmconfig: Call, root: Path, ses: SesServer) -> None:
    names = [f"local{number}" for number in range(6)]
    for name in names:
        lay(root, name=name)
    ran = kmconfig("test", *names, "--format", "json")
    assert ran.code == 0, ran.err
    assert [result["environment"] for result in ran.document["results"]] == names
    assert len(ses.sent) == len(names)


def test_apply(kmconfig: Call, root: Path, ses: SesServer) -> None:
    lay(root)
    ran = kmconfig("apply", "local", "--yes", "--format", "json")
    assert (ran.code, ran.result["result"]) == (0, "applied"), ran.err
    assert_valid(ran.document, "receipt")
    assert len(ses.sent) == 1
    written = json.loads((root / "out/local.json").read_text(encoding="utf-8"))
    assert written["settings"]["email"]["ses"]["secret_access_key"] == KEY
    again = kmconfig("apply", "local", "--yes", "--format", "json")
    assert (again.code, again.result["result"]) == (0, "unchanged")
    assert leaks(ran.out, ran.err, again.out, again.err) == []


def test_an_apply_that_cannot_work_writes_nothing(kmconfig: Call, root: Path, ses: SesServer) -> None:
    lay(root)
    ses.account(SendingEnabled=False)
    ran = kmconfig("apply", "local", "--yes", "--format", "json")
    assert ran.code != 0
    assert not (root / "out/local.json").exists()
    assert "paused" in ran.out + ran.err
    assert ses.sent == []


def test_a_refused_message_puts_the_target_back(kmconfig: Call, root: Path, ses: SesServer) -> None:
    lay(root)
    ses.aws.refuse(SEND_PATH, "SendingPausedException", "paused since the probe")
    ran = kmconfig("apply", "local", "--yes", "--format", "json")
    assert (ran.code, ran.result["result"]) == (6, "rolled_back"), ran.err
    assert not (root / "out/local.json").exists()


def test_lint_online(kmconfig: Call, root: Path, ses: SesServer) -> None:
    lay(root, tier="staging")
    rules = "--select=ses-sandbox,ses-identity-unverified,sending-paused"
    sound = kmconfig("lint", "--online", rules, "--format", "json")
    assert sound.document["findings"] == []
    ses.account(ProductionAccessEnabled=False, SendingEnabled=False)
    ses.no_identity()
    ses.aws.client("sesv2").delete_email_identity(EmailIdentity=SENDER)
    ran = kmconfig("lint", "--online", rules, "--format", "json")
    assert ran.code == 1
    assert_valid(ran.document, "findings")
    assert {found["code"]: found["severity"] for found in ran.document["findings"]} == {
        "KM806": "warning",
        "KM807": "error",
        "KM809": "error",
    }
    assert leaks(sound.out, sound.err, ran.out, ran.err) == []
    assert MASK not in ran.out


def test_lint_online_that_could_not_look(kmconfig: Call, root: Path, ses: SesServer) -> None:
    lay(root, tier="staging")
    ses._first(ACCOUNT_PATH)
    ses.aws.refuse(ACCOUNT_PATH, "AccessDeniedException", f"{KEY} may not", status=403)
    ran = kmconfig("lint", "--online", "--select=ses-sandbox")
    assert ran.code == 5, ran.out
    assert "ses:GetAccount" in ran.out + ran.err
    assert leaks(ran.out, ran.err) == []


def test_lint_without_online_asks_nobody(kmconfig: Call, root: Path, ses: SesServer) -> None:
    lay(root)
    kmconfig("lint")
    assert ses.aws.asked == []
