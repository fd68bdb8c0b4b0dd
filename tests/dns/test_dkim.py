"""DKIM: keys read, found and judged."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from kmconfig.dns.dkim_key import looks_like_key, parse_key, rsa_bits
from kmconfig.dns.sender import Sender
from tests.dns.senders import DOMAIN, check, results, seen, sender
from tests.dns.zone import rsa_key, txt

POSTMARK = "<timestamp>pm._domainkey.acme.example."
ED25519 = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
GONE = "; s1._domainkey.acme.example: none\n; s2._domainkey.acme.example: none"


def key(text: str) -> str:
    """The only key of the sender."""
    return f"{GONE}\ns1._domainkey.acme.example TXT {txt(text)}"


@pytest.mark.parametrize("bits", [512, 1024, 2048, 4096])
def test_the_length_of_real_keys(bits: int) -> None:
    public = rsa.generate_private_key(65537, max(bits, 1024)).public_key()
    for form, encoding in ((PublicFormat.SubjectPublicKeyInfo, Encoding.DER), (PublicFormat.PKCS1, Encoding.DER)):
        assert rsa_bits(public.public_bytes(encoding, form)) == max(bits, 1024)
    assert parse_key(rsa_key(bits)).bits == bits


def test_another_kind_of_key_is_no_rsa_key() -> None:
    data = ec.generate_private_key(ec.SECP256R1()).public_key()
    der = data.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert rsa_bits(der) is None
    assert parse_key(f"v=DKIM1; p={base64.b64encode(der).decode()}").problem == "`p=` holds no RSA key"


@pytest.mark.parametrize(
    "text",
    [
        rsa_key(2048),
        rsa_key(2048).removeprefix("v=DKIM1; "),
        rsa_key(2048).removeprefix("v=DKIM1; k=rsa; "),
        rsa_key(2048).replace("; ", ";\t ").replace("=", " = ", 2),
        rsa_key(2048).replace("AAAA", "AAAA ") + ";",
        rsa_key(2048) + "; h=sha1:sha256; s=email; n=a note",
        rsa_key(2048) + "; s=*; t=s",
        ED25519,
    ],
)
def test_keys_that_can_be_used(text: str) -> None:
    assert looks_like_key(text)
    assert parse_key(text).usable
    assert check("KM706", key(text)).result == "pass"
    assert check("KM707", key(text)).result == "pass"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("v=DKIM1; k=rsa; p=", "revoked"),
        ("v=DKIM1; p", "`p` is no `name=value`"),
        ("v=DKIM1; k=rsa", "has no `p=`"),
        ("v=DKIM2; p=AAAA", "`v=DKIM1` has to stand first"),
        (f"k=rsa; v=DKIM1; p={rsa_key(2048).partition('p=')[2]}", "has to stand first"),
        (rsa_key(2048)[:-7], "no base64"),
        (rsa_key(2048)[:-40], "no RSA key"),
        ("v=DKIM1; p=AAAA", "no RSA key"),
        ("v=DKIM1; p=!!!!", "no base64"),
        ("v=DKIM1; k=ed25519; p=AAAA", "32 bytes"),
        ("v=DKIM1; k=dsa; p=AAAA", "a kind of key"),
        (rsa_key(2048) + "; h=sha1", "sha256"),
        (rsa_key(2048) + "; s=tlsrpt", "not for mail"),
        (f"{rsa_key(2048)}; {rsa_key(2048).partition('; ')[2]}", "stands twice"),
        ("some text", "holds no DKIM key"),
    ],
)
def test_keys_that_cannot(text: str, words: str) -> None:
    found = check("KM706", key(text))
    assert found.result == "fail"
    assert words in found.detail


@given(st.text() | st.text(alphabet="v=DKIM1;kprsathsedn25\t AQ/+=:"))
def test_no_text_crashes(text: str) -> None:
    for record in (text, f"v=DKIM1; p={text}", f"v=DKIM1; k=ed25519; {text}"):
        parsed = parse_key(record)
        assert parsed.usable == (not parsed.problem and not parsed.revoked)
        looks_like_key(record)


@given(st.binary(), st.sampled_from((b"", b"\x30\x82", b"\x30\x03\x02\x01", b"\x30\x80")))
def test_no_bytes_crash(data: bytes, head: bytes) -> None:
    bits = rsa_bits(head + data)
    assert bits is None or 0 < bits <= 8 * len(head + data)


@pytest.mark.parametrize(
    ("bits", "result"), [(512, "fail"), (1023, "fail"), (1024, "warn"), (2047, "warn"), (2048, "pass")]
)
def test_the_length_of_a_key(bits: int, result: str) -> None:
    found = check("KM707", key(rsa_key(bits)))
    assert found.result == result
    assert f"{bits} bits" in found.detail


def test_a_key_on_trial() -> None:
    found = check("KM707", key(rsa_key(2048) + "; t=s:y"))
    assert found.result == "warn"
    assert "`t=y`" in found.detail


# Where keys lie


def test_one_of_the_provider_s_selectors_is_enough() -> None:
    found = check("KM706", "; s2._domainkey.acme.example: none")
    assert found.result == "pass"
    assert "`s2._domainkey.acme.example` does not exist" in found.detail


def test_every_selector_that_somebody_wrote_counts() -> None:
    who = sender(selectors=("s1", "mine"))
    found = check("KM706", "", who)
    assert (found.result, found.detail) == ("fail", "`mine._domainkey.acme.example` does not exist")
    assert found.suggestion.startswith("mine._domainkey.acme.example. IN CNAME ")


def test_an_alias_that_leads_to_nothing_says_so() -> None:
    text = "; s2._domainkey.acme.example: none\ns1._domainkey.acme.example CNAME s1.domainkey.gone.example"
    text += "\n; s1._domainkey.acme.example: none"
    found = check("KM706", text)
    assert found.result == "fail"
    assert "leads to `s1.domainkey.gone.example`, where there is no key" in found.detail


def test_none_of_them() -> None:
    found = check("KM706", GONE)
    assert found.result == "fail"
    assert "SendGrid" in found.help
    assert results(seen(GONE)) == {"KM706": "fail"}


def test_a_selector_that_gave_no_answer() -> None:
    assert check("KM706", "; s1._domainkey.acme.example: timeout").result == "pass"
    both = "; s1._domainkey.acme.example: timeout\n; s2._domainkey.acme.example: servfail"
    assert results(seen(both)) == {"KM706": "unknown"}
    half = "; s1._domainkey.acme.example: timeout\n; s2._domainkey.acme.example: none"
    assert results(seen(half)) == {"KM706": "unknown"}


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("", "unknown"),
        (GONE, "fail"),
        (f"{GONE}\n_domainkey.acme.example TXT o=-", "unknown"),
        (f"{GONE}\n; _domainkey.acme.example: timeout", "unknown"),
    ],
)
def test_without_a_selector_only_absence_is_known(text: str, result: str) -> None:
    who = sender("postmark")
    found = check("KM706", text, who)
    assert found.result == result
    assert result == "fail" or "selectors" in found.help or "TIMEOUT" in found.detail


def test_a_mailbox_service_signs_by_itself() -> None:
    who = Sender(DOMAIN, sender("gmail").provider, (), False, DOMAIN, free_mail=True)
    assert results(seen("", who)) == {"KM706": "note"}


def test_mailgun_signs_as_its_own_domain() -> None:
    who = sender("mailgun", mail_domain="mg.acme.example")
    at = f'mg.acme.example TXT "v=spf1 include:mailgun.org -all"\nk1._domainkey.%s TXT {txt(rsa_key(2048))}'
    for domain in ("mg.acme.example", "acme.example"):
        assert check("KM706", at % domain, who).result == "pass"
    assert check("KM706", f"{at % 'other.example'}\n{GONE}", who).result == "fail"


@pytest.mark.parametrize("slug", ["mailgun", "brevo", "zoho"])
def test_a_selector_that_is_only_usual_proves_nothing(slug: str) -> None:
    found = check("KM706", "", sender(slug))
    assert found.result == "unknown"
    assert "as is usual" in found.detail
    assert "`email.sender.dkim_selectors`" in found.help
    assert check("KM706", GONE, sender(slug)).result == "fail"
    assert check("KM706", "", sender(slug, selectors=("mine",))).result == "fail"


def test_an_alias_at_a_usual_selector_has_to_lead_somewhere() -> None:
    who = sender("mailgun")
    found = check("KM706", "k1._domainkey.acme.example CNAME gone.mailgun.org", who)
    assert found.result == "fail"
    assert found.suggestion == "k1._domainkey.acme.example. IN CNAME <the name that Mailgun shows>"


@pytest.mark.parametrize(
    ("slug", "record"),
    [
        ("sendgrid", "s1._domainkey.acme.example. IN CNAME s1.domainkey.u<number>.wl<number>.sendgrid.net."),
        ("ses", "<token>._domainkey.acme.example. IN CNAME <token>.dkim.amazonses.com."),
        (
            "postmark",
            f"{POSTMARK} IN CNAME <the name that Postmark shows>, or TXT <the key that it shows>",
        ),
        ("sparkpost", ""),
    ],
)
def test_a_record_is_suggested_as_far_as_it_can_be_known(slug: str, record: str) -> None:
    found = check("KM706", GONE, sender(slug))
    assert (found.result, found.suggestion) == ("fail", record)


def test_a_record_for_a_selector_that_is_known() -> None:
    found = check("KM706", "", sender("ses", selectors=("k3l4",)))
    assert found.suggestion == "k3l4._domainkey.acme.example. IN CNAME k3l4.dkim.amazonses.com."


def test_beside_an_alias_no_record_is_suggested() -> None:
    who = sender(None, selectors=("mine",))
    found = check("KM706", "mine._domainkey.acme.example CNAME mine.keys.example", who)
    assert found.suggestion.startswith("mine.keys.example. IN TXT ")


@pytest.mark.parametrize("more", [rsa_key(1024), "some text"])
def test_several_records_at_one_selector(more: str) -> None:
    found = check("KM706", f"{key(rsa_key(2048))}\ns1._domainkey.acme.example TXT {txt(more)}")
    assert found.result == "fail"
    assert "holds 2 records, and receivers may take any of them" in found.detail
