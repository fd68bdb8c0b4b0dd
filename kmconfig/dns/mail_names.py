"""What the check of a message that arrived asks: DKIM keys, and whose domains are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kmconfig.dns.answer import Answer
from kmconfig.dns.dmarc_policy import walk_up
from kmconfig.dns.resolver import Resolver
from kmconfig.dns.servers import name_servers
from kmconfig.errors import CouldNotCheck
from kmconfig.mail.confirm.names import NotAnswered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmconfig.dns.answer import Ask, RecordType

SECONDS: Final = 8.0
"""For all questions about one message."""


class MailNames:
    """Answers through ``ask``."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def text(self, name: str) -> str | None:
        """Return the text of a name's TXT record, None where there is none. Raises NotAnswered."""
        answer = self._ask(name, "TXT")
        if not answer.known:
            raise NotAnswered(answer.detail)
        return answer.records[0] if answer.records else None

    def organisation(self, domain: str) -> str | None:
        """Return the domain of the organisation that a domain belongs to, by the tree walk (RFC 9989, section 4.10).

        None where nobody publishes a DMARC record from the domain upwards, or the walk was not answered.
        """
        walk = walk_up(domain, self._ask)
        published = any(step.record is not None for step in walk.seen)
        return walk.organisation if published and not walk.unknown else None


def mail_names(environ: Mapping[str, str]) -> MailNames:
    """Return what asks the machine's resolver, or the one that ``KMCONFIG_RESOLVER`` names.

    Raises UsageError where that is none. Where the machine has no resolver, nothing is known.
    """
    try:
        return MailNames(Resolver(name_servers(None, environ), limit=SECONDS))
    except CouldNotCheck as error:
        nothing = Answer("error", detail=error.message)

    def silent(_name: str, _kind: RecordType) -> Answer:
        return nothing

    return MailNames(silent)
