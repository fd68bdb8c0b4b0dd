"""hvac's API as far as we use it, with the replies that our connection gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmconfig.secrets.secret import Secret
    from kmconfig.secrets.vault.connection import Connection
    from kmconfig.secrets.vault.wire import Reply


class Api:
    """Questions to Vault. Each answers with a Reply, whatever its status, and raises what the connection raises."""

    def __init__(self, connection: Connection) -> None:
        import hvac  # type: ignore[import-untyped,unused-ignore]  # noqa: PLC0415 - brings all its engines with it

        self._connection = connection
        # The token is the connection's to send; an empty one keeps hvac from looking for another.
        self._client: Any = hvac.Client(url="", token="", verify=True, adapter=lambda **_: connection)

    def read_v1(self, mount: str, path: str) -> Reply:
        """A secret of KV version 1."""
        return cast("Reply", self._client.secrets.kv.v1.read_secret(path=path, mount_point=mount))

    def read_v2(self, mount: str, path: str, version: int | None) -> Reply:
        """A version of a secret of KV version 2, the newest for None."""
        kv = self._client.secrets.kv.v2
        reply = kv.read_secret_version(path=path, version=version, mount_point=mount, raise_on_deleted_version=True)
        return cast("Reply", reply)

    def metadata(self, mount: str, path: str) -> Reply:
        """What KV version 2 tells of a secret without its value."""
        return cast("Reply", self._client.secrets.kv.v2.read_secret_metadata(path=path, mount_point=mount))

    def write_v2(self, mount: str, path: str, data: Mapping[str, Any], *, cas: int) -> Reply:
        """Write a version of a secret of KV version 2 in place of version ``cas``, 0 for one that is not there."""
        kv = self._client.secrets.kv.v2
        return cast("Reply", kv.create_or_update_secret(path=path, secret=data, cas=cas, mount_point=mount))

    def write_custom_metadata(self, mount: str, path: str, custom: Mapping[str, str]) -> Reply:
        """Set what people and programs have noted at a secret; its other metadata stays."""
        kv = self._client.secrets.kv.v2
        return cast("Reply", kv.update_metadata(path=path, custom_metadata=dict(custom), mount_point=mount))

    def mount(self, mount: str) -> Reply:
        """Which engine is mounted, as far as the login may know; hvac has no function for it."""
        return self._connection.get(f"/v1/sys/internal/ui/mounts/{quote(mount)}")

    def capabilities(self, path: str) -> Reply:
        """What the login may do at a path."""
        return cast("Reply", self._client.sys.get_capabilities([path]))

    def health(self) -> Reply:
        """Version and state, without a login."""
        return cast("Reply", self._client.sys.read_health_status(standby_ok=True, method="GET"))

    def lookup_self(self) -> Reply:
        """What Vault knows of our token."""
        return cast("Reply", self._client.auth.token.lookup_self())

    def revoke_self(self) -> Reply:
        """End our token."""
        return cast("Reply", self._client.auth.token.revoke_self())

    def approle(self, mount: str, *, role_id: str | Secret, secret_id: Secret) -> Reply:
        """Log in by AppRole."""
        auth = self._client.auth.approle
        return cast("Reply", auth.login(role_id=role_id, secret_id=secret_id, use_token=False, mount_point=mount))

    def kubernetes(self, mount: str, *, role: str | None, jwt: Secret) -> Reply:
        """Log in with a service account's token."""
        auth = self._client.auth.kubernetes
        return cast("Reply", auth.login(role=role, jwt=jwt, use_token=False, mount_point=mount))

    def jwt(self, mount: str, *, role: str | None, jwt: Secret) -> Reply:
        """Log in with a JWT."""
        return cast("Reply", self._client.auth.jwt.jwt_login(role=role, jwt=jwt, use_token=False, path=mount))

    def login(self, path: str, **body: Any) -> Reply:
        """Log in by a method whose function in hvac does not quote names, or signs in its own way."""
        return self._connection.login(f"/v1/auth/{path}", json=body)
