"""From what went wrong to why, and what to do about it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kmconfig.mail.diagnosis_table import ROWS
from kmconfig.mail.failure import bounded
from kmconfig.providers.registry import provider_of_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.mail.diagnosis_row import Row
    from kmconfig.mail.failure import StageFailed
    from kmconfig.mail.server import Encryption
    from kmconfig.providers.record import Provider

_LARAVEL_WRAPPING: Final = re.compile(
    r'Expected response code "?[\d/, or]+"? but got (?:code|an empty response)[^,]*, '
    r'with message "(?P<reply>.*?)"?\.?$',
    re.DOTALL,
)
_LATER: Final = range(400, 500)
_IMPLICIT_TLS: Final = frozenset({465, 2465})
_REPLY: Final = re.compile(r"^(?P<code>[2-5]\d\d)[ -](?:(?P<enhanced>[245]\.\d{1,3}\.\d{1,3})[ -])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What was seen when a stage failed.

    ``kind`` is ``reply`` where the server refused, otherwise what happened in place of an answer;
    ``text`` holds the exact words, of the server or the system; ``encryption`` is as configured, where that is known.
    """

    stage: str
    kind: str
    text: str
    code: int | None = None
    enhanced: str | None = None
    host: str = ""
    port: int | None = None
    encryption: Encryption | None = None

    @classmethod
    def of(cls, failed: StageFailed, *, host: str, port: int | None, encryption: Encryption | None = None) -> Failure:
        """Return the failure of a conversation with ``host``."""
        reply = failed.reply
        return cls(
            stage=failed.stage or "connect",
            kind=failed.kind,
            text=failed.words,
            code=reply.code if reply else None,
            enhanced=reply.enhanced if reply else None,
            host=host,
            port=port,
            encryption=encryption,
        )

    @classmethod
    def quoted(cls, stage: str, text: str, *, host: str = "", port: int | None = None) -> Failure:
        """Return the failure behind words of another program, such as a Laravel log line."""
        wrapped = _LARAVEL_WRAPPING.search(text)
        words = wrapped.group("reply") if wrapped else text
        found = _REPLY.match(words)
        return cls(
            stage=stage,
            kind="reply" if found else "words",
            text=words,
            code=int(found.group("code")) if found else None,
            enhanced=found.group("enhanced") if found else None,
            host=host,
            port=port,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """Stage, exact words, likely cause, remedies in the order to try.

    ``temporary``: the same may work later. ``uncertain``: the message may have been taken all the same.
    """

    stage: str
    symptom: str
    cause: str
    remedies: tuple[str, ...]
    temporary: bool
    uncertain: bool = False


def diagnose(failure: Failure) -> Diagnosis:
    """Return the diagnosis of ``failure``; there always is one."""
    row = find_row(failure)
    provider = provider_of_host(failure.host) if failure.host else None
    cause, remedies = row.cause, row.remedies
    if provider is not None:
        if not any(name in cause for name in (provider.title, *provider.companies)):
            cause = f"{provider.title}: {cause}"
        if row.general:
            remedies = (*remedies, *_known(provider, failure))
    return Diagnosis(
        stage=failure.stage,
        symptom=f"{failure.stage}: {bounded(failure.text)}",
        cause=_filled(cause, failure),
        remedies=tuple(_filled(remedy, failure) for remedy in remedies),
        temporary=_temporary(row, failure),
        uncertain=row.uncertain,
    )


def _known(provider: Provider, failure: Failure) -> Iterator[str]:
    """What the provider's record adds to a row that holds for every server."""
    if failure.stage == "auth" and failure.kind == "reply" and failure.code not in _LATER:
        username, password = provider.username.expected, provider.credential.expected
        yield f"{provider.title} expects as username {username}, and as password {password}"
    elif failure.stage in {"connect", "tls"}:
        ports = ", ".join(f"{port} with `{encryption}`" for port, encryption in provider.ports.items())
        yield f"{provider.title} takes mail on {ports}"
    if failure.kind == "reply":
        yield f"see {provider.documentation}"


def find_row(failure: Failure) -> Row:
    """Return the row that fits best: provider text, enhanced code, plain code, kind, in that order."""
    fitting = [row for row in ROWS if row.fits(failure)]
    return min(fitting, key=lambda row: row.rank)


def _temporary(row: Row, failure: Failure) -> bool:
    if row.temporary is not None:
        return row.temporary
    return failure.code is not None and 400 <= failure.code < 500


def _filled(text: str, failure: Failure) -> str:
    host = bounded(failure.host, 255) or "the server"
    filled = text.replace("{openssl}", _by_hand(failure))
    return filled.replace("{host}", host).replace("{port}", str(failure.port or "the port"))


def _by_hand(failure: Failure) -> str:
    at_once = failure.encryption == "ssl" or (failure.encryption is None and failure.port in _IMPLICIT_TLS)
    return f"openssl s_client{'' if at_once else ' -starttls smtp'} -connect {{host}}:{{port}}"
