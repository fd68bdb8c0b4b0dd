"""Amazon SES's mailbox simulator as a recipient: `simulator:bounce` and the like.

https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html#send-email-simulator
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kmconfig.errors import UsageError
from kmconfig.mail.addresses import wire_address
from kmconfig.mail.failure import StageFailed

if TYPE_CHECKING:
    from collections.abc import Sequence

PREFIX: Final = "simulator:"
DOMAIN: Final = "simulator.amazonses.com"
MAILBOXES: Final = {
    "success": "success",
    "bounce": "bounce",
    "complaint": "complaint",
    "suppressed": "suppressionlist",
    "ooto": "ooto",
}
"""What people write after the prefix, and the simulator's mailbox."""


def recipients_of_words(words: Sequence[str], *, driver: str) -> tuple[str, ...]:
    """The addresses that ``--to`` means: an address is itself, `simulator:bounce` a mailbox of SES's simulator.

    Raises UsageError for what is no address, for a mailbox that the simulator does not have, and for one of its
    mailboxes with another driver than ses.
    """
    return tuple(_mailbox(word, driver) if word.lower().startswith(PREFIX) else _address(word) for word in words)


def is_simulator(address: str) -> bool:
    """Whether mail for ``address`` ends in the simulator, which the sandbox allows too and no quota counts."""
    return address.rpartition("@")[2].lower() == DOMAIN


def _address(word: str) -> str:
    try:
        wire_address(word)
    except StageFailed:
        fits = False
    else:
        fits = True
    if not fits:
        raise UsageError(f"`--to {word}` is no mail address", help="give one `@`, no blanks and no display name")
    return word


def _mailbox(word: str, driver: str) -> str:
    if driver != "ses":
        raise UsageError(
            f"`{word}` is a mailbox of Amazon SES's simulator, and this environment sends with the driver `{driver}`",
            help="give --to an address, or test an environment with `driver: ses`",
        )
    name = MAILBOXES.get(word[len(PREFIX) :].lower())
    if name is None:
        raise UsageError(
            f"`{word}` is no mailbox of Amazon SES's simulator",
            help=f"it has {', '.join(PREFIX + known for known in MAILBOXES)}",
        )
    return f"{name}@{DOMAIN}"
