"""The options behind `?` in `MAIL_URL`, which Laravel takes over into the mailer's configuration."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kmconfig.importing.item import Reason

if TYPE_CHECKING:
    from kmconfig.importing.mail_url import MailUrl
    from kmconfig.importing.reading import Reading

_URL: Final = "MAIL_URL"
_NAME: Final = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
_NO_ENV_KEY: Final = "apply removes MAIL_URL; where the application needs it, set it in config/mail.php"
#: Names that may be shown. Behind an unescaped `?` in a password anything could stand.
_OF_LARAVEL: Final = frozenset(
    (
        *("timeout", "local_domain", "verify_peer", "auto_tls", "require_tls", "encryption", "scheme", "source_ip"),
        *("peer_fingerprint", "auth_mode", "restart_threshold", "restart_threshold_sleep", "ping_threshold"),
        *("max_per_second", "host", "port", "username", "password", "stream", "url"),
    )
)


def read_options(reading: Reading, url: MailUrl) -> None:
    """Carry the options that are settings, and name the others."""
    left = [name for name, text in url.options.items() if not _carried(reading, name, text)]
    if not left:
        return
    shown = [f"`{name}`" for name in left if name in _OF_LARAVEL]
    hidden = len(left) - len(shown)
    shown += [f"{hidden} of another name"] if hidden else []
    reading.leave(
        _URL,
        Reason(
            f"its options are not carried: {', '.join(shown)}",
            "apply removes MAIL_URL and them with it; where the application needs one, set it in config/mail.php",
        ),
    )


def _carried(reading: Reading, name: str, text: str) -> bool:
    """Whether an option is a setting, and went to it."""
    if name == "timeout" and text.isascii() and text.isdigit() and len(text) < 6 and int(text) > 0:
        reading.carry("email.smtp.timeout", f"{int(text)}s", _URL, remark=_NO_ENV_KEY)
        return True
    if name == "local_domain" and _NAME.fullmatch(text) is not None:
        reading.carry("email.smtp.ehlo_domain", text, _URL)
        return True
    return False
