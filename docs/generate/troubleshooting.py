"""The page on failures of test messages, from the diagnosis table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from docs.generate.markdown import prose
from kmconfig.mail.diagnosis_rows_login import LOGIN_ROWS
from kmconfig.mail.diagnosis_rows_mailgun import MAILGUN_ROWS
from kmconfig.mail.diagnosis_rows_provider_login import PROVIDER_LOGIN_ROWS
from kmconfig.mail.diagnosis_rows_provider_sender import PROVIDER_SENDER_ROWS
from kmconfig.mail.diagnosis_rows_quota import QUOTA_ROWS
from kmconfig.mail.diagnosis_rows_reach import REACH_ROWS
from kmconfig.mail.diagnosis_rows_sender import SENDER_ROWS
from kmconfig.mail.diagnosis_rows_sendmail import SENDMAIL_ROWS
from kmconfig.mail.diagnosis_rows_ses import SES_ROWS
from kmconfig.mail.diagnosis_rows_ses_login import SES_LOGIN_ROWS
from kmconfig.mail.diagnosis_rows_tls import TLS_ROWS
from kmconfig.mail.diagnosis_rows_token import TOKEN_ROWS
from kmconfig.mail.diagnosis_table import LEFTOVER_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.mail.diagnosis_row import Row

#: Headings, what stands below them, and the stages of a test where such failures show.
GROUPS: tuple[tuple[str, str, tuple[Row, ...]], ...] = (
    ("Reaching the server", "Stages `resolve`, `connect` and `greeting`.", REACH_ROWS),
    ("TLS", "Stage `tls`.", TLS_ROWS),
    ("Login", "Stage `auth`, whichever the provider.", (*LOGIN_ROWS, *TOKEN_ROWS)),
    ("Login, by provider", "Stage `auth`.", PROVIDER_LOGIN_ROWS),
    ("Sender, recipient and message", "Stages `sender`, `recipient`, `data` and `accepted`.", SENDER_ROWS),
    ("Sender and message, by provider", "The same stages.", PROVIDER_SENDER_ROWS),
    ("Quotas", "Any stage from `greeting` on.", QUOTA_ROWS),
    ("The sendmail driver", "What the program of `email.sendmail` says.", SENDMAIL_ROWS),
    ("The Mailgun driver", "What Mailgun's API says.", MAILGUN_ROWS),
    ("The SES driver", "What Amazon's API says.", (*SES_LOGIN_ROWS, *SES_ROWS)),
    ("Anything else", "", LEFTOVER_ROWS),
)
#: Kinds of failures that their words or codes tell of.
_TELLS_NOTHING = frozenset(("reply", "words", "exit", "mailgun"))
#: The pattern of rows whose kind says it all.
_ANYTHING = "."


def troubleshooting_page() -> Iterator[str]:
    """Every known failure: how it shows, what it means, what to do."""
    yield "# Troubleshooting"
    yield ""
    yield from prose(
        "`kmconfig test` and `kmconfig apply` say why a message was not taken, and what to do. This is all they "
        "know, made from the same table. Look for the server's words; `…` stands for anything. `HOST` and `PORT` "
        "are those of the server. When it arrived and lies in the wrong folder, see [mail goes to "
        "spam](runbooks/mail-in-spam.md)."
    )
    for title, stages, rows in GROUPS:
        yield from (f"## {title}", "")
        if stages:
            yield from (stages, "")
        for row in rows:
            yield from _entry(row)


def _entry(row: Row) -> Iterator[str]:
    yield from (f"### {row.key}", "")
    seen = "; ".join(_symptoms(row))
    if seen:
        yield from (f"Seen: {seen}", "")
    yield from (f"Cause: {_filled(row.cause)}.", "")
    yield from (f"- {_filled(remedy)}" for remedy in row.remedies)
    yield ""


def _symptoms(row: Row) -> Iterator[str]:
    kinds = [kind.replace("-", " ") for kind in row.kinds if kind not in _TELLS_NOTHING]
    if kinds:
        yield f"{' or '.join(kinds)}"
    if row.hosts:
        yield f"at {', '.join(f'`{host}`' for host in row.hosts)}"
    if row.codes:
        yield f"code {', '.join(str(code) for code in row.codes)}"
    if row.enhanced:
        yield f"enhanced status {', '.join(row.enhanced)}"
    if row.pattern not in (None, _ANYTHING):
        yield f"words {' or '.join(map(_code, _alternatives(row.pattern or '')))}"


def _code(words: str) -> str:
    return f"`` {words} ``" if "`" in words else f"`{words}`"


def _alternatives(pattern: str) -> list[str]:
    """The alternatives of a regular expression, as people read them."""
    found, depth = [""], 0
    for character in re.findall(r"\\.|.", pattern):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(character, 0)
        if character == "|" and depth == 0:
            found.append("")
        else:
            found[-1] += character
    return [_readable(part) for part in found]


def _readable(pattern: str) -> str:
    text = re.sub(r"\.[*+]\??|\[[^]]*\][*+]", " … ", pattern)
    text = re.sub(r"\\b|\^|\$|\(\?:\\s\|\$\)", "", text).replace("(?:", "(").replace(" ?", " ")
    text = re.sub(r"\\[sd][+*]?", lambda found: " " if "s" in found[0] else "N", text)
    return re.sub(r"\s+", " ", re.sub(r"\\(.)", r"\1", text)).strip()


def _filled(text: str) -> str:
    by_hand = "openssl s_client -starttls smtp -connect HOST:PORT"
    return text.format_map({"host": "HOST", "port": "PORT", "openssl": by_hand}) if "{" in text else text
