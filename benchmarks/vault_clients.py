"""Reads references from a Vault, as kmconfig does and as one would without thinking of it: `CLIENT ADDRESS PATHS KEYS`.

Both log in by AppRole, read the same values, and check them.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from benchmarks.vault_process import ROLE_ID, SECRET_ID, path


def kmconfig(address: str, references: list[tuple[str, str]]) -> list[str]:
    """All references in one question."""
    from kmconfig.environment.reference import SecretRef  # noqa: PLC0415 - each client loads only what it needs
    from kmconfig.environment.stores import StoreSettings, VaultLogin, VaultSettings  # noqa: PLC0415
    from kmconfig.secrets.masker import Masker  # noqa: PLC0415
    from kmconfig.secrets.stores import Place, Stores  # noqa: PLC0415

    login = VaultLogin("approle", "approle", name=ROLE_ID, secret=SecretRef("env", "BENCHMARK_SECRET_ID"))
    place = Place("staging", StoreSettings(vault=VaultSettings(address, login=login)))
    refs = [SecretRef("vault", name, key) for name, key in references]
    environ = {**os.environ, "BENCHMARK_SECRET_ID": SECRET_ID}
    with Stores(root=Path(), environ=environ, masker=Masker()) as stores:
        secrets = stores.resolve(refs, place=place).secrets
        return [secrets[ref].reveal() for ref in refs]


def hvac(address: str, references: list[tuple[str, str]]) -> list[str]:
    """A client for each reference, logged in each time."""
    from hvac import Client  # noqa: PLC0415

    values = []
    for name, key in references:
        client = Client(url=address)
        client.auth.approle.login(role_id=ROLE_ID, secret_id=SECRET_ID)
        reply = client.secrets.kv.v2.read_secret_version(path=name, raise_on_deleted_version=True)
        values.append(str(reply["data"]["data"][key]))
    return values


CLIENTS = {"kmconfig": kmconfig, "hvac": hvac}


def main(client: str, address: str, paths: str, keys: str) -> int:
    """Read every key of every path; 1 where a value is not what the server was given."""
    wanted = [(number, key) for number in range(int(paths)) for key in range(int(keys))]
    values = CLIENTS[client](address, [(path(number), f"key-{key}") for number, key in wanted])
    return 0 if values == [f"value {number} of {key}" for number, key in wanted] else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
