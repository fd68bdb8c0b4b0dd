"""Whose Authentication-Results are believed: headers as large providers write them, and forgeries."""

from __future__ import annotations

import pytest

from kmconfig.mail.confirm.header import Header
from kmconfig.mail.confirm.trust import Reported, reported

FROM_SENDER = "Received: from app.acme.test by out.bulkmail.test with ESMTPS; Mon, 23 Nov 2026 10:00:00 +0000"
FORGED = "Authentication-Results: {}; spf=pass smtp.mailfrom=acme.test; dkim=pass header.d=acme.test; dmarc=pass"

GOOGLE = """\
Delivered-To: test@acme.test
Received: by 2002:a05:6a10:b0 with SMTP id a1; Mon, 23 Nov 2026 02:00:00 -0800 (PST)
X-Received: by 2002:a17:907:9 with SMTP id b2; Mon, 23 Nov 2026 02:00:00 -0800 (PST)
ARC-Authentication-Results: i=1; mx.google.com; dmarc=fail header.from=acme.test
Return-Path: <bounce@acme.test>
Received: from out.bulkmail.test (out.bulkmail.test. [192.0.2.9])
        by mx.google.com with ESMTPS id c3 for <test@acme.test>; Mon, 23 Nov 2026 02:00:00 -0800 (PST)
Received-SPF: pass (google.com: domain of bounce@acme.test designates 192.0.2.9 as permitted sender)
Authentication-Results: mx.google.com;
       dkim=pass header.i=@acme.test header.s=s1 header.b=AbC;
       spf=pass (google.com: domain of bounce@acme.test; see "by" mx.other.test) smtp.mailfrom=bounce@acme.test;
       dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=acme.test"""

MICROSOFT = """\
Received: from AM0.eurprd04.prod.outlook.com (::1) by DB9.eurprd04.prod.outlook.com with HTTPS; Mon, 23 Nov 2026
Received: from AM0EUR02.eop-EUR02.prod.protection.outlook.com (2603::1) by AM0.outlook.office365.com with SMTP
Received: from out.bulkmail.test (192.0.2.9) by AM0EUR02.mail.protection.outlook.com (10.1.1.1) with SMTP
Authentication-Results: spf=pass (sender IP is 192.0.2.9)
 smtp.mailfrom=acme.test; dkim=fail (body hash did not verify) header.d=acme.test;
 dmarc=bestguesspass action=none header.from=acme.test;compauth=pass reason=109"""

APPLE = """\
Received: from st43p00im-zteg1.me.com by p00-mailgateway-1.me.com (Postfix) with ESMTP id 1
Authentication-Results: bimi.icloud.com; bimi=skipped reason="insufficient dmarc"
Authentication-Results: dmarc.icloud.com; dmarc=fail header.from=acme.test
Authentication-Results: dkim-verifier.icloud.com; dkim=none
Authentication-Results: spf.icloud.com; spf=softfail smtp.mailfrom=bounce@acme.test
Received: from out.bulkmail.test by mx.icloud.com (Postfix) with ESMTPS id 2"""

FASTMAIL = """\
Return-Path: <bounce@acme.test>
Received: from phl-compute-01.internal (phl-compute-01.nyi.internal [10.202.2.1]) by sloti36n10 (Cyrus) with LMTPA
Received: from phl-mx-02.messagingengine.com ([10.202.2.201]) by phl-compute-01.internal (LMTPProxy)
Authentication-Results: phl-mx-02.messagingengine.com;
    dkim=pass (2048-bit rsa key sha256) header.d=acme.test header.i=@acme.test header.s=s1;
    dmarc=pass policy.published-domain-policy=none header.from=acme.test;
    spf=pass smtp.mailfrom=bounce@acme.test smtp.helo=out.bulkmail.test
Received: from out.bulkmail.test by phl-mx-02.messagingengine.com (Postfix) with ESMTPS"""


def read(*parts: str) -> Reported:
    return reported(Header.parse("\r\n".join("\n".join(parts).split("\n")).encode() + b"\r\n\r\n"))


def words(found: Reported) -> tuple[str | None, str | None, list[str], str | None]:
    spf, dmarc = found.spf, found.dmarc
    return (
        found.server,
        spf.result if spf else None,
        [result.result for result in found.dkim],
        dmarc.result if dmarc else None,
    )


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (GOOGLE, ("mx.google.com", "pass", ["pass"], "pass")),
        (MICROSOFT, ("", "pass", ["fail"], "none")),
        (APPLE, ("bimi.icloud.com", "softfail", ["none"], "fail")),
        (FASTMAIL, ("phl-mx-02.messagingengine.com", "pass", ["pass"], "pass")),
    ],
    ids=["google", "microsoft", "apple", "fastmail"],
)
@pytest.mark.parametrize("forger", ["mx.google.com", "mail.protection.outlook.com", "phl-mx-02.messagingengine.com"])
def test_what_large_receivers_say(header: str, said: tuple[str, str, list[str], str], forger: str) -> None:
    assert words(read(header)) == said
    # What comes with the message, whatever it calls itself, changes nothing.
    forged = read(header, FORGED.format(forger), FROM_SENDER, FORGED.format(forger))
    assert words(forged) == said
    assert forged.ignored in {(forger,), ()}


def test_domains_are_read_from_the_properties() -> None:
    found = read(GOOGLE)
    assert found.spf is not None
    assert found.dmarc is not None
    assert (found.spf.domain, found.dkim[0].domain, found.dmarc.domain) == ("acme.test", "acme.test", "acme.test")


def test_a_stranger_next_to_the_border_is_not_believed() -> None:
    found = read("Received: from out.bulkmail.test by mx.acme.test with ESMTP", FORGED.format("mx.evil.test"))
    assert words(found) == (None, None, [], None)
    assert found.ignored == ("mx.evil.test",)


def test_nothing_is_believed_without_any_hop() -> None:
    found = read(FORGED.format("mx.acme.test"))
    assert words(found) == (None, None, [], None)


@pytest.mark.parametrize("name", ["10.1.1.1", "store.internal"])
def test_above_the_first_hop_only_the_receiving_side_writes(name: str) -> None:
    above = "Authentication-Results: atlas.yahoo.com; spf=pass smtp.mailfrom=acme.test"
    hop = f"Received: from 192.0.2.9 (EHLO out.bulkmail.test) by {name} with SMTPs"
    assert words(read(above, hop, FORGED.format("atlas.yahoo.com"))) == ("atlas.yahoo.com", "pass", [], None)
    assert words(read(hop, FORGED.format("atlas.yahoo.com"))) == (None, None, [], None)


@pytest.mark.parametrize("name", ["10.0.0.1", "[10.0.0.1]", "store", "store.internal", "2002:a05::1", "localhost"])
def test_inner_names_are_nobodys(name: str) -> None:
    inner = f"Received: from mx.acme.test by {name} with LMTP"
    border = "Received: from out.bulkmail.test by mx.acme.test with ESMTP"
    genuine = "Authentication-Results: mx.acme.test; spf=fail smtp.mailfrom=acme.test"
    assert words(read(inner, border, genuine, FROM_SENDER)) == ("mx.acme.test", "fail", [], None)
    assert words(read(inner, border, FROM_SENDER, FORGED.format(name))) == (None, None, [], None)


def test_a_server_that_writes_above_its_received_has_written_nothing_below() -> None:
    above = "Authentication-Results: mx.acme.test; spf=none smtp.mailfrom=acme.test"
    border = "Received: from out.bulkmail.test by mx.acme.test with ESMTP"
    found = read(above, border, FORGED.format("mx.acme.test"), FROM_SENDER)
    assert words(found) == ("mx.acme.test", "none", [], None)
    assert found.ignored == ("mx.acme.test",)


def test_of_two_results_of_one_method_the_upper_counts() -> None:
    border = "Received: from out.bulkmail.test by mx.acme.test with ESMTP"
    upper = "Authentication-Results: mx.acme.test; dmarc=fail header.from=acme.test"
    assert words(read(border, upper, FORGED.format("mx.acme.test")))[3] == "fail"
