"""What became of a message, by Mailgun's events (https://documentation.mailgun.com/docs/mailgun/user-manual/events)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kmconfig.mail.addresses import wire_address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

_MOST: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event of one recipient. ``kind`` is ``delivered``, ``failed`` or ``rejected``; ``lasting`` of a failure.

    ``code`` is the receiving server's, or Mailgun's own from 600 on.
    """

    kind: str
    recipient: str
    lasting: bool
    reason: str
    code: int
    text: str

    @property
    def words(self) -> str:
        """Reason, code and text."""
        said = " ".join(filter(None, (str(self.code) if self.code else "", self.text)))
        return f"{self.kind}{f' ({self.reason})' if self.reason else ''}{f': {said}' if said else ''}"


def read_events(body: Mapping[str, Any], message_id: str, *, clean: Callable[[object], str]) -> Iterator[Event]:
    """The events of one message that say something of its delivery. ``clean`` makes texts fit to be shown."""
    items = body.get("items")
    for item in items[:_MOST] if isinstance(items, list) else []:
        if isinstance(item, dict) and _message_id(item) == message_id:
            kind = item.get("event")
            if kind in ("delivered", "failed", "rejected"):
                yield _event(str(kind), item, clean)


def settled(events: Iterable[Event], recipients: Iterable[str]) -> dict[str, Event]:
    """By recipient the last word: delivered, or failed for good; a delay where there is no last word."""
    wanted = {wire_address(recipient).lower(): recipient for recipient in recipients}
    found: dict[str, Event] = {}
    for event in events:
        concerned = [wanted[event.recipient]] if event.recipient in wanted else []
        if event.kind == "rejected" and not event.recipient:
            concerned = list(wanted.values())
        for recipient in concerned:
            if recipient not in found or (final(event) and not final(found[recipient])):
                found[recipient] = event
    return found


def final(event: Event) -> bool:
    """Whether nothing more will follow."""
    return event.kind == "delivered" or event.lasting


def _event(kind: str, item: Mapping[str, Any], clean: Callable[[object], str]) -> Event:
    if kind == "rejected":
        reject = _part(item, "reject")
        reason, text = "", " ".join(filter(None, (clean(reject.get("reason")), clean(reject.get("description")))))
        code = 0
    else:
        status = _part(item, "delivery-status")
        reason, text = clean(item.get("reason")), clean(status.get("message")) or clean(status.get("description"))
        code = _code(status.get("code"))
    return Event(
        kind=kind,
        recipient=clean(item.get("recipient")).lower(),
        lasting=kind == "rejected" or item.get("severity") != "temporary",
        reason=reason if kind == "failed" else "",
        code=code,
        text=text,
    )


def _message_id(item: Mapping[str, Any]) -> str | None:
    found = _part(_part(item, "message"), "headers").get("message-id")
    return found.strip("<>") if isinstance(found, str) else None


def _part(item: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = item.get(name)
    return part if isinstance(part, dict) else {}


def _code(value: object) -> int:
    """The code where it is one; delivered messages of long ago have 0."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1000 else 0
