"""`kmconfig dns` against a real name server."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.cli.project import lay_out
from tests.cli.running import caller, write
from tests.cli.validity import assert_valid
from tests.dns.zone import txt
from tests.servers.dns import run_dns

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.running import Call, Ran


def _rsa(bits: int) -> str:
    public = rsa.generate_private_key(65537, bits).public_key()
    data = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return txt(f"v=DKIM1; k=rsa; p={base64.b64encode(data).decode()}")


def _ed25519() -> str:
    public = ed25519.Ed25519PrivateKey.generate().public_key()
    data = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return txt(f"v=DKIM1; k=ed25519; p={base64.b64encode(data).decode()}")


def _long(domain: str) -> str:
    """Records that make an answer too long for UDP."""
    return "\n".join(f'{domain} TXT "verification-{number:03d}={"x" * 180}"' for number in range(40))


def records() -> str:
    """A sound domain below `good.test`, and others that each have a fault."""
    return f"""\
good.test A 192.0.2.1
good.test MX 10 mail.good.test
good.test TXT "v=spf1 include:_spf.good.test a:mail.good.test -all"
{_long("good.test")}
_spf.good.test CNAME records.elsewhere.example
records.elsewhere.example TXT "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all"
mail.good.test A 192.0.2.25
_dmarc.good.test TXT "v=DMARC1; p=reject; rua=mailto:reports@good.test"
s1._domainkey.good.test CNAME s1.domainkey.u1.wl1.sendgrid.net
s2._domainkey.good.test CNAME s2.domainkey.u1.wl1.sendgrid.net
s1.domainkey.u1.wl1.sendgrid.net TXT {_rsa(2048)}
s2.domainkey.u1.wl1.sendgrid.net TXT {_ed25519()}
_mta-sts.good.test TXT "v=STSv1; id=1"
_smtp._tls.good.test TXT "v=TLSRPTv1; rua=mailto:reports@good.test"
bare.test A 192.0.2.2
broken.test TXT "v=spf1 include:loop.broken.test include:gone.test +all"
loop.broken.test TXT "v=spf1 include:broken.test -all"
broken.test MX 0 .
_dmarc.broken.test TXT "v=DMARC1; p=none"
_dmarc.broken.test TXT "v=DMARC1; p=reject"
s1._domainkey.broken.test TXT {_rsa(1024)}
s2._domainkey.broken.test CNAME gone.sendgrid.net
"""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with run_dns(records()) as address:
        yield address


@pytest.fixture
def dns(tmp_path: Path, capsys: pytest.CaptureFixture[str], server: str) -> Call:
    """Runs `kmconfig dns` for an environment that sends from a domain."""
    root = lay_out(tmp_path / "repository")
    base = (root / "environments/base.yaml").read_text(encoding="utf-8")
    call = caller(capsys)

    def run(*arguments: object) -> Ran:
        domain, *options = arguments
        write(root, {"environments/base.yaml": base.replace("licensing@acme.example", f"licensing@{domain}")})
        return call("dns", "production", "-C", root, "--resolver", server, *options)

    return run


def results(ran: Ran) -> dict[str, str]:
    assert_valid(ran.document, "dns")
    return {check["code"]: check["result"] for check in ran.result["checks"] if check["result"] != "pass"}


def test_a_sound_domain(dns: Call) -> None:
    ran = dns("good.test", "--format", "json")
    assert (ran.code, results(ran)) == (0, {})
    assert ran.result["spf"]["lookups"] == 2
    strength = next(check for check in ran.result["checks"] if check["code"] == "KM707")
    assert strength["detail"] == "RSA, 2048 bits, Ed25519"


def test_a_domain_with_an_address_only(dns: Call) -> None:
    ran = dns("bare.test", "--format", "json")
    assert ran.code == 1
    assert results(ran) == {
        "KM701": "fail",
        "KM706": "fail",
        "KM708": "fail",
        "KM710": "note",
        "KM717": "note",
        "KM718": "note",
    }


def test_a_broken_domain(dns: Call) -> None:
    ran = dns("broken.test", "--format", "json")
    assert ran.code == 1
    assert results(ran) == {
        "KM705": "fail",
        "KM707": "warn",
        "KM710": "warn",
        "KM712": "fail",
        "KM714": "fail",
        "KM717": "note",
        "KM718": "note",
    }
    shown = dns("broken.test").out
    assert "leads back to itself" in shown
    assert "`s2._domainkey.broken.test` leads to `gone.sendgrid.net`, where there is no key" in shown


def test_a_domain_that_does_not_exist(dns: Call) -> None:
    ran = dns("nowhere.test", "--format", "json")
    assert (ran.code, results(ran)) == (1, {"KM711": "fail"})


def test_a_name_is_no_other_name_s_twin(dns: Call) -> None:
    """What lies between existing names exists, and is empty."""
    ran = dns("elsewhere.example", "--format", "json")
    assert ran.code == 1
    assert "KM711" not in results(ran)
