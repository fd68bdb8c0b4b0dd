"""A Mailgun account: domain, region and key, and where its API is (https://documentation.mailgun.com)."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from kmconfig.errors import ConfigurationError, UsageError
from kmconfig.providers.mailgun import API_HOSTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.reference import SecretRef
    from kmconfig.secrets.secret import Secret

URL_VARIABLE: Final = "KMCONFIG_MAILGUN_URL"
"""Names a server on this machine that is asked instead of Mailgun."""

DEFAULT_TIMEOUT: Final = 30.0


class ApiAddress(NamedTuple):
    """Where the API is: a URL without a slash at its end, and the host and port that it names."""

    url: str
    host: str
    port: int

    @property
    def local(self) -> bool:
        """Whether it is on this machine."""
        return _is_loopback(self.host)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailgunAccount:
    """A sending domain, the region it lives in (``us`` or ``eu``), and a key that may send for it.

    ``timeout`` is in seconds and counts for each stage.
    """

    domain: str
    region: str
    key: Secret
    timeout: float = DEFAULT_TIMEOUT


def mailgun_account(
    environment: Environment, secrets: Mapping[SecretRef, Secret], *, timeout: float | None = None
) -> MailgunAccount:
    """The account of an environment with the driver mailgun. Raises ConfigurationError where it is not complete."""
    settings = environment.email.mailgun
    if settings is None:
        raise ValueError("the environment has another driver")
    if settings.domain is None or settings.api_key is None:
        missing = "domain" if settings.domain is None else "api_key"
        raise ConfigurationError(
            f"`{environment.name}` sends by Mailgun and names no `email.mailgun.{missing}`", help="add it"
        )
    return MailgunAccount(
        domain=settings.domain.data,
        region=settings.region.data,
        key=secrets[settings.api_key.data],
        timeout=timeout if timeout is not None else DEFAULT_TIMEOUT,
    )


def api_address(region: str, environ: Mapping[str, str] | None = None) -> ApiAddress:
    """The API of a region, or the server on this machine that the variable names.

    Raises UsageError where that is not on this machine: a key must not go anywhere by a variable.
    """
    override = (os.environ if environ is None else environ).get(URL_VARIABLE)
    if override:
        return local_address(override)
    host = API_HOSTS[region]
    return ApiAddress(f"https://{host}", host, 443)


def local_address(url: str) -> ApiAddress:
    """A server on this machine. Raises UsageError for any other."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    except ValueError:
        host, port = "", 0
    else:
        plain = parts.path in ("", "/") and not parts.query and not parts.fragment and parts.username is None
        if plain and port and _is_loopback(host):
            shown = f"[{host}]" if ":" in host else host
            return ApiAddress(f"{parts.scheme}://{shown}:{port}", host, port)
    raise UsageError(
        f"`{URL_VARIABLE}` does not name a server on this machine",
        help="write it as http://127.0.0.1:8080, or unset it to ask Mailgun",
    )


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
