"""Records as zone files write them, answered without a network or handed to a real server."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any, Self

import dns.rdatatype
import dns.zone

from kmconfig.dns.answer import Answer

if TYPE_CHECKING:
    from kmconfig.dns.answer import Kind, RecordType

#: Instead of records: `; NAME: servfail` and the like, and `; NAME: none` where another zone lies below this one.
_INSTEAD = re.compile(r"^; (?P<name>\S+): (?P<kind>none|servfail|refused|timeout)$", re.MULTILINE)


class Zone:
    """Everything that the DNS holds. Names are written from the root, without a dot at the end."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.asked: list[tuple[str, str]] = []
        self._instead = {found["name"]: found["kind"] for found in _INSTEAD.finditer(text)}
        self._records: dict[str, dict[str, list[str]]] = {}
        parsed = dns.zone.from_text(f"$TTL 60\n{text}", origin=".", relativize=False, check_origin=False)
        for name, _, data in parsed.iterate_rdatas():
            rdata: Any = data
            kind = dns.rdatatype.to_text(rdata.rdtype)
            if rdata.rdtype == dns.rdatatype.TXT:
                shown = b"".join(rdata.strings).decode("utf-8", "backslashreplace")
            elif rdata.rdtype == dns.rdatatype.MX:
                shown = f"{rdata.preference} {rdata.exchange.to_text().removesuffix('.') or '.'}"
            else:
                shown = rdata.to_text().removesuffix(".")
            self._records.setdefault(_text(name), {}).setdefault(kind, []).append(shown)

    def over(self, below: Zone) -> Self:
        """This zone with the records of another where it says nothing of a name and type."""
        for name, kinds in below._records.items():
            if self._instead.get(name) != "none":
                own = self._records.setdefault(name, {})
                for kind, records in kinds.items():
                    own.setdefault(kind, records)
        self._instead = {**below._instead, **self._instead}
        return self

    def __call__(self, name: str, kind: RecordType) -> Answer:
        """Answer as a resolver does."""
        self.asked.append((name, kind))
        aliases: list[str] = []
        current = name.removesuffix(".").lower()
        while True:
            failure = self._failure(current)
            if failure is not None:
                return Answer(failure, detail=f"192.0.2.53:53 answered {failure.upper()} for {current}")
            kinds = self._kinds(current)
            if kinds is None:
                return Answer("nxdomain", aliases=tuple(aliases))
            if kind in kinds:
                return Answer("found", tuple(kinds[kind]), tuple(aliases))
            if "CNAME" not in kinds:
                return Answer("empty", aliases=tuple(aliases))
            current = kinds["CNAME"][0]
            aliases.append(current)

    def _failure(self, name: str) -> Kind | None:
        match self._instead.get(name):
            case "servfail":
                return "servfail"
            case "refused":
                return "refused"
            case "timeout":
                return "timeout"
            case _:
                return None

    def _kinds(self, name: str) -> dict[str, list[str]] | None:
        """The records of a name by type, None where there is no such name."""
        if name in self._records:
            return self._records[name]
        if any(known.endswith(f".{name}") for known in self._records):
            return {}
        labels = name.split(".")
        stars = (f"*.{'.'.join(labels[index:])}" for index in range(1, len(labels)))
        return next((self._records[star] for star in stars if star in self._records), None)


def _text(name: object) -> str:
    return str(name).removesuffix(".").lower()


def rsa_key(bits: int) -> str:
    """A DKIM record with an RSA key of a length. The number is no product of primes, which nobody checks here."""
    modulus = _der(2, b"\0" + (2**bits - 1).to_bytes((bits + 7) // 8, "big"))
    key = _der(0x30, modulus + _der(2, b"\1\0\1"))
    algorithm = bytes.fromhex("300d06092a864886f70d0101010500")
    data = _der(0x30, algorithm + _der(3, b"\0" + key))
    return f"v=DKIM1; k=rsa; p={base64.b64encode(data).decode()}"


def txt(text: str) -> str:
    """A TXT record's data, in strings of at most 255 bytes."""
    escaped = [f'"{_escaped(text[start : start + 200])}"' for start in range(0, len(text), 200)]
    return " ".join(escaped) or '""'


def _escaped(text: str) -> str:
    return "".join(
        chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\{byte:03d}" for byte in text.encode("utf-8")
    )


def _der(tag: int, data: bytes) -> bytes:
    length = len(data)
    if length < 128:
        return bytes((tag, length)) + data
    size = (length.bit_length() + 7) // 8
    return bytes((tag, 0x80 | size)) + length.to_bytes(size, "big") + data


#: What a careful team publishes for a domain from which it sends through SendGrid.
SOUND = f"""\
acme.example A 192.0.2.10
acme.example MX 10 mail.acme.example
acme.example TXT "v=spf1 include:_spf.acme.example -all"
_spf.acme.example TXT "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 ~all"
mail.acme.example A 192.0.2.25
_dmarc.acme.example TXT "v=DMARC1; p=reject; rua=mailto:dmarc-reports@acme.example"
_mta-sts.acme.example TXT "v=STSv1; id=20261101"
_smtp._tls.acme.example TXT "v=TLSRPTv1; rua=mailto:tls-reports@acme.example"
s1._domainkey.acme.example CNAME s1.domainkey.u4242.wl042.sendgrid.net
s2._domainkey.acme.example CNAME s2.domainkey.u4242.wl042.sendgrid.net
s1.domainkey.u4242.wl042.sendgrid.net TXT {txt(rsa_key(2048))}
s2.domainkey.u4242.wl042.sendgrid.net TXT {txt(rsa_key(2048))}
"""


def zone(text: str = "", *, below: str = SOUND) -> Zone:
    """Records over those of a sound domain."""
    return Zone(text).over(Zone(below))
