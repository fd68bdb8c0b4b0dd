"""How an environment reaches its secret stores, as typed settings. They hold references, never secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from kmconfig.environment.reference import SOURCES, SecretRef
from kmconfig.environment.settings import reference_from
from kmconfig.environment.words import known

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmconfig.environment.environment import Environment
    from kmconfig.source.value import Value

LoginMethod: TypeAlias = Literal["token", "approle", "kubernetes", "jwt", "aws", "userpass"]

KUBERNETES_TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token"  # noqa: S105 - where it lies


class VaultLogin(NamedTuple):
    """How to log in to Vault.

    ``mount`` is where the method is mounted. ``name`` is the role id of ``approle`` and the user of ``userpass``;
    ``secret`` refers to the token, secret id, JWT or password. The rest belongs to single methods.
    """

    method: LoginMethod
    mount: str
    role: str | None = None
    name: str | SecretRef | None = None
    secret: SecretRef | None = None
    token_file: str = KUBERNETES_TOKEN
    audience: str | None = None
    region: str | None = None
    header_value: str | None = None


class VaultSettings(NamedTuple):
    """A Vault or OpenBao server, and where in it the secrets lie. ``kv`` is 1 or 2.

    Files are relative to the root. ``redirect_hosts`` are the hosts beside that of ``address`` that a redirect may
    lead to. Without ``login`` there is a token in ``VAULT_TOKEN`` or ``~/.vault-token``.
    """

    address: str | None
    mount: str = "secret"
    kv: int = 2
    namespace: str | None = None
    ca_file: str | None = None
    client_cert_file: str | None = None
    client_key_file: str | None = None
    redirect_hosts: tuple[str, ...] = ()
    login: VaultLogin = VaultLogin("token", "token")


class AwsSettings(NamedTuple):
    """Where AWS is asked and as whom; what is None comes from AWS's own configuration."""

    region: str | None = None
    profile: str | None = None
    role_arn: str | None = None
    external_id: str | None = None


class PackageSettings(NamedTuple):
    """The block of a store that a package brings: its plain settings as JSON, and those that refer to secrets."""

    word: str
    text: str
    references: tuple[tuple[str, SecretRef], ...] = ()

    @property
    def settings(self) -> dict[str, Any]:
        """The plain settings."""
        import json  # noqa: PLC0415 - only where there is such a store

        found: dict[str, Any] = json.loads(self.text)
        return found


class StoreSettings(NamedTuple):
    """The stores an environment declares, None for those it does not; those of packages in their order.

    ``fingerprint_key`` refers to the key under which values without a version are told apart.
    """

    vault: VaultSettings | None = None
    aws: AwsSettings | None = None
    fingerprint_key: SecretRef | None = None
    packages: tuple[PackageSettings, ...] = ()

    def of_package(self, word: str) -> PackageSettings | None:
        """The block of a package's store."""
        return next((block for block in self.packages if block.word == word), None)


def stores_of(environment: Environment) -> StoreSettings:
    """The stores of an environment whose files are all readable and fit the schema."""
    block = environment.get("stores")
    settings: Mapping[str, Value[Any]] = block.data if block is not None and block.data else {}
    vault, aws, key = (_block(settings, name) for name in ("vault", "aws", "fingerprint_key"))
    return StoreSettings(
        vault=_vault(vault) if vault is not None else None,
        aws=AwsSettings(**_texts(aws, AwsSettings._fields)) if aws is not None else None,
        fingerprint_key=reference_from(key) if key is not None else None,
        packages=tuple(
            _package(word, found) for word in known().stores if (found := _block(settings, word)) is not None
        ),
    )


def _package(word: str, block: Mapping[str, Value[Any]]) -> PackageSettings:
    import json  # noqa: PLC0415 - only where there is such a store

    references = {name: found for name, value in block.items() if (found := _reference(value)) is not None}
    plain = {name: value.plain() for name, value in block.items() if name not in references and value.data is not None}
    return PackageSettings(word, json.dumps(plain, sort_keys=True), tuple(sorted(references.items())))


def _block(settings: Mapping[str, Value[Any]], name: str) -> dict[str, Any] | None:
    value = settings.get(name)
    return value.data if value is not None and isinstance(value.data, dict) else None


def _texts(block: Mapping[str, Value[Any]], names: tuple[str, ...]) -> dict[str, Any]:
    """The settings that are written, as plain values; null is as good as absent."""
    return {name: block[name].data for name in names if name in block and block[name].data is not None}


def _vault(block: dict[str, Any]) -> VaultSettings:
    plain = _texts(block, ("mount", "kv", "namespace", "ca_file", "client_cert_file", "client_key_file"))
    hosts = block.get("redirect_hosts")
    if hosts is not None and hosts.data:
        plain["redirect_hosts"] = tuple(host.data for host in hosts.data)
    auth = _block(block, "auth")
    if auth:
        method = next(iter(auth))
        plain["login"] = _login(method, auth[method].data)
    address = block.get("address")
    return VaultSettings(address=address.data if address is not None else None, **plain)


_NAME = {"approle": "role_id", "userpass": "username"}
_SECRET = {"token": "token", "approle": "secret_id", "jwt": "jwt", "userpass": "password"}


def _login(method: Any, block: dict[str, Any]) -> VaultLogin:
    plain = _texts(block, ("role", "token_file", "audience", "region", "header_value"))
    mount = block.get("mount")
    return VaultLogin(
        method,
        mount=mount.data if mount is not None and mount.data else method,
        name=_name_or_reference(block.get(_NAME.get(method, ""))),
        secret=_reference(block.get(_SECRET.get(method, ""))),
        **plain,
    )


def _name_or_reference(value: Value[Any] | None) -> str | SecretRef | None:
    if value is None or not isinstance(value.data, dict):
        return value.data if value is not None else None
    return _reference(value)


def _reference(value: Value[Any] | None) -> SecretRef | None:
    if value is None or not isinstance(value.data, dict) or not any(source in value.data for source in SOURCES):
        return None
    return reference_from(value.data)
