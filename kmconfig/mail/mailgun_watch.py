"""Looking for the word on one message in Mailgun's events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kmconfig.mail.failure import StageFailed
from kmconfig.mail.mailgun_api import Answer, Request
from kmconfig.mail.mailgun_events import read_events, settled

if TYPE_CHECKING:
    from collections.abc import Callable

    from kmconfig.mail.mailgun_events import Event

FORBIDDEN: Final = frozenset({401, 403})
"""What a key that may only send is answered with where it asks for anything else."""

_UNTOLD: Final = FORBIDDEN | {404}
_TOO_MANY: Final = 429


class EventWatch:
    """Asks for the events of one message. ``trouble`` says why the last question got no answer that can be used."""

    def __init__(
        self,
        ask: Callable[[Request, float], Answer],
        path: str,
        message_id: str,
        recipients: tuple[str, ...],
        *,
        clean: Callable[[object], str],
    ) -> None:
        self._ask = ask
        self._request = Request("GET", path, {"message-id": message_id, "limit": "300"})
        self._message_id = message_id
        self._recipients = recipients
        self._clean = clean
        self.trouble = ""

    def look(self, ends: float) -> dict[str, Event] | None:
        """What is known by recipient now; None where it is of no use to ask again before ``ends``."""
        try:
            answer = self._ask(self._request, ends)
        except StageFailed as failed:
            # The message is accepted; that nobody tells what became of it does not change that.
            self.trouble = f"the events could not be read: {failed.words}"
            return {}
        if answer.status in _UNTOLD:
            self.trouble = "this key may not read events"
            return None
        self.trouble = "" if answer.ok and answer.body is not None else f"the events could not be read: {answer.words}"
        if answer.status == _TOO_MANY:  # it wants more time than is left
            return None
        return settled(read_events(answer.body or {}, self._message_id, clean=self._clean), self._recipients)
