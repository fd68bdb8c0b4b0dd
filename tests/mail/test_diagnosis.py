"""The diagnosis table: each row is met by words that servers really say, and none is left without remedies."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from kmconfig.mail.diagnosis import Failure, diagnose, find_row
from kmconfig.mail.diagnosis_table import ROWS
from kmconfig.mail.stages import STAGES
from tests.mail.symptoms import SYMPTOMS, seen

if TYPE_CHECKING:
    from kmconfig.mail.diagnosis_row import Row
    from kmconfig.mail.server import Encryption

EVERY = [pytest.param(key, failure, id=f"{key}-{failure.text[:40]}") for key, failure in SYMPTOMS]


@pytest.mark.parametrize(("key", "failure"), EVERY)
def test_symptom_leads_to_its_row(key: str, failure: Failure) -> None:
    assert find_row(failure).key == key


def test_every_row_has_a_symptom() -> None:
    assert {row.key for row in ROWS} == {key for key, _ in SYMPTOMS}


def test_keys_are_unique() -> None:
    assert [key for key, count in Counter(row.key for row in ROWS).items() if count > 1] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)
def test_rows_are_complete(row: Row) -> None:
    assert row.cause
    assert row.remedies
    assert all(remedy.strip() == remedy and remedy for remedy in row.remedies)
    assert not any(text.endswith(".") for text in (row.cause, *row.remedies))
    assert set(row.stages) <= set(STAGES)
    assert set(re.findall(r"\{(\w+)\}", " ".join((row.cause, *row.remedies)))) <= {"host", "port", "openssl"}
    assert row.pattern is None or re.compile(row.pattern)
    assert all(re.fullmatch(r"[245]\.\d{1,3}\.\d{1,3}", code) for code in row.enhanced)


@pytest.mark.parametrize(("key", "failure"), EVERY)
def test_diagnosis_quotes_stage_and_words(key: str, failure: Failure) -> None:
    diagnosis = diagnose(failure)

    assert diagnosis.stage == failure.stage
    assert diagnosis.symptom == f"{failure.stage}: {failure.text}"
    assert "{" not in diagnosis.cause + "".join(diagnosis.remedies).replace("smtp.zoho.{", "")


@pytest.mark.parametrize(
    ("words", "temporary"),
    [
        ("451 4.3.0 later", True),
        ("550 5.0.0 never", False),
        ("550 5.4.5 Daily user sending limit exceeded", True),
        ("554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException", True),
        ("454 Throttling failure: Daily message quota exceeded.", True),
        ("454 Temporary authentication failure", True),
        ("554 Message rejected: Email address is not verified.", False),
    ],
)
def test_what_may_work_later(words: str, temporary: bool) -> None:
    assert diagnose(Failure.quoted("data", words)).temporary is temporary


def test_words_beat_codes_and_codes_beat_stages() -> None:
    assert (
        find_row(Failure.quoted("recipient", "550 5.1.1 Daily user sending limit exceeded")).key == "gmail-daily-limit"
    )
    assert find_row(Failure.quoted("recipient", "550 5.1.1 nobody here")).key == "recipient-unknown"
    assert find_row(Failure.quoted("recipient", "550 nobody here")).key == "recipient-refused"


def test_words_of_laravel_are_unwrapped() -> None:
    failure = Failure.quoted(
        "sender",
        'Expected response code "250" but got code "553", '
        'with message "553 5.7.1 Relaying disallowed as a@acme.example".',
    )

    assert (failure.code, failure.enhanced) == (553, "5.7.1")
    assert failure.text == "553 5.7.1 Relaying disallowed as a@acme.example"
    assert find_row(failure).key == "zoho-relay"


@pytest.mark.parametrize(
    ("first", "words"),
    [
        ("provider text", "550 5.1.1 Daily user sending limit exceeded"),
        ("enhanced code", "550 5.1.1 nobody here"),
        ("code", "550 nobody here"),
        ("exception", "571 nobody here"),
    ],
)
def test_the_order_of_matching(first: str, words: str) -> None:
    row = find_row(Failure.quoted("recipient", words))

    met = {"provider text": row.pattern, "enhanced code": row.enhanced, "code": row.codes, "exception": row.kinds}
    assert next(name for name, condition in met.items() if condition) == first


def test_a_general_row_names_the_provider_and_what_it_wants() -> None:
    diagnosis = diagnose(Failure.quoted("auth", "535 no", host="smtp.sendgrid.net", port=587))

    assert diagnosis.cause.startswith("SendGrid: ")
    assert diagnosis.symptom == "auth: 535 no"
    assert any("the word `apikey`" in remedy for remedy in diagnosis.remedies)
    assert diagnosis.remedies[-1].startswith("see https://www.twilio.com/")


def test_a_row_of_a_provider_says_its_name_once() -> None:
    words = "535 Authentication failed: The provided authorization grant is invalid, expired, or revoked"
    diagnosis = diagnose(Failure.quoted("auth", words, host="smtp.sendgrid.net"))

    assert diagnosis.cause.count("SendGrid") == 1
    gmail = diagnose(Failure.quoted("auth", "535 5.7.8 Username and Password not accepted.", host="smtp.gmail.com"))
    assert gmail.cause.startswith("Google")


@pytest.mark.parametrize("kind", ["refused", "connect-timeout"])
def test_a_port_that_cannot_be_reached_leads_to_a_probe_and_to_the_ports_of_the_provider(kind: str) -> None:
    diagnosis = diagnose(seen("connect", kind, "192.0.2.7 port 587: no", host="smtp.postmarkapp.com"))

    assert "`kmconfig test ENV --probe`" in diagnosis.remedies[0]
    assert (
        "Postmark takes mail on 587 with `tls`" in diagnosis.remedies[-1] or "2525 with `tls`" in diagnosis.remedies[-1]
    )


def test_host_and_port_are_filled_in() -> None:
    diagnosis = diagnose(seen("connect", "refused", "Connection refused", host="smtp.acme.example", port=2526))

    assert "port 2526 of `smtp.acme.example`" in diagnosis.cause


@pytest.mark.parametrize(
    ("encryption", "port", "command"),
    [
        ("tls", 2465, "openssl s_client -starttls smtp -connect smtp.acme.example:2465"),
        ("ssl", 587, "openssl s_client -connect smtp.acme.example:587"),
        (None, 587, "openssl s_client -starttls smtp -connect smtp.acme.example:587"),
        (None, 465, "openssl s_client -connect smtp.acme.example:465"),
    ],
)
def test_the_command_to_look_at_tls_fits_the_encryption(encryption: Encryption | None, port: int, command: str) -> None:
    closed = diagnose(seen("tls", "closed", "the server closed the connection", port=port, encryption=encryption))
    expired = diagnose(seen("tls", "certificate-expired", "expired", port=port, encryption=encryption))

    assert f"see it by hand: `{command}`" in closed.remedies
    assert f"show the certificate: `{command} -showcerts`" in expired.remedies


def test_hostile_words_are_bounded_and_printable() -> None:
    diagnosis = diagnose(Failure.quoted("auth", "535 \x1b]0;title\x07\u202e" + "x" * 5000, host="h\x1b[2J.example"))

    assert len(diagnosis.symptom) < 550
    for text in (diagnosis.symptom, diagnosis.cause, *diagnosis.remedies):
        assert text.isprintable()


def test_anything_gets_a_diagnosis() -> None:
    assert diagnose(seen("delivered", "nonsense", "")).remedies
