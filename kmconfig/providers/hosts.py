"""Hosts that are no provider's: this machine, IP addresses, mail catchers, and real servers with similar names."""

from __future__ import annotations

import re
from functools import lru_cache

from kmconfig.providers.registry import HOSTS, normal_host

_IPV4 = r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}"

#: Programs that take every message and deliver none; in networks of containers they are hosts by their own name.
MAIL_CATCHERS = frozenset(
    ("mailpit", "mailhog", "maildev", "mailcatcher", "mailcrab", "mailslurper", "inbucket", "smtp4dev", "greenmail")
)

#: Hosted mail catchers.
MAIL_CATCHER_HOSTS = frozenset(("sandbox.smtp.mailtrap.io", "smtp.mailtrap.io", "smtp.ethereal.email"))

#: Mail servers of others whose names resemble those of the providers in the registry.
_REAL_HOSTS = frozenset(
    (
        *("smtp.mail.com", "smtp.ymail.com", "smtp.email.com", "smtp.mail.de", "smtp.mail.ru"),
        *("smtp.mail.me.com", "smtp.mail.yahoo.com", "smtp.aol.com", "smtp.gmx.com", "smtp.gmx.net", "smtp.live.com"),
        *("mail.gmx.com", "mail.gmx.net", "smtp.web.de", "smtp.rambler.ru", "smtp.yandex.com", "smtp.hushmail.com"),
        *("smtp.mailbox.org", "smtp.migadu.com", "smtp.mailersend.net", "smtp.mandrillapp.com", "smtp.pobox.com"),
        *(
            "smtp.elasticemail.com",
            "smtp25.elasticemail.com",
            "mail.smtp2go.com",
            "smtp.runbox.com",
        ),
        *("smtp.socketlabs.com", "smtp.pepipost.com", "smtp.netcorecloud.net", "smtp.zeptomail.com", "smtp.qq.com"),
        *("smtp.protonmail.ch", "smtp.titan.email", "smtp.hostinger.com", "smtp.ionos.com", "smtp.mail.ovh.net"),
        *("smtp.secureserver.net", "smtpout.secureserver.net", "smtp.mailfence.com", "smtp.tutanota.com"),
    )
)
_REAL_DOMAINS = (".mail.protection.outlook.com",)


@lru_cache(HOSTS)
def is_ip_address(host: str) -> bool:
    """Whether a host is written as an IP address, IPv4 or IPv6."""
    return ":" in host or re.fullmatch(_IPV4, normal_host(host)) is not None


@lru_cache(HOSTS)
def is_loopback(host: str) -> bool:
    """Whether a host is this machine: localhost, 127.0.0.0/8 or ::1."""
    name = normal_host(host)
    if ":" not in name:
        if name.startswith("127."):
            return is_ip_address(name)
        return name in ("localhost", "localhost.localdomain")
    return _is_ipv6_loopback(name.strip("[]"))


def _is_ipv6_loopback(address: str) -> bool:
    import ipaddress  # noqa: PLC0415 - hardly anybody writes one

    try:
        parsed = ipaddress.IPv6Address(address)
    except ValueError:
        return False
    mapped = parsed.ipv4_mapped
    return parsed.is_loopback or (mapped is not None and mapped.is_loopback)


@lru_cache(HOSTS)
def is_mail_catcher(host: str) -> bool:
    """Whether a host is known to swallow mail: Mailpit, MailHog, Mailtrap's sandbox and the like."""
    name = normal_host(host)
    return name in MAIL_CATCHER_HOSTS or name.split(".", 1)[0] in MAIL_CATCHERS


@lru_cache(HOSTS)
def is_real_host(host: str) -> bool:
    """Whether a host is somebody else's and only looks like a provider's."""
    name = normal_host(host)
    return name in _REAL_HOSTS or name.endswith(_REAL_DOMAINS)
