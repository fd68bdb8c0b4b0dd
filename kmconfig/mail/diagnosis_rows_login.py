"""Diagnosis rows for the login, whichever the provider."""

from __future__ import annotations

from typing import Final

from kmconfig.mail.diagnosis_row import Row

LOGIN_ROWS: Final = (
    Row(
        key="auth-not-offered",
        kinds=("no-auth",),
        cause="the server offers no login on this connection: only after TLS, on another port, or never because it is "
        "an open relay of the inner network",
        remedies=(
            "set `email.smtp.encryption: tls` with port 587",
            "for a relay that wants no login, remove `email.smtp.username` and `password`",
        ),
        temporary=False,
    ),
    Row(
        key="auth-words",
        kinds=("words",),
        pattern=r"failed to find an authenticator|AUTH extension not supported",
        cause="the server offers no login that the application knows, often because TLS is missing",
        remedies=("set `email.smtp.encryption: tls`", "or remove the username for a relay without login"),
        temporary=False,
    ),
    Row(
        key="mechanism-unknown",
        kinds=("no-mechanism",),
        cause="the server offers only kinds of login that take no password (such as XOAUTH2)",
        remedies=(
            "where you hold an OAuth access token, set `email.smtp.auth: xoauth2` and let `password` refer to it",
            "switch password logins on at the server (Dovecot: `auth_mechanisms = plain login`)",
            "where the provider takes OAuth only, use a transactional mail provider",
        ),
        temporary=False,
    ),
    Row(
        key="login-unsendable",
        kinds=("bad-login",),
        cause="the username or password holds a character that no login can carry, usually from a damaged secret",
        remedies=("store the secret again as plain text, without binary or NUL characters",),
        temporary=False,
    ),
    Row(
        key="login-incomplete",
        kinds=("half-login",),
        cause="only half of the login is set",
        remedies=("set both `email.smtp.username` and `email.smtp.password`, or neither",),
        temporary=False,
    ),
    Row(
        key="login-in-clear",
        kinds=("clear-login",),
        cause="the connection is not encrypted, so no login was sent",
        remedies=("use port 587 with `encryption: tls`, or port 465 with `encryption: ssl`",),
        temporary=False,
    ),
    Row(
        key="login-endless",
        kinds=("auth-protocol",),
        cause="the server kept asking although the whole login had been sent",
        remedies=("try another port of the same provider", "ask the server's operator for the log of this login"),
        temporary=False,
    ),
    Row(
        key="login-refused-temporarily",
        stages=("auth",),
        kinds=("reply",),
        codes=(421, 432, 450, 451, 454),
        cause="the server cannot check the login now, or slows down after failed attempts",
        remedies=("wait 15 minutes and try again", "see the provider's status page"),
    ),
    Row(
        key="login-refused",
        stages=("auth",),
        kinds=("reply",),
        codes=(530, 534, 535, 550, 554),
        cause="the server does not accept this username and password",
        remedies=(
            "log in with the same values in the provider's web interface",
            "check the secret for blanks or line breaks at its ends",
            "create a new SMTP password at the provider and store it",
        ),
    ),
    Row(
        key="login-mechanism-refused",
        stages=("auth",),
        kinds=("reply",),
        codes=(500, 501, 502, 503, 504),
        cause="the server offers this kind of login but cannot do it",
        remedies=(
            "use the provider's submission port: 587 with `encryption: tls`",
            "on a server of your own, correct the list of mechanisms (Dovecot: `auth_mechanisms = plain login`)",
        ),
        temporary=False,
    ),
    Row(
        key="login-required",
        codes=(530,),
        kinds=("reply",),
        cause="the server wants a login before it takes mail",
        remedies=("set `email.smtp.username` and `email.smtp.password`, and `encryption: tls`",),
        temporary=False,
    ),
    Row(
        key="login-bad-password",
        enhanced=("5.7.8",),
        kinds=("reply",),
        cause="username or password is wrong, revoked or of another account",
        remedies=(
            "check the username's form at the provider, then create a new SMTP password and store it",
            "check the secret for blanks or line breaks at its ends",
        ),
        temporary=False,
    ),
)
