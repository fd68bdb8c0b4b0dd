"""The diagnosis table: every row, from reaching a server to its quotas, and what is left over."""

from __future__ import annotations

from typing import Final

from kmconfig.mail.diagnosis_row import Row
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

LEFTOVER_ROWS: Final = (
    Row(
        key="refused-for-now",
        kinds=("reply",),
        codes=(421, 450, 451, 452, 454),
        cause="the server is not ready to do this now",
        remedies=("try again in 15 minutes", "look up the server's words in the provider's documentation"),
    ),
    Row(
        key="refused",
        kinds=("reply",),
        cause="the server refuses this in its own words",
        remedies=(
            "look up the code and the words in the provider's documentation",
            "search the provider's event log for the same minute",
        ),
    ),
    Row(
        key="unknown",
        cause="an unusual failure that the table of known causes does not cover",
        remedies=(
            "repeat the conversation by hand: `swaks --server {host} --port {port} --quit-after RCPT`",
            "ask the operator of {host} what their log says",
        ),
    ),
)

ROWS: Final[tuple[Row, ...]] = (
    *SES_LOGIN_ROWS,
    *SES_ROWS,
    *REACH_ROWS,
    *TLS_ROWS,
    *TOKEN_ROWS,
    *LOGIN_ROWS,
    *PROVIDER_LOGIN_ROWS,
    *PROVIDER_SENDER_ROWS,
    *SENDER_ROWS,
    *QUOTA_ROWS,
    *SENDMAIL_ROWS,
    *MAILGUN_ROWS,
    *LEFTOVER_ROWS,
)
