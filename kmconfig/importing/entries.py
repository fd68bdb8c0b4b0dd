"""The keys of a `.env` as the application reads them, each with the line that counts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kmconfig.secrets.patterns import maskable
from kmconfig.secrets.secret import Secret
from kmconfig.targets.dotenv import laravel_env

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.targets.dotenv import DotenvFile, Entry

_FAMILIES: Final = re.compile(
    r"(?:MAIL|MAILGUN|AWS|SES|SMTP|POSTMARK|SPARKPOST|RESEND|SENDGRID|MANDRILL|MAILJET|BREVO|SENDINBLUE|MAILERSEND"
    r"|MAILTRAP)_[A-Z0-9_.]+",
    re.IGNORECASE,
)
_SENSITIVE: Final = re.compile(
    r"(?:KEY|KEY_ID|SECRET|PASSWORD|PASSWD|TOKEN|DSN|(?:DATABASE|MAIL|REDIS)_URL)$", re.IGNORECASE
)
_REFERENCE: Final = re.compile(r"\$\{([a-zA-Z0-9_.]+)\}")


def is_mail_key(key: str) -> bool:
    """Whether a key belongs to a family that mail may be configured by."""
    return _FAMILIES.fullmatch(key) is not None


class Entries:
    """A parsed `.env`."""

    def __init__(self, file: DotenvFile) -> None:
        self.file = file
        self.counting: dict[str, Entry] = {entry.key: entry for entry in file.entries}
        """The last entry of each key, which is the one that counts."""

    def __contains__(self, key: str) -> bool:
        return key in self.counting

    def line(self, key: str) -> int | None:
        """The line of the entry that counts, None where there is none."""
        entry = self.counting.get(key)
        return None if entry is None else entry.line

    def text(self, key: str) -> str | None:
        """What the application gets, None where that is null, false, empty or nothing at all."""
        value = self.file.laravel(key)
        if isinstance(value, bool):
            return "true" if value else None
        return value or None

    def unresolved(self, key: str) -> tuple[str, ...]:
        """Names of `${NAME}` that the file does not define, so that only the application's process may."""
        entry = self.counting.get(key)
        if entry is None or not entry.has_references:
            return ()
        return tuple(dict.fromkeys(_REFERENCE.findall(entry.value or "")))

    def mail_entries(self) -> tuple[Entry, ...]:
        """Every entry of a mail key, in the order of the file."""
        return tuple(entry for entry in self.file.entries if is_mail_key(entry.key))

    def sensitive(self) -> tuple[Secret, ...]:
        """What stands under names of secrets, whether it concerns mail or not."""
        return tuple(Secret(value, reference=f"live {key}") for key, value in self._sensitive())

    def gives_away(self, text: str) -> bool:
        """Whether a text holds one of those, unless it is short or a usual word."""
        return any(value in text and maskable(value) for _, value in self._sensitive())

    def _sensitive(self) -> Iterator[tuple[str, str]]:
        """Keys and texts; words such as `null`, which Laravel takes for no text at all, are none of them."""
        for entry in self.file.entries:
            if entry.value and _SENSITIVE.search(entry.key) and laravel_env(entry.value) not in (None, True, False, ""):
                yield entry.key, entry.value
