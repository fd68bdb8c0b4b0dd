"""`kmconfig explain`: a rule, or a provider, and never both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.test_errors import assert_said

if TYPE_CHECKING:
    from tests.cli.running import Call


def test_a_provider(kmconfig: Call) -> None:
    ran = kmconfig("explain", "--provider", "SendGrid")
    assert (ran.code, ran.err) == (0, "")
    assert "smtp.sendgrid.net" in ran.out
    assert kmconfig("explain", "--provider", "sendgrid", "--format", "json").document["provider"] == "sendgrid"


@pytest.mark.parametrize(("word", "guess"), [("sendgird", "sendgrid"), ("postmarc", "postmark"), ("amazon ses", "ses")])
def test_a_provider_that_was_meant(kmconfig: Call, word: str, guess: str) -> None:
    assert_said(kmconfig("explain", "--provider", word), 64, f"`{word}`", f"did you mean `{guess}`?")


def test_a_provider_that_nobody_knows(kmconfig: Call) -> None:
    assert_said(kmconfig("explain", "--provider", "xyzzy"), 64, "there are: sendgrid, ses, ")


@pytest.mark.parametrize("arguments", [(), ("KM201", "--provider", "sendgrid")])
def test_one_of_both(kmconfig: Call, arguments: tuple[str, ...]) -> None:
    assert_said(kmconfig("explain", *arguments), 64, "kmconfig explain --provider sendgrid")
