"""The resolver against servers that behave, and against those that do not."""

from __future__ import annotations

import time

import dns.flags
import dns.message
import dns.rcode
import pytest

from kmconfig.dns.resolver import Resolver
from kmconfig.dns.servers import NameServer, name_servers
from kmconfig.errors import CouldNotCheck, UsageError
from tests.dns.server import DnsServer, cut_short, from_zone, silent, with_code
from tests.dns.zone import Zone, zone

QUICK = 0.15


def ask(server: DnsServer, *, timeout: float = 5.0) -> Resolver:
    return Resolver([NameServer("127.0.0.1", server.port)], timeout=timeout)


def test_what_there_is_and_what_there_is_not() -> None:
    with DnsServer(from_zone(zone())) as server:
        resolver = ask(server)
        assert resolver("acme.example", "A").records == ("192.0.2.10",)
        assert resolver("acme.example", "MX").records == ("10 mail.acme.example",)
        assert resolver("acme.example", "TXT").records == ("v=spf1 include:_spf.acme.example -all",)
        assert resolver("acme.example", "AAAA").kind == "empty"
        assert resolver("_domainkey.acme.example", "TXT").kind == "empty"
        assert resolver("nowhere.acme.example", "TXT").kind == "nxdomain"


def test_each_question_goes_out_once_however_it_is_written() -> None:
    with DnsServer(from_zone(zone())) as server:
        resolver = ask(server)
        answers = {resolver(name, "A") for name in ("acme.example", "ACME.example.", "acme.example")}
        assert len(answers) == 1
        assert server.heard == [("acme.example", "A", "udp")]


@pytest.mark.parametrize("follow", [True, False])
def test_aliases_are_followed_whoever_follows_them(*, follow: bool) -> None:
    records = "a.test CNAME b.test\nb.test CNAME c.test\nc.test TXT there"
    with DnsServer(from_zone(Zone(records), follow=follow)) as server:
        answer = ask(server)("a.test", "TXT")
        assert (answer.kind, answer.records, answer.aliases) == ("found", ("there",), ("b.test", "c.test"))


@pytest.mark.parametrize("records", ["a.test CNAME a.test", "a.test CNAME b.test\nb.test CNAME a.test"])
def test_aliases_that_lead_in_circles_end(records: str) -> None:
    targets = dict(line.split(" CNAME ") for line in records.splitlines())

    def answer(query: dns.message.Message, _: str) -> list[bytes]:
        name = str(query.question[0].name).removesuffix(".")
        response = dns.message.make_response(query)
        response.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "CNAME", f"{targets[name]}."))
        return [response.to_wire()]

    with DnsServer(answer) as server:
        answered = ask(server)("a.test", "TXT")
        assert (answered.kind, answered.known) == ("error", False)
        assert len(server.heard) < 12


def test_an_alias_to_nowhere_says_where_it_leads() -> None:
    with DnsServer(from_zone(Zone("a.test CNAME gone.test"))) as server:
        answer = ask(server)("a.test", "TXT")
        assert (answer.kind, answer.aliases) == ("nxdomain", ("gone.test",))


def test_long_answers_come_over_tcp() -> None:
    records = "\n".join(f'a.test TXT "{number} {"x" * 200}"' for number in range(60))
    with DnsServer(cut_short(from_zone(Zone(records)))) as server:
        answer = ask(server)("a.test", "TXT")
        assert (answer.kind, len(answer.records)) == ("found", 60)
        assert [over for *_, over in server.heard] == ["udp", "tcp"]


@pytest.mark.parametrize(
    ("code", "kind"),
    [(dns.rcode.SERVFAIL, "servfail"), (dns.rcode.REFUSED, "refused"), (dns.rcode.NOTIMP, "error")],
)
def test_a_server_that_will_not_answer(code: dns.rcode.Rcode, kind: str) -> None:
    with DnsServer(with_code(code)) as server:
        answer = ask(server)("acme.example", "TXT")
        assert (answer.kind, answer.known) == (kind, False)
        assert f"127.0.0.1:{server.port} answered {dns.rcode.to_text(code)} for acme.example" in answer.detail


def test_another_server_is_asked_instead() -> None:
    with DnsServer(with_code(dns.rcode.SERVFAIL)) as bad, DnsServer(from_zone(zone())) as good:
        resolver = Resolver([NameServer("127.0.0.1", bad.port), NameServer("127.0.0.1", good.port)])
        assert resolver("acme.example", "A").kind == "found"


def test_silence_is_a_timeout() -> None:
    with DnsServer(silent) as server:
        answer = ask(server, timeout=QUICK)("acme.example", "TXT")
        assert (answer.kind, answer.known) == ("timeout", False)
        assert "gave no answer for acme.example in time" in answer.detail


def test_a_server_that_never_answers_is_left_alone() -> None:
    with DnsServer(silent) as server:
        resolver = ask(server, timeout=QUICK)
        kinds = {resolver(f"n{number}.test", "TXT").kind for number in range(50)}
        assert kinds == {"timeout"}
        assert len(server.heard) == 7
        assert server.heard[-1] == ("", "NS", "udp")
        assert "answers nothing, so it was not asked" in resolver("more.test", "TXT").detail


def test_domains_that_nobody_answers_for_do_not_make_a_server_dead() -> None:
    def answer(query: dns.message.Message, over: str) -> list[bytes]:
        return [] if "dead" in str(query.question[0].name) else from_zone(zone())(query, over)

    with DnsServer(answer) as server:
        resolver = ask(server, timeout=QUICK)
        assert {resolver(f"dead{number}.test", "TXT").kind for number in range(5)} == {"timeout"}
        assert resolver("acme.example", "A").kind == "found"


def test_all_together_take_no_longer_than_the_limit() -> None:
    with DnsServer(silent) as server:
        resolver = Resolver([NameServer("127.0.0.1", server.port)], timeout=30, limit=0.3)
        before = time.monotonic()
        assert resolver("a.test", "TXT").kind == "timeout"
        assert resolver("b.test", "TXT").kind == "timeout"
        assert time.monotonic() - before < 5


def test_a_resolver_that_is_stopped_waits_for_nobody() -> None:
    with DnsServer(silent) as server:
        resolver = ask(server, timeout=30)
        resolver.stop()
        assert resolver("acme.example", "TXT").kind == "timeout"
        assert server.heard == []


def forged(query: dns.message.Message, over: str, *, spoil: str) -> list[bytes]:
    """An answer that is none to this question, then the right one."""
    right = from_zone(zone())(query, over)
    wrong = dns.message.from_wire(from_zone(Zone("acme.example TXT forged"))(query, over)[0])
    if spoil == "id":
        wrong.id = query.id ^ 1
    elif spoil == "question":
        wrong.question = dns.message.make_query("other.test", "TXT").question
    elif spoil == "query":
        wrong.flags &= ~dns.flags.QR
    return [wrong.to_wire() if spoil != "garbage" else b"\0garbage\xff" * 9, *right]


@pytest.mark.parametrize("spoil", ["id", "question", "query", "garbage"])
def test_what_does_not_answer_the_question_is_not_heard(spoil: str) -> None:
    with DnsServer(lambda query, over: forged(query, over, spoil=spoil)) as server:
        answer = ask(server)("acme.example", "TXT")
        assert answer.records == ("v=spf1 include:_spf.acme.example -all",)


@pytest.mark.parametrize("said", [b"", b"\0", b"\xff" * 40])
def test_garbage_over_tcp_is_no_answer(said: bytes) -> None:
    with DnsServer(cut_short(lambda _query, _over: [said] if said else [])) as server:
        answer = ask(server)("acme.example", "TXT")
        assert (answer.kind, answer.known) == ("error", False)
        assert "cannot be read" in answer.detail


@pytest.mark.parametrize("name", ["a" * 64 + ".test", "a..test", "x." * 200 + "test", "\\999.test", "ä" * 80 + ".test"])
def test_what_is_no_name_is_not_asked(name: str) -> None:
    with DnsServer(silent) as server:
        assert ask(server)(name, "TXT").kind == "nxdomain"
        assert server.heard == []


def test_bytes_of_records_are_text() -> None:
    with DnsServer(from_zone(Zone('a.test TXT "\\255\\027[2J" " ä"'))) as server:
        assert ask(server)("a.test", "TXT").records == ("\\xff\x1b[2J ä",)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("192.0.2.53", NameServer("192.0.2.53", 53)),
        ("192.0.2.53:5353", NameServer("192.0.2.53", 5353)),
        ("2001:db8::53", NameServer("2001:db8::53", 53)),
        ("[2001:db8::53]:5353", NameServer("2001:db8::53", 5353)),
    ],
)
def test_how_a_resolver_is_written(text: str, wanted: NameServer) -> None:
    assert name_servers(text, {}) == (wanted,)
    assert name_servers(None, {"KMCONFIG_RESOLVER": text}) == (wanted,)
    assert name_servers("192.0.2.1", {"KMCONFIG_RESOLVER": text}) == (NameServer("192.0.2.1"),)


def test_a_resolver_by_name() -> None:
    assert name_servers("localhost:5353", {})[0].port == 5353


@pytest.mark.parametrize("text", ["a b", "192.0.2.53:0", "192.0.2.53:65536", "192.0.2.53:x", "[::1", "::1]:53", ":53"])
def test_what_is_no_resolver(text: str) -> None:
    with pytest.raises(UsageError):
        name_servers(text, {})


def test_a_resolver_without_an_address() -> None:
    with pytest.raises(CouldNotCheck, match="has no address"):
        name_servers("nowhere.invalid..x", {})
