"""Where the settings interface is, and what an environment says of how it is asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from kmconfig.environment.duration import parse_duration
from kmconfig.environment.settings import reference_from
from kmconfig.environment.stores import stores_of
from kmconfig.errors import ConfigurationError, CouldNotCheck, Refused
from kmconfig.secrets.secret_file import kind_of
from kmconfig.secrets.stores import Place
from kmconfig.secrets.vault.address import Address, is_loopback, normal_host
from kmconfig.secrets.vault.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.reference import SecretRef
    from kmconfig.secrets.secret import Secret
    from kmconfig.source.value import Value
    from kmconfig.targets.access import Access

DEFAULT_PATH: Final = "/settings/email"
DEFAULT_TIMEOUT: Final = 30.0
READ_CODES: Final = frozenset({649})
WRITE_CODES: Final = frozenset({650})


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """The interface of one installation.

    ``url`` is where settings are read and written. ``read`` and ``write`` are the envelope codes that mean success.
    ``timeout`` is in seconds, for each request. ``key`` gives the key when it is first needed.
    """

    url: str
    address: Address
    key: Callable[[], Secret] = field(repr=False)
    read: frozenset[int] = READ_CODES
    write: frozenset[int] = WRITE_CODES
    timeout: float = DEFAULT_TIMEOUT
    ca_file: Path | None = None
    signing_key_file: Path | None = None

    @property
    def host(self) -> str:
        """The host that the key goes to."""
        return self.address.host


def endpoint_of(environment: Environment, block: Value[Any], access: Access) -> Endpoint:
    """What an environment says of the interface. Nothing is asked yet.

    Raises ConfigurationError for an address that cannot be used, and Refused where `policy.hosts` does not allow it.
    """
    told = block.data
    address = _address(told["url"])
    _require_allowed(address, access.allowed_hosts)
    codes = told["codes"].data if "codes" in told else {}
    reference = reference_from(told["api_key"].data)
    return Endpoint(
        url=f"{address.base}/{_path(told).strip('/')}",
        address=address,
        key=lambda: _key(reference, environment, access),
        read=_codes(codes, "read", READ_CODES),
        write=_codes(codes, "write", WRITE_CODES),
        timeout=parse_duration(told["timeout"].data).total_seconds() if "timeout" in told else DEFAULT_TIMEOUT,
        ca_file=_file(told, "ca_file", access),
        signing_key_file=_file(told, "signing_key_file", access),
    )


def _address(url: Value[str]) -> Address:
    try:
        address = Address.parse(url.data)
    except Fault as fault:
        fact = fault.trouble.fact
    else:
        if address.scheme == "https" or is_loopback(address.host):
            return address
        raise ConfigurationError(
            f"{url.span}: the API key would be sent without TLS", help="use https: write the address as `https://…`"
        )
    raise ConfigurationError(
        f"{url.span}: {fact}", help="write it as `https://licenses.acme.example/api/v1`, without a user or a query"
    )


def _path(told: dict[str, Value[Any]]) -> str:
    """The path below the address. Raises ConfigurationError for one that leads out of it."""
    if "path" not in told:
        return DEFAULT_PATH
    path = told["path"]
    if {".", ".."} & set(path.data.split("/")):
        raise ConfigurationError(
            f"{path.span}: the path leads out of `target.settings_api.url`", help="write it without `.` and `..`"
        )
    return str(path.data)


def _require_allowed(address: Address, allowed_hosts: tuple[str, ...] | None) -> None:
    if allowed_hosts is None or normal_host(address.host) in {normal_host(host) for host in allowed_hosts}:
        return
    raise Refused(
        f"`policy.hosts` does not allow a login at `{normal_host(address.host)}`",
        help="correct `target.settings_api.url`, or have the host added to `policy.hosts` in kmconfig.yaml",
    )


def _codes(codes: dict[str, Value[Any]], name: str, default: frozenset[int]) -> frozenset[int]:
    return frozenset(item.data for item in codes[name].data) if name in codes else default


def _file(told: dict[str, Value[Any]], name: str, access: Access) -> Path | None:
    return access.root / told[name].data if name in told else None


def require_regular(path: Path, what: str, *, help: str) -> None:  # noqa: A002 - the word users read
    """Raise CouldNotCheck for what is no file, since reading it might never end; missing ones are told of later."""
    if path.exists() and not path.is_file():
        raise CouldNotCheck(f"{what} {path} is {kind_of(path.stat().st_mode)}, not a regular file", help=help)


def _key(reference: SecretRef, environment: Environment, access: Access) -> Secret:
    """The key as the header says it. Raises CouldNotCheck."""
    resolved = access.stores.resolve((reference,), place=Place(environment.tier, stores_of(environment)))
    for problem in resolved.problems:
        raise CouldNotCheck(f"`target.settings_api.api_key`: {problem.message}", help=problem.help)
    key = resolved.secrets[reference].reveal()
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise CouldNotCheck(
            f"the API key `{reference}` holds characters that no key has", help="look for blanks and line ends in it"
        )
    return resolved.secrets[reference]
