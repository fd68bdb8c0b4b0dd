"""What the settings interface says of the live settings."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from kmconfig.targets.interface import MailFacts
from kmconfig.targets.settings_api.fields import ALWAYS_TOLD, SECRET_FIELDS, SETTING_OF_FIELD, VISIBLE_FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_LONGEST = 2000
_STRONG = re.compile(r'"[!#-~]*"')
_STRETCHING = 50_000
_DIGEST_BYTES = 16
_SALT = b"kmconfig settings_api"


class Mark(NamedTuple):
    """Who wrote last, and by which change; a server that keeps marks empties it when anybody else writes."""

    by: str | None = None
    change: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The settings at one moment.

    ``values`` are the fields that can be read and are not empty, as text. ``held`` are the secret fields that are
    set, ``versions`` what the server calls their values, where it does. ``mark`` is None where it keeps none.
    ``lacking`` are the fields of which the answer said nothing; a snapshot does not keep them.
    """

    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    held: frozenset[str] = frozenset()
    versions: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    mark: Mark | None = None
    etag: str | None = None
    lacking: frozenset[str] = frozenset()

    @classmethod
    def of(cls, settings: Mapping[str, Any], *, etag: str | None) -> Self:
        """From the ``settings`` of an answer. Raises ValueError, with the field's name, for what is none."""
        reading = cls(
            values=_texts(settings, VISIBLE_FIELDS),
            held=frozenset(name for name in SECRET_FIELDS if _flag(settings, f"{name}_set")),
            versions={name: text for name in SECRET_FIELDS if (text := _text(settings, f"{name}_version")) is not None},
            mark=_mark(settings),
            etag=etag if etag is not None and 2 < len(etag) <= _LONGEST else None,
            lacking=frozenset(name for name in SETTING_OF_FIELD if _told_as(name) not in settings),
        )
        require_told(ALWAYS_TOLD, reading.lacking)
        return reading

    @property
    def strong_etag(self) -> str | None:
        """The token that a write can be bound to; a weak one never matches (RFC 9110, section 13.1.1)."""
        return self.etag if self.etag is not None and _STRONG.fullmatch(self.etag) else None

    @property
    def base(self) -> str:
        """Identifies this state, by the server's token where it has one, else by all that can be read."""
        import hashlib  # noqa: PLC0415 - brings OpenSSL, which most commands never need

        if self.etag is not None:
            return f"etag:{hashlib.sha256(self.etag.encode('utf-8', 'replace')).hexdigest()}"
        digests = {field: digest(field, text, salt=_SALT) for field, text in sorted(self.values.items())}
        rest = replace(self, values=digests).document()
        return f"settings:{hashlib.sha256(rest).hexdigest()}"

    @property
    def facts(self) -> MailFacts:
        """By which way mail leaves."""
        driver = self.values.get("driver")
        smtp = driver == "smtp"
        return MailFacts(
            driver=driver,
            host=self.values.get("smtp_host") if smtp else None,
            encryption=self.values.get("encryption") if smtp else None,
            sender=self.values.get("sender_email"),
        )

    def document(self) -> bytes:
        """The same as bytes, for a snapshot; no secret is in it but a user name that is one."""
        content = {
            "values": dict(self.values),
            "held": sorted(self.held),
            "versions": dict(self.versions),
            "mark": None if self.mark is None else list(self.mark),
            "etag": self.etag,
        }
        return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def from_document(cls, document: bytes | None) -> Self:
        """From a snapshot; of a target that did not exist, empty settings."""
        if document is None:
            return cls()
        content = json.loads(document)
        return cls(
            values=content["values"],
            held=frozenset(content["held"]),
            versions=content["versions"],
            mark=None if content["mark"] is None else Mark(*content["mark"]),
            etag=content["etag"],
        )


def digest(field: str, text: str | None, *, salt: bytes) -> str:
    """Tells one value of a field from another. A user name may be a secret, so trying out values of it takes long."""
    import hashlib  # noqa: PLC0415 - brings OpenSSL, which most commands never need

    content = f"{field}={'' if text is None else text}".encode("utf-8", "surrogatepass")
    rounds = _STRETCHING if field == "smtp_username" and text else 1
    return hashlib.pbkdf2_hmac("sha256", content, salt, rounds, _DIGEST_BYTES).hex()


def require_told(fields: Iterable[str], lacking: frozenset[str]) -> None:
    """Raise ValueError with the name of the first field that an answer lacks: what it leaves out is not empty."""
    for name in fields:
        if name in lacking:
            raise ValueError(_told_as(name))


def _told_as(field: str) -> str:
    """What an answer calls what it says of a field."""
    return f"{field}_set" if field in SECRET_FIELDS else field


def _texts(settings: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, str]:
    return {name: text for name in names if (text := _text(settings, name)) is not None}


def _text(settings: Mapping[str, Any], name: str) -> str | None:
    """A text or number; empty text is nothing."""
    value = settings.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int) or len(str(value)) > _LONGEST:
        raise ValueError(name)
    text = str(value)
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError(name)
    return text


def _flag(settings: Mapping[str, Any], name: str) -> bool:
    value = settings.get(name, False)
    if not isinstance(value, bool):
        raise ValueError(name)  # noqa: TRY004 - the fault is in the answer's text
    return value


def _mark(settings: Mapping[str, Any]) -> Mark | None:
    if "managed" not in settings:
        return None
    mark = settings["managed"] or {}
    if not isinstance(mark, dict):
        raise ValueError("managed")  # noqa: TRY004 - the fault is in the answer's text
    by, change = _text(mark, "by"), _text(mark, "change")
    if not all(text is None or text.isprintable() for text in (by, change)):
        raise ValueError("managed")
    return Mark(by, change)
