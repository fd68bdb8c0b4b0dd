"""Diagnosis rows for sender, recipient and message."""

from __future__ import annotations

from typing import Final

from kmconfig.mail.diagnosis_row import Row

_DNS_CHECK: Final = "look up the SPF, DKIM and DMARC records of the sender domain, and add what the provider asks for"

_SENDER: Final = (
    Row(
        key="relay-denied",
        pattern=r"relay(ing)? (access )?(is )?(denied|not permitted|not allowed|prohibited)|unable to relay",
        cause="the server takes mail for other domains only after a login",
        remedies=(
            "set `email.smtp.username` and `email.smtp.password`, with `encryption: tls` and port 587",
            "on a relay of your own, add this machine to the trusted networks (Postfix: `postconf mynetworks`)",
        ),
        temporary=False,
    ),
    Row(
        key="ehlo-name",
        kinds=("reply",),
        codes=(450, 501, 504, 550, 553, 554),
        pattern=r"\b(HELO|EHLO)\b",
        cause="the server dislikes the name this machine greets with, often `localhost` or a bare address",
        remedies=(
            "set `email.smtp.ehlo_domain` to a full domain name that resolves to this machine",
            "for the application itself, the same as MAIL_EHLO_DOMAIN",
        ),
        temporary=False,
    ),
    Row(
        key="sender-domain-missing",
        pattern=r"sender address rejected: domain not found|5\.1\.8\b",
        cause="the domain of the From address has neither MX nor address record",
        remedies=("correct `email.sender.email`", _DNS_CHECK),
        temporary=False,
    ),
    Row(
        key="sender-refused",
        stages=("sender",),
        kinds=("reply",),
        codes=(501, 503, 550, 551, 552, 553, 554, 555),
        cause="the server does not take mail from this From address",
        remedies=(
            "set `email.sender.email` to the login's address, or to a domain verified at the provider",
            _DNS_CHECK,
        ),
        temporary=False,
    ),
    Row(
        key="sender-temporarily-refused",
        stages=("sender",),
        kinds=("reply",),
        codes=(421, 450, 451, 452, 454),
        cause="the server cannot take mail from this sender now",
        remedies=("wait 15 minutes and try again", "see the provider's status page and the account's quota"),
    ),
    Row(
        key="address-malformed",
        kinds=("bad-address",),
        cause="this is not a mail address that SMTP could carry",
        remedies=("correct the address: one `@`, no blanks, no display name",),
        temporary=False,
    ),
    Row(
        key="smtputf8-missing",
        kinds=("no-smtputf8",),
        cause="the part before `@` holds letters beyond ASCII, which this server cannot carry",
        remedies=(
            "use an address with an ASCII name before the `@`; the domain may stay as it is",
            "or use a server that offers SMTPUTF8 (Postfix 3: `postconf -e smtputf8_enable=yes`)",
        ),
        temporary=False,
    ),
)

_RECIPIENT: Final = (
    Row(
        key="recipient-unknown",
        stages=("sender", "recipient", "data", "accepted"),
        enhanced=("5.1.1", "5.1.10", "5.1.2"),
        kinds=("reply",),
        cause="the recipient's mailbox or domain does not exist",
        remedies=("correct the address in `email.test.recipients` or `--to`",),
        temporary=False,
    ),
    Row(
        key="greylisted",
        pattern=r"gr[ea]y-?list|try again later.*(first|unknown) (contact|sender)",
        cause="the recipient's server puts first contacts off; this is no fault",
        remedies=("try again after 5 to 15 minutes",),
        temporary=True,
    ),
    Row(
        key="too-many-recipients",
        enhanced=("4.5.3", "5.5.3"),
        kinds=("reply",),
        cause="more recipients than this server takes in one message (Gmail: 100)",
        remedies=("name fewer recipients in `email.test.recipients`",),
    ),
    Row(
        key="mailbox-full",
        enhanced=("4.2.2", "5.2.2"),
        kinds=("reply",),
        cause="the recipient's mailbox is full",
        remedies=("empty the mailbox, or test with another recipient",),
    ),
    Row(
        key="recipient-refused",
        stages=("recipient",),
        kinds=("reply",),
        codes=(501, 503, 550, 551, 553, 554, 556),
        cause="the server does not take mail for this recipient",
        remedies=(
            "check the spelling of the address in `email.test.recipients` or `--to`",
            "check that the server may relay to other domains after this login",
        ),
        temporary=False,
    ),
    Row(
        key="recipient-temporarily-refused",
        stages=("recipient",),
        kinds=("reply",),
        codes=(421, 450, 451, 452),
        cause="the server cannot take mail for this recipient now; first contacts are often put off on purpose",
        remedies=("try again after 5 to 15 minutes", "test with a recipient at another mail provider"),
    ),
)

_MESSAGE: Final = (
    Row(
        key="message-too-large",
        pattern=r"\btoo (long|large|big)\b|exceeds (the )?(maximum|fixed|size)",
        codes=(552, 554, 550, 523),
        cause="the message is larger than the server takes (SES: 40 MB by SMTP, 10 MB by its first API)",
        remedies=("shrink the attachments, or link to them",),
        temporary=False,
    ),
    Row(
        key="message-too-large-code",
        enhanced=("5.3.4", "5.2.3"),
        kinds=("reply",),
        cause="the message is larger than server or mailbox takes",
        remedies=("shrink the attachments, or link to them",),
        temporary=False,
    ),
    Row(
        key="domain-not-authenticated",
        pattern=r"5\.7\.515\b|5\.7\.26\b",
        cause="SPF, DKIM or DMARC of the From domain is missing or does not align",
        remedies=(_DNS_CHECK, "publish the provider's records, and set up its custom return path"),
        temporary=False,
    ),
    Row(
        key="dynamic-address",
        pattern=r"not authorized to send email directly",
        cause="the receiving server takes no mail straight from a dial-up or dynamic address",
        remedies=("send through a provider or smart host: `driver: smtp` with a login",),
        temporary=False,
    ),
    Row(
        key="ses-data-timeout",
        pattern=r"timeout waiting for data from client",
        cause="the message did not arrive in time: packets above 1500 bytes get lost, or the connection stood idle",
        remedies=(
            "lower the MTU: `ip link set dev eth0 mtu 1500`",
            "reconnect for each batch instead of keeping connections open",
        ),
    ),
    Row(
        key="content-refused",
        stages=("data", "accepted"),
        kinds=("reply",),
        codes=(550, 552, 554, 571),
        cause="the server took sender and recipient but refuses the message, by policy or content",
        remedies=(
            _DNS_CHECK,
            "check that `email.sender.email` belongs to a domain verified at the provider",
        ),
        temporary=False,
    ),
    Row(
        key="put-off-after-data",
        stages=("data", "accepted"),
        kinds=("reply",),
        codes=(421, 450, 451, 452, 454),
        cause="the server cannot take the message now",
        remedies=("try again in 15 minutes", "see the provider's status page and the account's quota"),
    ),
    Row(
        key="verdict-unknown",
        stages=("accepted",),
        kinds=("no-reply", "closed"),
        cause="the whole message was sent, but no verdict came: it may or may not be delivered",
        remedies=(
            "look in the recipient's mailbox before sending again",
            "raise `email.smtp.timeout`; content scanners can take minutes",
        ),
        temporary=True,
        uncertain=True,
    ),
    Row(
        key="dropped-in-data",
        stages=("data",),
        kinds=("no-reply", "closed"),
        cause="the connection broke while the message was on its way: a size limit, a scanner, or lost packets",
        remedies=(
            "lower the MTU: `ip link set dev eth0 mtu 1500`",
            "look for a firewall or virus scanner that inspects mail between here and `{host}`",
        ),
        temporary=True,
    ),
)

SENDER_ROWS: Final = (*_SENDER, *_RECIPIENT, *_MESSAGE)
