"""Whom a connection trusts, with which certificate it shows itself, and which proxy it goes through."""

from __future__ import annotations

import os
import ssl
from typing import TYPE_CHECKING

from kmconfig.secrets.proxy import unusable_proxy
from kmconfig.secrets.secret_file import kind_of
from kmconfig.secrets.vault.address import is_loopback
from kmconfig.secrets.vault.faults import Fault, Trouble

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kmconfig.environment.stores import VaultSettings
    from kmconfig.secrets.vault.address import Address


def tls_context(settings: VaultSettings, *, root: Path) -> ssl.SSLContext:
    """Trust ``ca_file`` alone, or the system's authorities without it. Raises Fault for files that do not serve."""
    _require_regular(settings, root)
    ca = settings.ca_file
    context = _trusting(root / ca, ca) if ca is not None else system_context()
    if settings.client_cert_file is not None:
        key = settings.client_key_file
        _show(context, root / settings.client_cert_file, root / key if key is not None else None)
    return context


def _require_regular(settings: VaultSettings, root: Path) -> None:
    """Raise Fault for files that OpenSSL would wait for, or say nothing useful of."""
    for option in ("ca_file", "client_cert_file", "client_key_file"):
        name: str | None = getattr(settings, option)
        path = root / name if name is not None else None
        # A file that is not there is told of by what reads it.
        if path is not None and os.access(path, os.F_OK) and not path.is_file():
            fact = f"`{name}` is {kind_of(path.stat().st_mode)}, not a regular file"
            raise _unusable(fact, f"correct `stores.vault.{option}`")


def system_context() -> ssl.SSLContext:
    """Trust the system's authorities, or those that ``SSL_CERT_FILE`` names."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _trusting(path: Path, name: str) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=str(path))
    except (OSError, ValueError) as error:
        reason = _reason(error)
    else:
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context
    raise _unusable(f"the certificate authority `{name}` {reason}", "correct `stores.vault.ca_file`")


def _show(context: ssl.SSLContext, certificate: Path, key: Path | None) -> None:
    try:
        # Without a password OpenSSL would ask for one on the terminal.
        context.load_cert_chain(certificate, key, password=lambda: b"")
    except (OSError, ValueError) as error:
        reason = _reason(error)
    else:
        return
    remedy = "correct `stores.vault.client_cert_file` and `client_key_file`; the key must not be encrypted"
    raise _unusable(f"the client certificate or its key {reason}", remedy)


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return "does not exist"
    if isinstance(error, PermissionError):
        return "may not be read"
    return "is no usable PEM file"


def _unusable(fact: str, help: str) -> Fault:  # noqa: A002 - the word users read
    return Fault(Trouble("unreachable", fact, help, lasting=True))


def proxy_for(address: Address, environ: Mapping[str, str]) -> str | None:
    """The proxy that ``HTTPS_PROXY`` or ``HTTP_PROXY`` names for an address, unless ``NO_PROXY`` excludes it.

    This machine is never reached through one. Raises Fault for one that cannot be used.
    """
    if is_loopback(address.host):
        return None
    name = f"{address.scheme}_proxy"
    proxy = environ.get(name) or environ.get(name.upper())
    excluded = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
    if not proxy or any(_covers(entry.strip().lower(), address.host.lower()) for entry in excluded.split(",")):
        return None
    if (found := unusable_proxy(proxy, scheme=address.scheme, environ=environ)) is not None:
        raise _unusable(*found)
    return proxy if "://" in proxy else f"http://{proxy}"


def _covers(entry: str, host: str) -> bool:
    domain = entry.lstrip(".")
    return entry == "*" or (domain != "" and (host == domain or host.endswith(f".{domain}")))
