"""The driver that is recommended, and why."""

from __future__ import annotations

import pytest

from kmconfig.scaffold.advice import HOSTINGS, SENDS, advise, runtime_of
from kmconfig.scaffold.answers import DRIVERS, RUNTIMES


@pytest.mark.parametrize(
    ("sends", "monthly", "hosting", "driver"),
    [
        ("customers", 500, "host", "smtp"),
        ("customers", 10_000, "container", "smtp"),
        ("customers", 10_001, "container", "mailgun"),
        ("customers", 1_000_000, "cloud", "mailgun"),
        ("customers", 500, "aws", "ses"),
        ("internal", 1_000_000, "aws", "ses"),
        ("internal", 500, "host", "sendmail"),
        ("internal", 500, "container", "smtp"),
        ("internal", 500, "cloud", "smtp"),
    ],
)
def test_advice(sends: str, monthly: int, hosting: str, driver: str) -> None:
    advice = advise(
        next(word for word in SENDS if word == sends), monthly, next(word for word in HOSTINGS if word == hosting)
    )
    assert advice.driver == driver
    assert len(advice.reasons) == 2


def test_sendmail_is_never_recommended_where_it_has_no_place() -> None:
    for sends in SENDS:
        for hosting in HOSTINGS:
            advice = advise(sends, 1, hosting)
            assert advice.driver in DRIVERS
            assert runtime_of(hosting) in RUNTIMES
            assert advice.driver != "sendmail" or hosting == "host"
