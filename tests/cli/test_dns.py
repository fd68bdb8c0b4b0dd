"""`kmconfig dns` and `lint --online`: what they say of a sender's domain, and how they end."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from kmconfig.dns import servers
from tests.cli.running import write
from tests.cli.validity import assert_valid
from tests.dns.server import DnsServer, from_zone, silent
from tests.dns.zone import zone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.running import Call, Ran

HOSTILE = "\\027[31m\\027]0;x\\007" + "::error::x ##[error]x \\226\\128\\174 `x` <b>&"


@contextmanager
def dns(monkeypatch: pytest.MonkeyPatch, text: str = "") -> Iterator[DnsServer]:
    """A name server whose records differ from a sound domain's like this."""
    with DnsServer(from_zone(zone(text))) as server:
        monkeypatch.setenv("KMCONFIG_RESOLVER", server.address)
        yield server


def results(ran: Ran) -> dict[str, str]:
    return {check["code"]: check["result"] for check in ran.result["checks"] if check["result"] != "pass"}


def test_a_sound_domain(kmconfig: Call, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with dns(monkeypatch) as server:
        ran = kmconfig("dns", "production", "--format", "json")
        assert (ran.code, ran.err, results(ran)) == (0, "", {})
        assert_valid(ran.document, "dns")
        assert (ran.result["environment"], ran.result["domain"]) == ("production", "acme.example")
        names = {check["code"]: check["name"] for check in ran.result["checks"]}
        assert (names["KM701"], names["KM708"], names["KM710"]) == ("no-spf", "no-dmarc", "no-mx")
        assert list(names) == sorted(names)
        assert ran.result["spf"]["lookups"] == 1
        text = kmconfig("dns", "production")
        assert (text.code, text.err) == (0, "")
        assert text.out.startswith("production  acme.example, sent through SendGrid\n")
        assert "✓ KM701" in text.out
        assert "include:_spf.acme.example [1]" in text.out
        assert text.out.endswith(f"16 passed; asked {server.address}\n")


@pytest.mark.parametrize(
    ("text", "found", "code"),
    [
        ("acme.example TXT other", {"KM701": "fail"}, 1),
        ('_dmarc.acme.example TXT "v=DMARC1; p=none"', {"KM709": "note", "KM716": "note"}, 0),
        ("acme.example MX 0 .", {"KM710": "warn"}, 0),
        ("; _mta-sts.acme.example: servfail", {"KM717": "unknown"}, 5),
        ("; _mta-sts.acme.example: servfail\nacme.example TXT other", {"KM701": "fail", "KM717": "unknown"}, 1),
    ],
)
def test_the_exit_code(
    kmconfig: Call, root: Path, monkeypatch: pytest.MonkeyPatch, *, text: str, found: dict[str, str], code: int
) -> None:
    with dns(monkeypatch, text):
        ran = kmconfig("dns", "production", "--format", "json")
        assert (results(ran), ran.code) == (found, code)
        assert_valid(ran.document, "dns")
        assert kmconfig("dns", "production").code == code


def test_people_read_what_to_do(kmconfig: Call, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with dns(monkeypatch, "acme.example TXT other\nacme.example MX 0 .\n; _mta-sts.acme.example: refused"):
        ran = kmconfig("dns", "production", "--color", "always")
        assert "\x1b[31m✗\x1b[0m" in ran.out
        assert "\x1b[1;33m!\x1b[0m" in ran.out
        assert "\x1b[1;31m?\x1b[0m" in ran.out
        assert 'record\x1b[0m: acme.example. IN TXT "v=spf1 mx ~all"' in ran.out
        assert "could not check: " in ran.out
        assert "answered REFUSED for _mta-sts.acme.example" in ran.out
        kmconfig("dns", "production", "--color", "always", "--output", "dns.txt")
        assert "\x1b" not in (root / "dns.txt").read_text(encoding="utf-8")


def test_all_environments_ask_each_question_once(kmconfig: Call, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with dns(monkeypatch) as server:
        ran = kmconfig("dns", "--all", "--format", "json")
        assert [result["environment"] for result in ran.document["results"]] == ["development", "production", "staging"]
        assert len({result["domain"] for result in ran.document["results"]}) == 1
        assert len(server.heard) == len(set(server.heard))


def test_the_worst_environment_counts_and_quiet_shows_it_alone(
    kmconfig: Call, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = root / "environments/staging.yaml"
    other = path.read_text(encoding="utf-8").replace("email:\n", "email:\n  sender: {email: a@amce.test}\n")
    write(root, {"environments/staging.yaml": other})
    with dns(monkeypatch):
        ran = kmconfig("dns", "--all", "-q")
        assert ran.code == 1
        assert [line for line in ran.out.splitlines() if not line.startswith(" ")] == [
            "staging  amce.test, sent through SendGrid"
        ]
        assert "there is no domain `amce.test`" in ran.out


def test_the_option_comes_before_the_variable(kmconfig: Call, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with dns(monkeypatch) as good, DnsServer(from_zone(zone("acme.example TXT other"))) as other:
        assert kmconfig("dns", "production", "--resolver", other.address).code == 1
        assert good.heard == []
        assert kmconfig("dns", "production").code == 0


def test_blocklists_are_asked_on_request(kmconfig: Call, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with dns(monkeypatch, "acme.example.dbl.spamhaus.org A 127.0.1.2") as server:
        assert results(kmconfig("dns", "production", "--format", "json")) == {}
        assert not any("spamhaus" in name for name, *_ in server.heard)
        ran = kmconfig("dns", "production", "--blocklists", "--format", "json")
        assert (results(ran), ran.code) == ({"KM713": "warn"}, 0)


@pytest.mark.parametrize("text", ["a b", "192.0.2.1:0", "192.0.2.1:x"])
def test_what_is_no_resolver(kmconfig: Call, root: Path, text: str) -> None:
    assert kmconfig("dns", "production", "--resolver", text).code == 64


def test_names_are_needed_and_known(kmconfig: Call, root: Path) -> None:
    assert kmconfig("dns").code == 64
    assert kmconfig("dns", "nobody").code == 65


@pytest.mark.parametrize("arguments", [("dns", "production"), ("lint", "--online", "--select", "KM7")])
def test_a_machine_without_a_resolver(
    kmconfig: Call, root: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setenv("KMCONFIG_RESOLVER", "nowhere..invalid")
    ran = kmconfig(*arguments, "--format", "json")
    assert ran.code == 5
    assert "has no address" in ran.out
    if arguments[0] == "dns":
        assert_valid(ran.document, "dns")
        assert results(ran) == {"KM711": "unknown"}


def test_the_system_s_resolver_is_the_default() -> None:
    assert all(server.port == 53 for server in servers.name_servers(None, {}))


def test_nobody_answers(kmconfig: Call, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kmconfig.dns.resolver.TIMEOUT", 0.05)
    with DnsServer(silent) as server:
        before = time.monotonic()
        ran = kmconfig("dns", "production", "--resolver", server.address, "--format", "json")
        assert time.monotonic() - before < 30
        assert ran.code == 5
        assert set(results(ran).values()) == {"unknown"}


@pytest.mark.parametrize(
    "name",
    ["acme.example", "_dmarc.acme.example", "s1._domainkey.acme.example", "_mta-sts.acme.example", "_spf.acme.example"],
)
@pytest.mark.parametrize(
    "start", ["v=spf1 ", "v=DMARC1; p=", "v=DMARC1; p=none; rua=mailto:", "v=DKIM1; k=", "v=STSv1;", ""]
)
def test_hostile_records_are_inert(
    kmconfig: Call, root: Path, monkeypatch: pytest.MonkeyPatch, name: str, start: str
) -> None:
    text = f'{name} TXT "{start}{HOSTILE}"'
    if name.startswith("s1."):
        text += f"\n; {name}: none\n; s2._domainkey.acme.example: none"
    with dns(monkeypatch, text):
        for arguments in (("dns", "production"), ("lint", "--online", "environments/production.yaml")):
            for form in ("text", "json") if arguments[0] == "dns" else ("text", "json", "github", "markdown"):
                ran = kmconfig(*arguments, "--format", form)
                assert ran.code in (0, 1, 5)
                assert not any(ord(mark) < 32 and mark != "\n" for mark in ran.out + ran.err)
                assert "\u202e" not in ran.out + ran.err
                assert not any(line.lstrip().startswith("::error::x") for line in ran.out.splitlines())
                if form == "json":
                    assert ran.document


# lint --online


def online(kmconfig: Call, *arguments: str) -> Ran:
    return kmconfig("lint", "--online", "--format", "json", "--select", "KM7", *arguments)


def test_lint_says_the_same(kmconfig: Call, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with dns(monkeypatch, '_dmarc.acme.example TXT "v=DMARC1; p=none"\nacme.example TXT other\nacme.example MX 0 .'):
        told = kmconfig("dns", "production", "--format", "json")
        ran = online(kmconfig, "environments/production.yaml")
        assert ran.code == 1
        found = {finding["code"]: finding for finding in ran.document["findings"]}
        assert {code: finding["severity"] for code, finding in found.items()} == {
            "KM701": "error",
            "KM709": "note",
            "KM710": "warning",
            "KM716": "note",
        }
        assert found.keys() == results(told).keys()
        for check in told.result["checks"]:
            if check["code"] in found:
                finding = found[check["code"]]
                assert finding["message"] == check["detail"]
                assert check["suggestion"] in finding["help"]
                assert (finding["path"], finding["setting"]) == ("environments/base.yaml", "email.sender.email")


def test_lint_skips_what_gave_no_answer(kmconfig: Call, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with dns(monkeypatch, "; _dmarc.acme.example: servfail"):
        ran = online(kmconfig)
        assert ran.code == 5
        assert {skipped["code"] for skipped in ran.document["skipped"]} == {"KM708", "KM712"}
        assert "`email.sender.email` of `production`" in ran.document["skipped"][0]["reason"] + str(ran.document)


@pytest.mark.parametrize("arguments", [("--select", "KM8"), ("--select", "KM2")])
def test_lint_asks_only_for_rules_that_are_wanted(
    kmconfig: Call, root: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    with dns(monkeypatch) as server:
        kmconfig("lint", "--online", *arguments)
        assert server.heard == []
        kmconfig("lint", "--select", "KM7")
        assert server.heard == []


def test_lint_never_asks_blocklists(kmconfig: Call, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with dns(monkeypatch, "acme.example.dbl.spamhaus.org A 127.0.1.2") as server:
        assert online(kmconfig).document["findings"] == []
        assert not any("spamhaus" in name for name, *_ in server.heard)


def test_a_finding_can_be_suppressed_where_the_sender_stands(
    kmconfig: Call, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = (root / "environments/base.yaml").read_text(encoding="utf-8")
    line = "    email: licensing@acme.example"
    write(root, {"environments/base.yaml": base.replace(line, f"{line}  # kmconfig: ignore[KM710] nobody replies")})
    with dns(monkeypatch, "acme.example MX 0 ."):
        ran = online(kmconfig)
        assert (ran.code, ran.document["findings"]) == (0, [])
        assert ran.document["summary"]["suppressed"] > 0
