"""`kmconfig test --confirm` with Postfix, OpenDKIM and Dovecot: what arrives, how, and what does not."""

from __future__ import annotations

import imaplib
import smtplib
import ssl
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from kmconfig.environment.schemas import load_schema
from kmconfig.mail.confirm.confirmation import confirm
from kmconfig.mail.message import build_test_message, new_test_id
from tests.mail.confirm.imap_server import Imap, mailbox_of
from tests.mail.confirm.names import Unknown
from tests.mail.servers import Server
from tests.servers.accounts import ACCOUNTS as PLAIN_ACCOUNTS
from tests.servers.accounts import INBOX, SENDER
from tests.servers.authenticating_stack import ALIGNED, BROKEN, FORGED, MISALIGNED, RECEIVER, SILENT, UNSIGNED
from tests.servers.tiny_dns import TinyDns

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.running import Call, Ran
    from tests.mail.certificates import Certificates
    from tests.mail.confirm.authenticated import Authenticated
    from tests.servers.mail_stack import MailStack


def confirmed(kmconfig: Call, root: Path, *options: str) -> tuple[Ran, Any]:
    """Run the test with JSON, which must fit its schema; return what was found too."""
    ran = kmconfig("test", "staging", "--confirm", "--within", "20s", "--format", "json", "-C", root, *options)
    jsonschema.validate(ran.document, load_schema("test"))
    assert "inbox-login" not in ran.out + ran.err
    return ran, ran.result["confirmation"]


VERDICTS = {
    ALIGNED: ("pass", "pass", "pass", ["pass"]),
    MISALIGNED: ("none", "pass", "fail", ["pass"]),
    UNSIGNED: ("pass", "none", "pass", []),
    BROKEN: ("softfail", "fail", "fail", ["fail"]),
    FORGED: ("fail", "none", "fail", []),
    SILENT: (None, "pass", None, ["pass"]),
}
"""For each sender: what the receiving server says of SPF, DKIM and DMARC, and our own check of the signatures."""


@pytest.mark.parametrize("login", VERDICTS)
def test_messages_that_arrive(authenticated: Authenticated, kmconfig: Call, login: str) -> None:
    spf, dkim, dmarc, ours = VERDICTS[login]
    code = 0 if login in {ALIGNED, UNSIGNED, SILENT} else 1
    ran, found = confirmed(kmconfig, authenticated.configure(login))
    assert ran.code == code, ran.err
    assert ran.result["ok"] == (code == 0)
    assert found["result"] == ("failed" if code else "confirmed")
    assert (found["folder"], found["spam"], found["return_path"]) == ("INBOX", False, "acme.test")
    assert found["sender"] == {"name": "Acme License Portal", "address": login}
    assert found["reported_by"] == RECEIVER
    assert found["spf"] == (spf and {"result": spf, "domain": "acme.test"})
    assert [result["result"] for result in found["dkim"]] == [dkim]
    assert found["dmarc"] == (dmarc and {"result": dmarc, "domain": "acme.test"})
    assert [signature["result"] for signature in found["signatures"]] == ours
    assert 0 <= found["seconds"] < 20
    assert bool(found["problems"]) == bool(code)


def test_misaligned_is_via_somebody(authenticated: Authenticated, kmconfig: Call) -> None:
    _ran, found = confirmed(kmconfig, authenticated.configure(MISALIGNED))
    assert found["via"] == [{"domain": "bulkmail.test", "source": "dkim"}]
    (problem,) = found["problems"]
    assert "signed for bulkmail.test" in problem["problem"]
    assert "let the provider sign with `acme.test`" in problem["remedies"][0]


def test_a_forged_verdict_is_not_believed(authenticated: Authenticated, kmconfig: Call) -> None:
    ran, found = confirmed(kmconfig, authenticated.configure(FORGED))
    raw = authenticated.stack.wait_for_message(INBOX, ran.result["test_id"])
    # It did arrive with the forgery, under the receiving server's own name.
    assert any("dmarc=pass" in value for value in raw.get_all("Authentication-Results", []))
    assert f"`{RECEIVER}`, were not believed" in " ".join(found["notes"])


def test_the_spam_folder(authenticated: Authenticated, kmconfig: Call) -> None:
    root = authenticated.configure(ALIGNED, recipients=(INBOX.replace("@", "+Junk@"),))
    ran, found = confirmed(kmconfig, root)
    assert ran.code == 1
    assert (found["folder"], found["spam"], found["dmarc"]["result"]) == ("Junk", True, "pass")
    assert found["problems"][0]["problem"] == "the message lies in the spam folder `Junk`"


def test_what_people_read(authenticated: Authenticated, kmconfig: Call) -> None:
    ran = kmconfig("test", "staging", "--confirm", "-C", authenticated.configure(ALIGNED))
    assert ran.code == 0, ran.err
    lines = [" ".join(line.split()) for line in ran.out.splitlines()]
    assert any("then up to 120 s until it is in the mailbox at localhost" in line for line in lines)
    stages = [line.split()[1] for line in lines if line.startswith(("✓", "✗"))]
    assert (stages[0], stages[-2:]) == ("mailbox", ["accepted", "arrived"])
    assert f"shown as Acme License Portal <{ALIGNED}>" in lines
    assert f"DMARC pass acme.test, says {RECEIVER}" in lines
    assert lines[-1].startswith("confirmed: it arrived in INBOX after ")
    assert "warning" not in ran.out


def test_the_message_is_left_as_it_is(authenticated: Authenticated, kmconfig: Call) -> None:
    ran, _found = confirmed(kmconfig, authenticated.configure(ALIGNED))
    stack = authenticated.stack
    trust = ssl.create_default_context(cafile=str(stack.ca_file))
    with imaplib.IMAP4_SSL(stack.host, stack.ports.imaps, ssl_context=trust, timeout=10) as imap:
        imap.login(INBOX, "inbox-login")
        imap.select("INBOX", readonly=True)
        _status, numbers = imap.search(None, "HEADER", "X-KMConfig-Test-ID", ran.result["test_id"])
        _status, flags = imap.fetch(numbers[0].decode(), "(FLAGS)")
    assert b"Seen" not in bytes(flags[0])  # type: ignore[arg-type]


def test_dns_that_cannot_be_asked(
    authenticated: Authenticated, kmconfig: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    with TinyDns() as broken:
        broken.failing.add("km1._domainkey.acme.test")
        monkeypatch.setenv("KMCONFIG_RESOLVER", broken.address)
        ran, found = confirmed(kmconfig, authenticated.configure(ALIGNED))
    # The receiving server could ask; that is what counts.
    assert ran.code == 0
    assert found["signatures"][0]["result"] == "unverifiable"
    assert "SERVFAIL" in found["signatures"][0]["detail"]


def test_a_server_that_reports_nothing(
    authenticated: Authenticated, mail_stack: MailStack, kmconfig: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(mail_stack.ca_file))
    monkeypatch.setenv("KM_SMTP_PASSWORD", PLAIN_ACCOUNTS[SENDER])
    imap = {"imap": f"imaps://localhost:{mail_stack.ports.imaps}"}
    root = authenticated.configure(SENDER, confirm=imap, port=mail_stack.ports.submission)
    ran, found = confirmed(kmconfig, root)
    assert ran.code == 5
    assert (found["result"], found["folder"], found["reported_by"]) == ("unknown", "INBOX", None)
    assert "reports nothing" in found["unknown"]


def test_never_arrives(authenticated: Authenticated, kmconfig: Call) -> None:
    root = authenticated.configure(ALIGNED, recipients=(UNSIGNED,))
    ran = kmconfig("test", "staging", "--confirm", "--within", "1s", "-C", root)
    assert ran.code == 1
    before, _, after = ran.out.partition("✓ mailbox")
    assert f"the mailbox of `{INBOX}` is looked into, which is none of the recipients ({UNSIGNED})" in before
    assert "✗ arrived" in after
    assert "problem: the message has not arrived in `INBOX` and `Junk` after 1 s" in after
    assert "--within 15m" in after


def test_a_late_message(authenticated: Authenticated) -> None:
    stack, test_id = authenticated.stack, new_test_id()
    mail = build_test_message(
        application_name="Acme",
        sender_name="Acme",
        sender_email=ALIGNED,
        recipients=[INBOX],
        facts=[],
        sent_at=datetime(2026, 11, 23, 10, tzinfo=UTC),
        test_id=test_id,
    )

    def deliver() -> None:
        trust = ssl.create_default_context(cafile=str(stack.ca_file))
        with smtplib.SMTP(stack.host, stack.ports.submission, timeout=10) as client:
            client.starttls(context=trust)
            client.login(ALIGNED, "login")
            client.send_message(mail)

    server = mailbox_of(stack.ports.imaps, password="inbox-login")
    late = threading.Timer(0.7, deliver)
    late.start()
    found = confirm(server, test_id, within=30, names=Unknown())
    late.join()
    assert found.result == "confirmed"
    assert 0.7 <= found.seconds < 8


def in_vain(kmconfig: Call, root: Path) -> str:
    """The error of a confirmation that ends before anything is sent."""
    ran = kmconfig("test", "staging", "--confirm", "--format", "json", "-C", root)
    assert ran.code == 5
    assert ran.result["test_id"] is None
    jsonschema.validate(ran.document, load_schema("test"))
    assert "nothing was sent" in ran.err
    assert "wrong-canary-password" not in ran.err + ran.out
    return ran.err


def test_a_wrong_imap_password(authenticated: Authenticated, kmconfig: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KM_IMAP_PASSWORD", "wrong-canary-password")
    said = in_vain(kmconfig, authenticated.configure(ALIGNED))
    assert "the login is refused: [AUTHENTICATIONFAILED]" in said
    assert "email.test.confirm.username" in said


def test_an_imap_server_with_another_name(authenticated: Authenticated, kmconfig: Call) -> None:
    imap = {"imap": f"imaps://127.0.0.1:{authenticated.stack.ports.imaps}"}
    said = in_vain(kmconfig, authenticated.configure(ALIGNED, confirm=imap))
    assert "CERTIFICATE_VERIFY_FAILED" in said


def test_an_imap_server_that_is_not_there(authenticated: Authenticated, kmconfig: Call, closed_port: int) -> None:
    imap = {"imap": f"imaps://localhost:{closed_port}"}
    said = in_vain(kmconfig, authenticated.configure(ALIGNED, confirm=imap))
    assert "Connection refused" in said


def test_starttls_on_a_port_that_speaks_tls_at_once(
    authenticated: Authenticated, kmconfig: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kmconfig.mail.confirm.confirmation.LOGIN_SECONDS", 0.5)
    imap = {"imap": f"imap://localhost:{authenticated.stack.ports.imaps}"}
    said = in_vain(kmconfig, authenticated.configure(ALIGNED, confirm=imap))
    assert "cannot look into the mailbox" in said


def test_a_mailbox_secret_that_is_missing(
    authenticated: Authenticated, kmconfig: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KM_IMAP_PASSWORD")
    ran = kmconfig("test", "staging", "--confirm", "-C", authenticated.configure(ALIGNED))
    assert ran.code == 5
    assert "KM_IMAP_PASSWORD" in ran.err


def test_policy_forbids_the_login(authenticated: Authenticated, kmconfig: Call) -> None:
    imap = {"imap": "imaps://imap.evil.test"}
    root = authenticated.configure(ALIGNED, confirm=imap, project="policy: {hosts: [localhost]}\n")
    ran = kmconfig("test", "staging", "--confirm", "-C", root)
    assert ran.code == 3
    assert "`policy.hosts` does not allow a login at `imap.evil.test`" in ran.err
    assert "email.test.confirm.imap" in ran.err


def test_without_a_mailbox_in_the_files(authenticated: Authenticated, kmconfig: Call) -> None:
    root = authenticated.configure(ALIGNED, mailbox=False)
    ran = kmconfig("test", "staging", "--confirm", "-C", root)
    assert ran.code == 64
    assert "`email.test.confirm` is not set" in ran.err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--within", "5m"), "how long `--confirm` waits"),
        (("--confirm", "--no-send"), "none would be sent"),
        (("--confirm", "--probe"), "none would be sent"),
        (("--confirm", "--within", "soon"), "no duration"),
        (("--confirm", "--within", "0s"), "no duration"),
    ],
)
def test_options_that_do_not_go_together(tmp_path: Path, kmconfig: Call, options: tuple[str, ...], words: str) -> None:
    ran = kmconfig("test", "staging", *options, "-C", tmp_path)
    assert ran.code == 64
    assert words in ran.err


def test_a_refused_message_is_not_waited_for(authenticated: Authenticated, kmconfig: Call) -> None:
    ran, found = confirmed(kmconfig, authenticated.configure(ALIGNED, recipients=("nobody@acme.test",)))
    assert ran.code == 1
    assert found is None
    assert ran.result["diagnosis"]["stage"] == "recipient"


def test_a_mailbox_that_breaks_after_the_sending(certificates: Certificates) -> None:
    with Server(Imap(answers={"SEARCH": lambda peer, _tag, _rest: peer.drop()}), tls=certificates.good()) as imap:
        found = confirm(mailbox_of(imap.port), "0123456789abcdef", within=1.5, names=Unknown())
    assert (found.result, found.folder) == ("unknown", None)
    assert found.seconds > 0
    assert found.unknown is not None
    assert "cannot look into the mailbox" in found.unknown


def test_several_environments_at_once(authenticated: Authenticated, kmconfig: Call) -> None:
    root = authenticated.configure(MISALIGNED)
    staging = root / "environments/staging.yaml"
    (root / "environments/eu.yaml").write_text(staging.read_text())
    authenticated.configure(ALIGNED)
    ran = kmconfig("test", "staging", "eu", "--confirm", "--format", "json", "-C", root)
    assert ran.code == 1
    results = {result["environment"]: result["confirmation"]["result"] for result in ran.document["results"]}
    assert results == {"staging": "confirmed", "eu": "failed"}


def test_a_resolver_that_is_none_is_noticed_before_anything_is_sent(
    authenticated: Authenticated, kmconfig: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KMCONFIG_RESOLVER", "nonsense::")
    ran = kmconfig("test", "staging", "--confirm", "-C", authenticated.configure(ALIGNED))
    assert ran.code == 64
    assert "`nonsense::` in KMCONFIG_RESOLVER is no resolver" in ran.err
    assert "accepted" not in ran.out


def test_the_time_of_a_stage_holds_for_the_mailbox(
    authenticated: Authenticated, kmconfig: Call, certificates: Certificates
) -> None:
    with Server(Imap(answers={"GREETING": lambda peer, _tag, _rest: peer.hang()}), tls=certificates.good()) as imap:
        root = authenticated.configure(ALIGNED, confirm={"imap": f"imaps://localhost:{imap.port}"})
        ran = kmconfig("test", "staging", "--confirm", "--timeout", "1s", "-C", root)
    assert ran.code == 5
    assert "cannot look into the mailbox" in ran.err


def test_dmarc_records_say_whose_a_domain_is(
    authenticated: Authenticated, kmconfig: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    suffix = {"_dmarc.test": "v=DMARC1; p=none; psd=y", "_dmarc.acme.test": "v=DMARC1; p=none"}
    monkeypatch.setattr(authenticated.dns, "records", authenticated.dns.records | suffix)
    _ran, found = confirmed(kmconfig, authenticated.configure(MISALIGNED))
    assert found["via"] == [{"domain": "bulkmail.test", "source": "dkim"}]
    assert "_dmarc.bulkmail.test" in authenticated.dns.asked
