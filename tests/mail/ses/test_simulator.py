"""Words for the simulator's mailboxes."""

from __future__ import annotations

import pytest

from kmconfig.errors import UsageError
from kmconfig.mail.simulator import MAILBOXES, is_simulator, recipients_of_words


@pytest.mark.parametrize(
    ("word", "address"),
    [
        ("simulator:bounce", "bounce@simulator.amazonses.com"),
        ("simulator:success", "success@simulator.amazonses.com"),
        ("Simulator:Complaint", "complaint@simulator.amazonses.com"),
        ("simulator:suppressed", "suppressionlist@simulator.amazonses.com"),
        ("simulator:ooto", "ooto@simulator.amazonses.com"),
        ("a@acme.test", "a@acme.test"),
    ],
)
def test_what_words_mean(word: str, address: str) -> None:
    assert recipients_of_words((word,), driver="ses") == (address,)


@pytest.mark.parametrize("driver", ["smtp", "sendmail", "mailgun"])
def test_other_drivers_have_no_simulator(driver: str) -> None:
    with pytest.raises(UsageError) as raised:
        recipients_of_words(("a@acme.test", "simulator:bounce"), driver=driver)
    assert f"driver `{driver}`" in raised.value.message
    assert recipients_of_words(("a@acme.test",), driver=driver) == ("a@acme.test",)


@pytest.mark.parametrize("word", ["simulator:", "simulator:boune", "simulator:bounce@x"])
def test_a_mailbox_that_does_not_exist(word: str) -> None:
    with pytest.raises(UsageError) as raised:
        recipients_of_words((word,), driver="ses")
    assert all(name in (raised.value.help or "") for name in MAILBOXES)


def test_addresses_of_the_simulator() -> None:
    assert is_simulator("bounce+x@Simulator.AmazonSES.com")
    assert not is_simulator("bounce@amazonses.com")
