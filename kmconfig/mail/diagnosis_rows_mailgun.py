"""Diagnosis rows for the mailgun driver: what its API answers, and what its events tell.

Source: https://documentation.mailgun.com/docs/mailgun/quickstart-guide/responses
"""

from __future__ import annotations

from typing import Final

from kmconfig.mail.diagnosis_row import Row

_KEYS: Final = "https://app.mailgun.com/settings/api_security"
_DOMAINS: Final = "https://app.mailgun.com/mg/sending/domains"
_SUPPRESSIONS: Final = "https://app.mailgun.com/mg/sending/suppressions"
_LOGS: Final = "https://app.mailgun.com/mg/sending/logs"
_STATUS: Final = "https://status.mailgun.com"

_ANSWERS: Final = (
    Row(
        key="mailgun-sandbox",
        kinds=("mailgun",),
        codes=(400, 403),
        pattern=r"sandbox|authorized recipients",
        cause="this is a sandbox domain, and it sends only to recipients that were authorised before",
        remedies=(
            f"add your own domain and set it as `email.mailgun.domain`: {_DOMAINS}",
            "or authorise the recipient on the sandbox domain's page, at most five",
        ),
        temporary=False,
    ),
    Row(
        key="mailgun-domain-not-allowed",
        kinds=("mailgun",),
        codes=(400, 401, 403),
        pattern=r"domain is unverified|not allowed to send|domain .*disabled|account .*disabled",
        cause="Mailgun does not let this domain or account send",
        remedies=(
            f"add the DNS records that it asks for, then press Verify: {_DOMAINS}",
            "if the account is disabled, write to Mailgun's support",
        ),
        temporary=False,
    ),
    Row(
        key="mailgun-bad-recipient",
        kinds=("mailgun",),
        codes=(400,),
        pattern=r"'?to'? parameter is not a valid|not a valid address",
        cause="Mailgun does not take a recipient for an address",
        remedies=("correct `email.test.recipients`",),
        temporary=False,
    ),
    Row(
        key="mailgun-unauthorised",
        kinds=("mailgun",),
        codes=(401,),
        pattern=r"^HTTP 401",
        cause="the key is wrong or revoked, or it is not one for this domain and region: an EU domain is unknown to"
        " the US API",
        remedies=(
            "set `email.mailgun.region` to the region that Mailgun shows beside the domain",
            f"make a sending key for the domain and store it without quotes or blanks: {_KEYS}",
            "a public key (`pubkey-…`) and the SMTP password are no API keys",
        ),
        temporary=False,
    ),
    Row(
        key="mailgun-payment",
        kinds=("mailgun",),
        codes=(402,),
        pattern=r"^HTTP 402",
        cause="Mailgun refuses the request because of the account's plan, a limit or an open bill",
        remedies=("look at plan and payment: https://app.mailgun.com/settings/billing",),
        temporary=False,
    ),
    Row(
        key="mailgun-forbidden",
        kinds=("mailgun",),
        codes=(403,),
        pattern=r"^HTTP 403",
        cause="the key may not do this for the domain, or this machine's address is not on the account's allow-list",
        remedies=(
            f"use a sending key of this domain, or a key with the right role: {_KEYS}",
            "look at the IP allow-list on the same page",
        ),
        temporary=False,
    ),
    Row(
        key="mailgun-domain-unknown",
        kinds=("mailgun",),
        codes=(404,),
        pattern=r"^HTTP 404",
        cause="Mailgun knows no such domain at `{host}`: a misspelling, or it lives in the other region",
        remedies=(
            f"compare `email.mailgun.domain` with the list: {_DOMAINS}",
            "set `email.mailgun.region` to the region shown beside it; domains are not shared between regions",
        ),
        temporary=False,
    ),
    Row(
        key="mailgun-too-large",
        kinds=("mailgun",),
        codes=(413,),
        pattern=r"^HTTP 413",
        cause="the message is larger than Mailgun takes (25 MB with attachments)",
        remedies=("send less: leave out attachments, or link to them",),
        temporary=False,
    ),
    Row(
        key="mailgun-rate",
        kinds=("mailgun",),
        codes=(429,),
        pattern=r"^HTTP 429",
        cause="too many requests: the account's limit for an hour, a day or its plan is used up",
        remedies=(
            "wait as long as the answer says, then try again",
            "look at the limits: https://app.mailgun.com/settings/billing",
        ),
        temporary=True,
    ),
    Row(
        key="mailgun-fault",
        kinds=("mailgun",),
        pattern=r"^HTTP 5\d\d",
        cause="a fault at Mailgun, not in these settings",
        remedies=(f"look at {_STATUS}", "try again in 15 minutes"),
        temporary=True,
    ),
    Row(
        key="mailgun-refused",
        kinds=("mailgun",),
        pattern=r"^HTTP",
        cause="Mailgun refuses the request in its own words",
        remedies=(
            "look the words up: https://documentation.mailgun.com/docs/mailgun/quickstart-guide/responses",
            f"search the log for the same minute: {_LOGS}",
        ),
    ),
)

_DOMAIN: Final = (
    Row(
        key="mailgun-disabled",
        kinds=("mailgun-disabled",),
        cause="Mailgun has disabled the domain, so nothing sent with it arrives",
        remedies=(f"read why: {_DOMAINS}", "write to Mailgun's support"),
        temporary=False,
    ),
    Row(
        key="mailgun-unverified",
        kinds=("mailgun-unverified",),
        cause="Mailgun has not found the domain's DNS records, and lets it send little or nothing until it has",
        remedies=(
            "add the records named above to DNS",
            f"then press Verify: {_DOMAINS}; records take up to 48 hours to be seen",
        ),
        temporary=False,
    ),
)

_EVENTS: Final = (
    Row(
        key="mailgun-suppressed",
        kinds=("mailgun-event",),
        pattern=r"suppress-|not delivering to (a )?previously|previously (bounced|unsubscribed)",
        cause="Mailgun delivers nothing to this address since an earlier bounce, complaint or unsubscription",
        remedies=(f"take the address off the list: {_SUPPRESSIONS}", "or test with another recipient"),
        temporary=False,
    ),
    Row(
        key="mailgun-rejected",
        kinds=("mailgun-event",),
        pattern=r"rejected: ",
        cause="Mailgun took the message and then refused to send it on",
        remedies=(f"read the event in the log: {_LOGS}", "a sandbox domain sends to authorised recipients only"),
        temporary=False,
    ),
    Row(
        key="mailgun-no-mx",
        kinds=("mailgun-event",),
        pattern=r"no MX for",
        cause="the recipient's domain takes no mail",
        remedies=("correct `email.test.recipients`",),
        temporary=False,
    ),
    Row(
        key="mailgun-bounced",
        kinds=("mailgun-event",),
        cause="Mailgun sent the message, and the recipient's server refused it in the words above",
        remedies=(
            "correct the recipient, if it is unknown there",
            f"read the whole event in the log: {_LOGS}",
            "check the sender's DNS: `kmconfig dns`",
        ),
    ),
)

_WAY: Final = (
    Row(
        key="mailgun-unresolved",
        kinds=("mailgun-unresolved",),
        cause="this machine finds no address for `{host}`",
        remedies=("check its resolver: `getent ahosts {host}`",),
        temporary=True,
    ),
    Row(
        key="mailgun-unreachable",
        kinds=("mailgun-refused", "mailgun-no-connection", "mailgun-proxy"),
        cause="`{host}` cannot be reached from here on port {port}: a firewall, or a proxy that is needed or wrong",
        remedies=(
            "try it by hand: `curl -sS -o /dev/null https://{host}/`",
            "allow HTTPS to {host} in the firewall, or set `HTTPS_PROXY`",
        ),
    ),
    Row(
        key="mailgun-verdict-unknown",
        kinds=("mailgun-timeout", "mailgun-broken"),
        stages=("accepted",),
        cause="`{host}` was given the message and gave no complete answer: it may have been sent, or not",
        remedies=(f"look for it in the log before sending again: {_LOGS}", "allow more time with --timeout"),
        temporary=True,
        uncertain=True,
    ),
    Row(
        key="mailgun-silent",
        kinds=("mailgun-timeout", "mailgun-broken"),
        cause="`{host}` took the connection and gave no complete answer",
        remedies=(f"look at {_STATUS}", "allow more time with --timeout"),
        temporary=True,
    ),
    Row(
        key="mailgun-tls",
        kinds=("mailgun-tls",),
        cause="the certificate of `{host}` does not hold, so the key was not sent: often a proxy that opens TLS",
        remedies=(
            "look at it: `openssl s_client -connect {host}:{port} -servername {host}`",
            "trust the company's authority by `SSL_CERT_FILE`, if it is one",
        ),
        temporary=False,
    ),
    Row(
        key="mailgun-odd-answer",
        kinds=("mailgun-redirect", "mailgun-junk"),
        cause="what answers at `{host}` is not Mailgun's API: a proxy or a login page of the network",
        remedies=("see what it says: `curl -sS -i https://{host}/v3/`", "let HTTPS to {host} pass the proxy unchanged"),
    ),
)

MAILGUN_ROWS: Final = (*_ANSWERS, *_DOMAIN, *_EVENTS, *_WAY)
