"""DKIM signatures of a message that arrived, verified here (RFC 6376, RFC 8301, RFC 8463)."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import dkim
from dkim.asn1 import ASN1FormatError
from dkim.crypto import DigestTooLargeError, UnparsableKeyError

from kmconfig.mail.confirm.names import NotAnswered
from kmconfig.mail.failure import bounded

if TYPE_CHECKING:
    from kmconfig.mail.confirm.header import Header
    from kmconfig.mail.confirm.names import Names

MOST_SIGNATURES: Final = 5
LONGEST_SIGNED_HEADER: Final = 64 * 1024

_TAG: Final = re.compile(r"(?:^|;)\s*([a-z]+)\s*=([^;]*)")
_QUIET: Final = logging.getLogger("kmconfig.dkim")
_FAULTS: Final = (
    dkim.DKIMException, ASN1FormatError, UnparsableKeyError, DigestTooLargeError, ValueError, LookupError, TypeError
)  # fmt: skip


_Verdict: TypeAlias = tuple[Literal["pass", "fail", "unverifiable"], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature: who signed, with which key, and whether it holds; ``detail`` says why not."""

    domain: str
    selector: str
    result: Literal["pass", "fail", "unverifiable"]
    detail: str


def signatures(header: Header, message: bytes, *, whole: bool, names: Names) -> tuple[Signature, ...]:
    """Verify up to :data:`MOST_SIGNATURES` signatures, topmost first.

    ``whole`` says that ``message`` is all of it. Where DNS cannot be asked the result is ``unverifiable``.
    """
    written = header.all("dkim-signature")[:MOST_SIGNATURES]
    return tuple(
        _judged(_tags(value), message, position, whole=whole, names=names) for position, value in enumerate(written)
    )


def _judged(tags: dict[str, str], message: bytes, position: int, *, whole: bool, names: Names) -> Signature:
    result, detail = _verified(tags, message, position, whole=whole, names=names)
    return Signature(
        domain=tags.get("d", "").lower().rstrip(".")[:255],
        selector=tags.get("s", "")[:255],
        result=result,
        detail=bounded(detail, 300),
    )


def _verified(tags: dict[str, str], message: bytes, position: int, *, whole: bool, names: Names) -> _Verdict:
    if not whole or len(re.split(rb"\r?\n\r?\n", message, maxsplit=1)[0]) > LONGEST_SIGNED_HEADER:
        return "unverifiable", "the message is too large to be verified here"
    if tags.get("a", "").lower() == "rsa-sha1":
        return "fail", "signed with rsa-sha1, which receivers no longer accept (RFC 8301)"
    name = f"{tags.get('s', '')}._domainkey.{tags.get('d', '')}"
    try:
        key = names.text(name) if tags.get("s") and tags.get("d") else None
    except NotAnswered as error:
        return "unverifiable", str(error)
    return ("fail", f"there is no key in DNS at {name}") if key is None else _fits(message, position, key, name)


def _fits(message: bytes, position: int, key: str, name: str) -> _Verdict:
    try:
        verifier = dkim.DKIM(message, logger=_QUIET, minkey=1024)
        good = verifier.verify(position, dnsfunc=lambda _name, timeout=0: key)  # noqa: ARG005 - dkimpy's signature
    except _FAULTS as error:
        return "fail", _reason(error)
    return ("pass", f"the key at {name}") if good else ("fail", _why_not(key, name))


def _reason(error: Exception) -> str:
    text = str(error)
    if text.startswith("body hash mismatch"):
        return "the text was changed after it was signed (body hash mismatch)"
    return text or type(error).__name__


def _why_not(key: str, name: str) -> str:
    tags = _tags(key)
    if tags.get("p") == "":
        return f"the key at {name} is revoked"
    try:
        dkim.evaluate_pk(name, key)
    except _FAULTS as error:
        return f"the key at {name} cannot be read: {error}"
    return f"the signature does not fit the key at {name}: another key, or the header was changed"


def _tags(value: str) -> dict[str, str]:
    return {name: re.sub(r"\s+", "", text) for name, text in _TAG.findall(value[:8192])}
