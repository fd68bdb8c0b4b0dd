"""Domains at which anybody can have a mailbox: free mail, and addresses that are thrown away."""

from __future__ import annotations

from functools import lru_cache

#: Names under which a service has domains in many countries.
_FREE_NAMES = frozenset(("yahoo", "hotmail", "outlook", "live", "gmx", "yandex", "ymail", "rediffmail"))

_FREE_DOMAINS = frozenset(
    (
        *("gmail.com", "googlemail.com", "msn.com", "passport.com", "windowslive.com", "rocketmail.com"),
        *("icloud.com", "me.com", "mac.com", "aol.com", "aim.com", "mail.com", "email.com", "usa.com"),
        *("web.de", "freenet.de", "t-online.de", "arcor.de", "mail.de", "posteo.de", "mailbox.org"),
        *("proton.me", "protonmail.com", "protonmail.ch", "pm.me", "tutanota.com", "tuta.io", "tuta.com"),
        *("mail.ru", "bk.ru", "inbox.ru", "list.ru", "internet.ru", "rambler.ru", "ya.ru"),
        *("qq.com", "163.com", "126.com", "yeah.net", "sina.com", "sina.cn", "sohu.com", "foxmail.com", "139.com"),
        *("naver.com", "daum.net", "hanmail.net", "kakao.com", "docomo.ne.jp", "ezweb.ne.jp"),
        *("zoho.com", "zohomail.com", "zohomail.eu", "zohomail.in", "fastmail.com", "fastmail.fm", "hushmail.com"),
        *("orange.fr", "wanadoo.fr", "free.fr", "laposte.net", "sfr.fr", "libero.it", "virgilio.it", "tiscali.it"),
        *("wp.pl", "o2.pl", "onet.pl", "interia.pl", "seznam.cz", "centrum.cz", "abv.bg", "ukr.net", "bluewin.ch"),
        *("comcast.net", "verizon.net", "att.net", "sbcglobal.net", "bellsouth.net", "cox.net", "charter.net"),
        *("btinternet.com", "btopenworld.com", "sky.com", "ntlworld.com", "virginmedia.com", "talktalk.net"),
        *("bol.com.br", "uol.com.br", "terra.com.br", "rogers.com", "shaw.ca", "sympatico.ca", "bigpond.com"),
        *("inbox.com", "gmx.co.uk", "hey.com", "duck.com", "lycos.com", "mailfence.com", "runbox.com"),
    )
)

_DISPOSABLE = frozenset(
    (
        *("mailinator.com", "guerrillamail.com", "guerrillamail.net", "guerrillamail.org", "guerrillamailblock.com"),
        *("sharklasers.com", "grr.la", "10minutemail.com", "10minutemail.net", "temp-mail.org", "tempmail.com"),
        *("tempmail.net", "tempmailo.com", "yopmail.com", "yopmail.fr", "yopmail.net", "trashmail.com"),
        *("trashmail.de", "trashmail.net", "throwawaymail.com", "getnada.com", "nada.email", "maildrop.cc"),
        *("dispostable.com", "mailnesia.com", "mintemail.com", "mohmal.com", "fakeinbox.com", "spamgourmet.com"),
        *("mytemp.email", "moakt.com", "emailondeck.com", "mailcatch.com", "discard.email", "wegwerfmail.de"),
        *("einrot.com", "spam4.me", "tempr.email", "burnermail.io", "33mail.com", "inboxkitten.com"),
    )
)


#: Second labels below the ending of a country that nobody owns.
#: A fleet names the same few domains and addresses again and again.
_REMEMBERED = 4096

_SHARED_ENDINGS = frozenset(
    ("ac", "co", "com", "edu", "gen", "go", "gob", "gov", "govt", "ltd", "mil", "ne", "net", "nom", "or", "org", "plc")
)

#: Services under several names; a word stands for its domains in all countries.
_SAME_SERVICE = {
    "google": frozenset(("gmail.com", "googlemail.com")),
    "microsoft": frozenset(("outlook", "hotmail", "live", "msn.com", "windowslive.com", "passport.com")),
    "yahoo": frozenset(("yahoo", "ymail", "rocketmail.com", "aol.com")),
    "apple": frozenset(("icloud.com", "me.com", "mac.com")),
    "proton": frozenset(("proton.me", "protonmail.com", "protonmail.ch", "pm.me")),
    "gmx": frozenset(("gmx", "web.de", "mail.com")),
    "fastmail": frozenset(("fastmail.com", "fastmail.fm")),
}


@lru_cache(_REMEMBERED)
def domain_of(address: str) -> str:
    """The domain of a mail address, in lower case."""
    return address.rpartition("@")[2].removesuffix(".").lower()


@lru_cache(_REMEMBERED)
def organisation_of(domain: str) -> str:
    """The part of a domain that somebody registers: its last two labels, or three as in ``acme.co.uk``.

    Endings are told by their shape, without the list of public suffixes.
    """
    labels = domain.removesuffix(".").lower().split(".")
    shared = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SHARED_ENDINGS
    return ".".join(labels[-3:] if shared else labels[-2:])


@lru_cache(_REMEMBERED)
def mail_service_of(domain: str) -> str:
    """What tells the mailboxes of one service from another's: its name, or the organisation of the domain."""
    for service, domains in _SAME_SERVICE.items():
        if domain in domains or domain.partition(".")[0] in domains:
            return service
    return organisation_of(domain)


@lru_cache(_REMEMBERED)
def is_free_mail(domain: str) -> bool:
    """Whether anybody can open a mailbox at this domain."""
    if domain in _FREE_DOMAINS:
        return True
    name, _, ending = domain.partition(".")
    return name in _FREE_NAMES and 0 < len(ending) <= 6 and ending.count(".") <= 1


@lru_cache(_REMEMBERED)
def is_disposable(domain: str) -> bool:
    """Whether addresses at this domain are made to be thrown away; its subdomains too."""
    return any(domain == known or domain.endswith(f".{known}") for known in _DISPOSABLE if known in domain)
