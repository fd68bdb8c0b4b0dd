"""Whether the proxy that a variable names can be used at all. Its address may hold a login, so it is never repeated."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from kmconfig.errors import CouldNotCheck

if TYPE_CHECKING:
    from collections.abc import Mapping

_HELP = (
    "write it as `http://proxy.acme.example:3128`, with special characters of a login percent-encoded, or name the host"
    " in `NO_PROXY`"
)
_SOCKS = re.compile(r"socks[45][ah]?", re.IGNORECASE)


class Unusable(NamedTuple):
    """What is wrong with a proxy, and what to do."""

    fact: str
    help: str = _HELP

    def error(self) -> CouldNotCheck:
        """The same for people."""
        return CouldNotCheck(self.fact, help=self.help)


def unusable_proxy(proxy: str, *, scheme: str, environ: Mapping[str, str]) -> Unusable | None:
    """Why the proxy for addresses of a ``scheme`` cannot be used, None where it can be tried."""
    complaint = _complaint(proxy if "://" in proxy else f"http://{proxy}")
    return Unusable(f"the proxy in `{_variable(scheme, environ)}` cannot be used: {complaint}") if complaint else None


def unusable_among(proxies: Mapping[str, str], *, scheme: str, environ: Mapping[str, str]) -> Unusable | None:
    """The same for the proxies by scheme that a library has found for an address."""
    proxy = proxies.get(scheme) or proxies.get("all")
    return unusable_proxy(proxy, scheme=scheme, environ=environ) if proxy else None


def unusable_in(environ: Mapping[str, str]) -> Unusable | None:
    """The same for what variables name, for whichever addresses."""
    found = {scheme: environ.get(_variable(scheme, environ), "") for scheme in ("https", "http")}
    told = (unusable_among({scheme: proxy}, scheme=scheme, environ=environ) for scheme, proxy in found.items())
    return next(filter(None, told), None)


def _variable(scheme: str, environ: Mapping[str, str]) -> str:
    """The variable that decides."""
    names = (f"{scheme}_proxy", f"{scheme}_proxy".upper(), "all_proxy", "ALL_PROXY")
    return next((name for name in names if environ.get(name)), names[1])


def _complaint(url: str) -> str | None:
    scheme, _, rest = url.partition("://")
    if _SOCKS.fullmatch(scheme):
        return "it is a SOCKS proxy, and only HTTP proxies are spoken to"
    if scheme.lower() not in ("http", "https"):
        return "it begins with neither `http://` nor `https://`"
    # What stands behind a slash is no part of the host: a login that is not encoded would be taken for the host.
    if "@" in "".join(re.split(r"([/?#])", rest, maxsplit=1)[1:]):
        return "its login holds a character that has to be encoded"
    return None if _names_a_host(url) else "its host or port cannot be read"


def _names_a_host(url: str) -> bool:
    """As both libraries read it that are given the address."""
    from urllib3.util import parse_url  # noqa: PLC0415 - slow to load, and only needed where there is a proxy

    if not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
        return bool(parts.hostname and parse_url(url).host and parts.port != 0)
    except ValueError:  # what urllib3 raises is one, too
        return False
