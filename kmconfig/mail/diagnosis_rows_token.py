"""Diagnosis rows for XOAUTH2, the login with an access token."""

from __future__ import annotations

from typing import Final

from kmconfig.mail.diagnosis_row import Row

_NEW_GOOGLE: Final = "fetch a new one with the scope https://mail.google.com/, and store it as `email.smtp.password`"
_GOOGLE_TOOLS: Final = "try it by hand: https://developers.google.com/oauthplayground/"
_NEW_MICROSOFT: Final = (
    "fetch a new one with the scope https://outlook.office.com/SMTP.Send (without a user: "
    "https://outlook.office365.com/.default and the permission SMTP.SendAsApp)"
)
_SAME_MAILBOX: Final = "check that the token belongs to the mailbox in `email.smtp.username`"

_SERVICE_PRINCIPAL: Final = (
    "for an application's token, its service principal needs access: `Add-MailboxPermission -Identity MAILBOX "
    "-User SERVICE_PRINCIPAL_ID -AccessRights FullAccess`"
)

TOKEN_ROWS: Final = (
    Row(
        key="token-google",
        hosts=("gmail.com",),
        pattern=r"status 40\d|username and password not accepted",
        kinds=("token-refused",),
        cause="Google does not accept the access token: it has expired (after an hour), lacks the scope for sending "
        "mail, or is of another account",
        remedies=(_NEW_GOOGLE, _SAME_MAILBOX, _GOOGLE_TOOLS),
        temporary=False,
    ),
    Row(
        key="token-microsoft",
        hosts=("office365.com", "outlook.com"),
        pattern=r"\b5\.7\.3\b",
        kinds=("token-refused",),
        cause="Microsoft does not accept the access token: it has expired (after about an hour), lacks the scope "
        "SMTP.Send, or is of another mailbox",
        remedies=(
            _NEW_MICROSOFT,
            _SAME_MAILBOX,
            _SERVICE_PRINCIPAL,
        ),
        temporary=False,
    ),
    Row(
        key="token-expired",
        pattern=r"\(status 40[01]\b|\"status\"\s*:\s*\"40[01]\"|eyJzdGF0dXMiOiI0MD",
        cause="the OAuth access token has expired, or lacks the scope for sending mail",
        remedies=(
            "fetch a new token; Google's scope is https://mail.google.com/, Microsoft's is SMTP.Send",
            _SAME_MAILBOX,
        ),
        temporary=False,
    ),
    Row(
        key="token-refused-temporarily",
        kinds=("token-refused",),
        codes=(421, 432, 450, 451, 454),
        cause="the server cannot check the access token now, or slows down after failed attempts",
        remedies=("wait 15 minutes and try again", "see the provider's status page"),
    ),
    Row(
        key="token-refused",
        kinds=("token-refused",),
        cause="the server does not accept this OAuth access token",
        remedies=(
            "fetch a new token; most expire after an hour",
            "check its scope (Google: https://mail.google.com/, Microsoft: SMTP.Send)",
            _SAME_MAILBOX,
        ),
        temporary=False,
    ),
    Row(
        key="token-not-offered",
        kinds=("no-xoauth2",),
        cause="the server takes no OAuth access token (XOAUTH2) on this connection",
        remedies=(
            "set `email.smtp.auth: login` where the password is no token",
            "check `email.smtp.host`: Gmail and Microsoft 365 offer XOAUTH2 once TLS is active",
        ),
        temporary=False,
    ),
    Row(
        key="token-in-clear",
        kinds=("clear-token",),
        cause="the connection is not encrypted, so no access token was sent",
        remedies=("set `email.smtp.encryption: tls` with port 587, or `ssl` with port 465",),
        temporary=False,
    ),
)
