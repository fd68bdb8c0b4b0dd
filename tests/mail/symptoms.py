"""What servers and systems say, and the row of the diagnosis table that it leads to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kmconfig.mail.diagnosis import Failure
from tests.mail.mailgun.symptoms import MAILGUN
from tests.mail.sendmail.symptoms import SENDMAIL
from tests.mail.ses.symptoms import SES_API

if TYPE_CHECKING:
    from kmconfig.mail.server import Encryption

SES = "email-smtp.eu-west-1.amazonaws.com"


def seen(
    stage: str,
    kind: str,
    text: str,
    *,
    host: str = "smtp.acme.example",
    port: int = 587,
    encryption: Encryption | None = None,
) -> Failure:
    return Failure(stage=stage, kind=kind, text=text, host=host, port=port, encryption=encryption)


def said(stage: str, words: str, *, host: str = "smtp.acme.example", kind: str = "") -> Failure:
    failure = Failure.quoted(stage, words, host=host, port=587)
    return replace(failure, kind=kind) if kind else failure


REACH = [
    ("ses-region-without-smtp", seen("resolve", "name-not-found", "[Errno -2] Name or service not known", host=SES)),
    ("name-not-found", seen("resolve", "name-not-found", "[Errno -2] Name or service not known")),
    ("name-malformed", seen("resolve", "bad-name", "`a b` is no host name")),
    ("resolver-down", seen("resolve", "resolver", "[Errno -3] Temporary failure in name resolution")),
    ("resolver-down", seen("resolve", "resolve-timeout", "no answer about `x` within 30 s")),
    ("refused-port", seen("connect", "refused", "127.0.0.1 port 587: [Errno 111] Connection refused")),
    ("filtered-port-25", seen("connect", "connect-timeout", "192.0.2.7 port 25: Connection timed out", port=25)),
    ("filtered-port", seen("connect", "connect-timeout", "192.0.2.7 port 587: Connection timed out")),
    ("no-route", seen("connect", "unreachable", "[Errno 101] Network is unreachable")),
    ("reset-port", seen("connect", "reset", "192.0.2.7 port 587: [Errno 104] Connection reset by peer")),
    ("forbidden-locally", seen("connect", "blocked", "[Errno 1] Operation not permitted")),
    ("silent-implicit-tls-port", seen("greeting", "no-reply", "no complete answer within 30 s", port=465)),
    ("closed-before-greeting", seen("greeting", "closed", "the server closed the connection")),
    ("not-whitelisted", said("greeting", "421 4.7.0 IP not in whitelist for RCPT domain, closing connection")),
    (
        "address-listed",
        said("greeting", "554 5.7.1 Service unavailable; host [192.0.2.7] blocked using Spamhaus"),
    ),
    ("greeting-refused", said("greeting", "554 no SMTP service here")),
    ("greeting-refused", said("greeting", "421 4.3.2 too busy")),
    ("greeting-refused", said("greeting", "550 5.1.1 not here")),
    ("other-service", seen("greeting", "junk", "SSH-2.0-OpenSSH_9.2p1 Debian-2")),
    ("other-service", seen("greeting", "junk", "HTTP/1.1 400 Bad Request")),
    ("no-smtp", seen("greeting", "junk", "hello")),
    ("reply-too-long", seen("greeting", "oversized", "a reply of more than 128 lines")),
    ("hung", seen("sender", "no-reply", "no complete answer within 30 s")),
    ("hung", seen("greeting", "no-reply", "no complete answer within 30 s after “220 mx”")),
    ("hung-up", seen("recipient", "closed", "the server closed the connection")),
]

TLS = [
    ("implicit-tls-to-starttls-port", seen("tls", "tls-not-spoken", "TLS handshake failed: WRONG_VERSION_NUMBER")),
    (
        "starttls-without-tls",
        seen("tls", "tls-not-spoken", "TLS handshake failed: WRONG_VERSION_NUMBER", encryption="tls"),
    ),
    ("wrong-version-words", said("tls", "error:0A00010B:SSL routines::wrong version number")),
    ("starttls-not-offered", seen("tls", "no-starttls", "the server does not offer STARTTLS")),
    ("starttls-words", said("tls", "STARTTLS extension not supported by server.")),
    ("starttls-words", said("tls", "*** Host did not advertise STARTTLS")),
    (
        "scheme-words",
        said(
            "tls",
            'The "tls" scheme is not supported; supported schemes for mailer "smtp" are: "smtp", "smtps".',
        ),
    ),
    ("starttls-refused", said("tls", "454 4.7.0 TLS not available due to local problem")),
    ("starttls-injection", seen("tls", "early-data", "the server sent data after its STARTTLS answer")),
    ("certificate-expired", seen("tls", "certificate-expired", "certificate has expired")),
    ("certificate-not-yet-valid", seen("tls", "certificate-not-yet-valid", "certificate is not yet valid")),
    ("certificate-self-signed", seen("tls", "certificate-self-signed", "self-signed certificate")),
    (
        "certificate-unknown-issuer",
        seen("tls", "certificate-unknown-issuer", "unable to get local issuer certificate"),
    ),
    ("certificate-name", seen("tls", "certificate-name", "Hostname mismatch, certificate is not valid for 'X'")),
    ("certificate-address", seen("tls", "certificate-address", "IP address mismatch, certificate is not valid for")),
    ("certificate-other", seen("tls", "certificate", "CERTIFICATE_VERIFY_FAILED: EE certificate key too weak")),
    ("certificate-words", said("tls", "error:0A000086:SSL routines::certificate verify failed")),
    ("certificate-words", said("tls", "Peer certificate subjectAltName did not match expected name")),
    ("certificate-words", said("tls", "Peer certificate CN=`x' did not match expected CN=`y'")),
    ("tls-version", seen("tls", "tls-version", "TLS handshake failed: TLSV1_ALERT_PROTOCOL_VERSION")),
    ("tls-cipher", seen("tls", "tls-no-common-cipher", "TLS handshake failed: SSLV3_ALERT_HANDSHAKE_FAILURE")),
    ("tls-hung", seen("tls", "tls-timeout", "no TLS handshake within the time allowed", encryption="ssl")),
    ("starttls-hung", seen("tls", "tls-timeout", "no TLS handshake within the time allowed", encryption="tls")),
    ("tls-broken", seen("tls", "tls", "TLS handshake failed: BAD_SIGNATURE")),
    ("tls-hung-up", seen("tls", "closed", "connection closed during the TLS handshake")),
    ("starttls-required", said("sender", "530 5.7.0 Must issue a STARTTLS command first. x9 - gsmtp")),
    ("encryption-required", said("auth", "538 5.7.11 Encryption needed")),
]

LOGIN = [
    ("auth-not-offered", seen("auth", "no-auth", "the server does not offer AUTH")),
    ("auth-words", said("auth", "SMTP AUTH extension not supported by server.")),
    ("auth-words", said("auth", "Failed to find an authenticator supported by the SMTP server")),
    ("mechanism-unknown", seen("auth", "no-mechanism", "the server offers AUTH with XOAUTH2 only")),
    ("login-unsendable", seen("auth", "bad-login", "the username or password holds a NUL character")),
    ("login-incomplete", seen("auth", "half-login", "the password of the login is missing")),
    ("login-in-clear", seen("auth", "clear-login", "no login is sent without encryption")),
    ("login-endless", seen("auth", "auth-protocol", "the server went on asking: 334 x")),
    ("login-refused-temporarily", said("auth", "454 4.7.0 internal error")),
    ("login-refused", said("auth", "535 wrong")),
    ("login-mechanism-refused", said("auth", "504 5.5.4 unrecognised")),
    ("login-required", said("recipient", "530 5.7.0 log in")),
    ("login-bad-password", said("auth", "535 5.7.8 Error: authentication failed")),
]

TOKEN = [
    ("token-expired", said("auth", '334 {"status":"401","schemes":"bearer","scope":"https://mail.google.com/"}')),
    ("token-expired", said("auth", "535 5.7.8 no (status 401, schemes bearer)", kind="token-refused")),
    (
        "token-google",
        said(
            "auth",
            "535 5.7.8 Username and Password not accepted. (status 400, schemes Bearer, scope https://mail.google.com/)",
            host="smtp.gmail.com",
            kind="token-refused",
        ),
    ),
    (
        "token-microsoft",
        said(
            "auth",
            "535 5.7.3 Authentication unsuccessful [x.prod.outlook.com]",
            host="smtp.office365.com",
            kind="token-refused",
        ),
    ),
    (
        "m365-smtp-auth-off",
        said(
            "auth",
            "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit x",
            host="smtp.office365.com",
            kind="token-refused",
        ),
    ),
    ("token-refused-temporarily", said("auth", "454 4.7.0 later", kind="token-refused")),
    ("token-refused", said("auth", "535 5.7.8 no", kind="token-refused")),
    ("token-not-offered", seen("auth", "no-xoauth2", "the server offers AUTH with PLAIN only")),
    ("token-in-clear", seen("auth", "clear-token", "no access token is sent without encryption")),
]

PROVIDER_LOGIN = [
    (
        "gmail-app-password-required",
        said("auth", "534 5.7.9 Application-specific password required. For more information, go to x - gsmtp"),
    ),
    ("gmail-bad-password", said("auth", "535 5.7.8 Username and Password not accepted. For more, go to x - gsmtp")),
    ("gmail-web-login-required", said("auth", "534 5.7.14 Please log in via your web browser and then try again")),
    ("workspace-relay-unregistered", said("sender", "550 5.7.1 Invalid credentials for relay [192.0.2.7].")),
    ("workspace-relay-unregistered", said("recipient", "550 5.7.0 Mail relay denied [192.0.2.7]")),
    (
        "m365-smtp-auth-off",
        said(
            "auth",
            "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit x",
        ),
    ),
    (
        "m365-smtp-auth-off",
        said("auth", "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox."),
    ),
    (
        "m365-security-defaults",
        said(
            "auth",
            "535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy.",
        ),
    ),
    (
        "m365-conditional-access",
        said(
            "auth",
            "535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated "
            "successfully. Contact your administrator.",
        ),
    ),
    (
        "outlook-personal",
        said("auth", "535 5.7.139 Authentication unsuccessful, basic authentication is disabled."),
    ),
    (
        "m365-basic-auth-gone",
        said("auth", "550 5.7.30 Basic authentication is not supported for Client Submission."),
    ),
    ("m365-not-logged-in", said("sender", "530 5.7.57 Client not authenticated to send mail.")),
    ("m365-not-logged-in", said("sender", "530 5.7.57 SMTP; Client was not authenticated to send anonymous mail")),
    ("m365-bad-password", said("auth", "535 5.7.3 Authentication unsuccessful [x.prod.outlook.com]")),
    ("ses-bad-credentials", said("auth", "535 Authentication Credentials Invalid", host=SES)),
    ("login-bad-password", said("auth", "535 5.7.8 Authentication credentials invalid", host="mail.acme.example")),
    ("ses-not-logged-in", said("sender", "530 Authentication required", host=SES)),
    ("ses-not-subscribed", said("auth", "535 Account not subscribed to SES", host=SES)),
    ("ses-temporary-auth", said("auth", "454 Temporary authentication failure", host=SES)),
    (
        "sendgrid-bad-grant",
        said(
            "auth",
            "535 Authentication failed: The provided authorization grant is invalid, expired, or revoked",
        ),
    ),
    ("sendgrid-credits", said("auth", "451 Authentication failed: Maximum credits exceeded")),
    ("sendgrid-not-logged-in", said("sender", "550 Unauthenticated senders not allowed")),
    ("sparkpost-bad-key", said("auth", "535 5.7.8 Sorry. *** No authentication type succeeded")),
    ("brevo-bad-key", said("auth", "535 5.7.8 Authentication failed", host="smtp-relay.brevo.com")),
    ("login-skipped", said("sender", "502 5.7.0 Please authenticate first", host="smtp-relay.brevo.com")),
    ("brevo-address-not-allowed", said("auth", "525 5.7.1 Unauthorized IP address", host="smtp-relay.brevo.com")),
    ("mailgun-bad-login", said("auth", "535 5.7.8 Authentication failed", host="smtp.eu.mailgun.org")),
]

SENDER = [
    (
        "ses-identity-unverified",
        said(
            "accepted",
            "554 Message rejected: Email address is not verified. The following identities failed the check in "
            "region EU-WEST-1: a@acme.example",
        ),
    ),
    ("ses-policy", said("accepted", "554 Access denied: User `x' is not authorized to perform `ses:SendRawEmail'")),
    (
        "m365-send-as",
        said("accepted", "554 5.2.252 SendAsDenied; a@acme.example not allowed to send as b@x.example"),
    ),
    ("m365-send-as", said("sender", "550 5.7.60 SMTP; Client does not have permissions to send as this sender")),
    ("m365-send-as", said("accepted", "554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.Mapi")),
    (
        "sendgrid-sender-unverified",
        said("accepted", "550 The from address does not match a verified Sender Identity. Mail cannot be sent"),
    ),
    ("sparkpost-domain-unconfigured", said("accepted", "550 5.7.1 Unconfigured Sending Domain <acme.example>")),
    (
        "postmark-sender-unverified",
        said(
            "accepted", "550 5.7.1 The 'From' address you supplied is not a verified Sender Signature on your account."
        ),
    ),
    (
        "postmark-pending",
        said("recipient", "550 5.7.1 While your account is pending approval, all recipients must share your domain"),
    ),
    ("recipient-inactive", said("recipient", "550 5.7.1 Recipient has been marked as inactive")),
    (
        "resend-domain-unverified",
        said("accepted", "550 You can only send testing emails to your own email address (a@acme.example)"),
    ),
    ("zoho-relay", said("sender", "553 Relaying disallowed as a@acme.example")),
    ("zoho-relay", said("sender", "553 5.7.1 Sender is not allowed to relay emails")),
    ("zoho-unusual-activity", said("accepted", "550 5.4.6 Unusual sending activity detected. Please try later")),
    ("relay-denied", said("recipient", "550 5.7.1 Relaying denied")),
    ("relay-denied", said("recipient", "554 5.7.1 <a@acme.example>: Relay access denied")),
    ("ehlo-name", said("greeting", "501 5.5.4 Invalid EHLO: localhost")),
    ("ehlo-name", said("recipient", "550 HELO name is not a fully qualified domain")),
    ("sender-domain-missing", said("sender", "553 5.1.8 <a@acme.example>: sender domain does not resolve")),
    ("sender-refused", said("sender", "553 5.7.1 not yours")),
    ("sender-temporarily-refused", said("sender", "451 4.3.0 later")),
    ("address-malformed", seen("sender", "bad-address", "`x` is no mail address")),
    ("smtputf8-missing", seen("sender", "no-smtputf8", "`jürgen@acme.example` needs SMTPUTF8")),
    ("recipient-unknown", said("recipient", "550 5.1.1 <x@acme.example>: user unknown")),
    ("greylisted", said("recipient", "450 4.7.1 Greylisted, please try again in 300 seconds")),
    ("too-many-recipients", said("recipient", "452 4.5.3 Your message has too many recipients.")),
    ("mailbox-full", said("recipient", "452 4.2.2 over quota")),
    ("recipient-refused", said("recipient", "550 no such person")),
    ("recipient-temporarily-refused", said("recipient", "450 later")),
    ("message-too-large", said("accepted", "552 Message is too long.")),
    ("message-too-large", said("sender", "552 5.3.4 message size exceeds fixed maximum message size")),
    ("message-too-large-code", said("accepted", "552 5.3.4 no")),
    ("domain-not-authenticated", said("accepted", "550 5.7.515 Access denied, sending domain acme.example is weak")),
    ("domain-not-authenticated", said("accepted", "550 5.7.26 This mail has been blocked, unauthenticated sender")),
    (
        "dynamic-address",
        said("accepted", "550 5.7.1 The IP you're using to send mail is not authorized to send email directly to us"),
    ),
    ("ses-data-timeout", said("accepted", "451 Timeout waiting for data from client.")),
    ("content-refused", said("accepted", "554 5.6.0 no")),
    ("put-off-after-data", said("data", "451 4.3.0 spool is full")),
    ("verdict-unknown", seen("accepted", "closed", "the server closed the connection")),
    ("dropped-in-data", seen("data", "closed", "the connection broke: Broken pipe")),
]

QUOTA = [
    ("gmail-daily-limit", said("accepted", "550 5.4.5 Daily user sending limit exceeded. For more information x")),
    ("workspace-relay-limit", said("recipient", "550 5.7.1 Daily SMTP relay limit exceeded for customer.")),
    ("workspace-relay-limit", said("recipient", "450 4.2.1 Peak SMTP relay limit exceeded for customer.")),
    ("gmail-relay-guard", said("greeting", "421 4.7.0 Try again later, closing connection. (EHLO) x - gsmtp")),
    ("m365-connections", said("accepted", "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded")),
    ("m365-daily-quota", said("accepted", "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException")),
    ("ses-daily-quota", said("accepted", "454 Throttling failure: Daily message quota exceeded.", host=SES)),
    ("ses-rate", said("accepted", "454 Throttling failure: Maximum sending rate exceeded.", host=SES)),
    ("ses-connections", said("greeting", "421 Too many concurrent SMTP connections", host=SES)),
    ("rate-limited", said("auth", "421 4.7.0 too many login attempts")),
]

LEFTOVER = [
    ("refused-for-now", said("greeting", "452 4.3.1 full")),
    ("refused", said("greeting", "571 no")),
    ("unknown", seen("delivered", "nonsense", "something else")),
]

SYMPTOMS: list[tuple[str, Failure]] = [
    *REACH,
    *TLS,
    *LOGIN,
    *TOKEN,
    *PROVIDER_LOGIN,
    *SENDER,
    *QUOTA,
    *SENDMAIL,
    *MAILGUN,
    *SES_API,
    *LEFTOVER,
]
