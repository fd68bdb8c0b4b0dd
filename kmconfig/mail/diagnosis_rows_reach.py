"""Diagnosis rows for the stages `resolve`, `connect` and `greeting`."""

from __future__ import annotations

from typing import Final

from kmconfig.mail.diagnosis_row import Row

_PROBE: Final = "see which ports can be reached from here, and how: `kmconfig test ENV --probe`"
_PORT_TABLE: Final = "587 and 2525 speak STARTTLS (`encryption: tls`), 465 speaks TLS at once (`encryption: ssl`)"

REACH_ROWS: Final = (
    Row(
        key="ses-region-without-smtp",
        kinds=("name-not-found",),
        hosts=("amazonaws.com",),
        cause="the region in `{host}` has no SMTP endpoint, or its name is misspelt",
        remedies=(
            "compare `email.smtp.host` with the SES console: SMTP settings > SMTP endpoint",
            "use a region that offers SMTP, or `driver: ses`, which goes through the API",
        ),
        temporary=False,
    ),
    Row(
        key="name-not-found",
        kinds=("name-not-found",),
        cause="no address exists for `{host}`: a misspelling, or a name that only another network knows",
        remedies=(
            "correct `email.smtp.host`; `kmconfig lint` knows the providers' names",
            "check from this machine: `getent ahosts {host}`",
        ),
        temporary=False,
    ),
    Row(
        key="name-malformed",
        kinds=("bad-name",),
        cause="`email.smtp.host` is not a host name that DNS could hold",
        remedies=("write the bare host name, without scheme, port or blanks",),
        temporary=False,
    ),
    Row(
        key="resolver-down",
        kinds=("resolver", "resolve-timeout"),
        cause="this machine's or container's DNS resolver does not answer",
        remedies=(
            "check the resolver: `getent ahosts {host}` and the `nameserver` lines of /etc/resolv.conf",
            "in a container, check its network and `--dns` setting",
        ),
        temporary=True,
    ),
    Row(
        key="refused-port",
        kinds=("refused",),
        cause="nothing listens on port {port} of `{host}`: wrong port, stopped service, or `localhost` meaning the "
        "container itself",
        remedies=(
            _PROBE,
            f"check `email.smtp.port`: {_PORT_TABLE}",
            "in a container, name the mail service instead of `localhost`",
            "on a server of your own, see what listens: `ss -ltn`",
        ),
        temporary=False,
    ),
    Row(
        key="reset-port",
        kinds=("reset",),
        cause="something took the connection to port {port} of `{host}` and reset it at once: a firewall, a load "
        "balancer with nothing behind it, or a server that shuns this address",
        remedies=(
            _PROBE,
            "look whether the server allows this machine's public address",
            "check the firewall's outgoing rules",
        ),
        temporary=True,
    ),
    Row(
        key="filtered-port-25",
        kinds=("connect-timeout",),
        pattern=r"port 25: ",
        cause="nothing comes back from port 25: cloud and access providers block it",
        remedies=(
            _PROBE,
            "use port 587 with `encryption: tls`, or 2525 or 2587 where the provider offers them",
            "ask the hosting provider to open outgoing port 25 if it must be that port",
        ),
        temporary=False,
    ),
    Row(
        key="filtered-port",
        kinds=("connect-timeout",),
        cause="nothing comes back from port {port}: a firewall, the hosting or the access provider drops it",
        remedies=(
            _PROBE,
            "try another port of the provider (587, then 2525 or 2587)",
            "ask the hosting provider whether outgoing port {port} is open",
            "use the provider's API driver (`mailgun`, `ses`), which needs only HTTPS",
        ),
        temporary=True,
    ),
    Row(
        key="no-route",
        kinds=("unreachable",),
        cause="no route leads to `{host}` from here: network down, no IPv6, or an address of another network",
        remedies=(
            "look at the route: `ip route get` with the address shown",
            "check VPN, container network and the firewall's outgoing rules",
        ),
        temporary=True,
    ),
    Row(
        key="forbidden-locally",
        kinds=("blocked",),
        cause="this machine itself forbids the connection (local firewall or sandbox)",
        remedies=("allow outgoing port {port} in the machine's firewall, or run where it is allowed",),
        temporary=False,
    ),
    Row(
        key="silent-implicit-tls-port",
        kinds=("no-reply",),
        stages=("greeting",),
        pattern=r"^no complete answer within [\d.]+ s$",
        cause="the port is open, but no greeting came: port {port} may expect TLS from the first byte, or the server "
        "delays its greeting",
        remedies=(
            _PROBE,
            "with port 465 or 2465 set `encryption: ssl`; with `encryption: tls` use port 587",
            "see who speaks there: `openssl s_client -connect {host}:{port}`",
            "for a slow server set `email.smtp.timeout` to 30s or more",
        ),
        temporary=True,
    ),
    Row(
        key="closed-before-greeting",
        kinds=("closed",),
        stages=("greeting",),
        cause="the server hung up during the greetings: it expects TLS at once, is busy, or shuns this address or the "
        "name this machine greets with",
        remedies=(
            f"check port and encryption: {_PORT_TABLE}",
            "look whether the server allows this machine's public address",
            "set `email.smtp.ehlo_domain` to a full domain name that resolves to this machine",
        ),
        temporary=True,
    ),
    Row(
        key="not-whitelisted",
        pattern=r"not in whitelist|whitelist for rcpt",
        cause="the server takes mail only from addresses on its list, and this machine's is not on it",
        remedies=(
            "have this machine's public address entered at the server",
            "send through a mail provider with a login instead",
        ),
        temporary=False,
    ),
    Row(
        key="address-listed",
        pattern=r"block ?list|blacklist|spamhaus|barracuda|spamcop|listed at|poor reputation|bad reputation",
        cause="this machine's public address stands on a block list",
        remedies=(
            "look the address up at https://check.spamhaus.org/ and ask for removal",
            "relay through a mail provider with a login",
        ),
        temporary=False,
    ),
    Row(
        key="greeting-refused",
        stages=("greeting",),
        kinds=("reply",),
        codes=(421, 450, 451, 521, 550, 554),
        cause="the server refuses to talk to this machine's address, or is overloaded",
        remedies=(
            "relay through a mail provider with a login, on port 587",
            "ask the server's operator why this machine's public address is refused",
        ),
    ),
    Row(
        key="other-service",
        kinds=("junk",),
        pattern=r"^(SSH-|HTTP/|\* OK|\+OK|<!doctype|<html|RFB )|imap|pop3",
        cause="another service than SMTP answers on port {port}",
        remedies=(f"correct `email.smtp.port`: {_PORT_TABLE}",),
        temporary=False,
    ),
    Row(
        key="no-smtp",
        kinds=("junk",),
        cause="what answers on port {port} does not speak SMTP",
        remedies=(
            f"check host and port: {_PORT_TABLE}",
            "look for a proxy, captive portal or firewall in between: `openssl s_client -connect {host}:{port}`",
        ),
        temporary=False,
    ),
    Row(
        key="reply-too-long",
        kinds=("oversized",),
        cause="the server's answer has no end: it is no sound mail server, or something in between floods the line",
        remedies=("check that host and port are the provider's", "try from another network"),
        temporary=False,
    ),
    Row(
        key="hung",
        kinds=("no-reply",),
        cause="the server stopped answering in the middle of the conversation",
        remedies=(
            "raise `email.smtp.timeout` (60s) and try again",
            "look for a firewall that inspects mail between here and `{host}`",
        ),
        temporary=True,
    ),
    Row(
        key="hung-up",
        kinds=("closed",),
        cause="the server ended the connection in the middle of the conversation",
        remedies=(
            "try again in some minutes; the server may be restarting or limiting connections",
            "look for a firewall or virus scanner that inspects mail between here and `{host}`",
        ),
        temporary=True,
    ),
)
