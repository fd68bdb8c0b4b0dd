"""Where the manifests of an environment lie, and what is said of them there."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from kmconfig.environment.reserved import reserved
from kmconfig.errors import ConfigurationError
from kmconfig.targets.laravel_version import NEWEST_LARAVEL

if TYPE_CHECKING:
    from kmconfig.source.value import Value
    from kmconfig.targets.access import Access

Secrets: TypeAlias = Literal["external_secret", "secret_ref"]

KUSTOMIZATION = "kustomization.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The block ``target.kubernetes``; ``shown`` is its folder as the environment gives it.

    Without ``namespace`` the resources land where whoever deploys them says. ``secret_name`` is the Secret that the
    application reads, whoever makes it. ``store_name`` is None where the secrets decide.
    """

    directory: Path
    shown: str
    name: str
    namespace: str | None = None
    secrets: Secrets = "external_secret"
    secret_name: str
    store_name: str | None = None
    store_kind: str = "SecretStore"
    refresh_interval: str = "1h"
    laravel: int = NEWEST_LARAVEL

    @property
    def config_file(self) -> str:
        """The file of the ConfigMap."""
        return f"{self.name}-configmap.yaml"

    @property
    def secret_file(self) -> str:
        """The file of the ExternalSecret."""
        return f"{self.name}-externalsecret.yaml"

    def file(self, name: str) -> Path:
        """A file of the folder."""
        return self.directory / name

    def says(self, name: str) -> str:
        """A file of the folder, for people."""
        return f"{self.shown.rstrip('/')}/{name}"


def place_of(block: Value[Any], root: Path) -> Place:
    """Read the block of an environment; relative folders count from ``root``."""
    settings = {key: value.plain() for key, value in block.data.items() if value.data is not None}
    shown, store = settings.pop("directory"), settings.pop("secret_store", {})
    settings.setdefault("secret_name", settings["name"])
    settings |= {f"store_{key}": value for key, value in store.items()}
    return Place(directory=root / shown, shown=shown, **settings)


def require_own_folder(block: Value[Any], access: Access) -> None:
    """Raise ConfigurationError where the folder, behind all links, is one in which no manifests may lie."""
    directory = block.data["directory"]
    environments = access.environments if access.environments is not None else access.root / "environments"
    path, around, state = (_from_root(found, access) for found in (directory.data, environments, access.state))
    reason = reserved(path, environments=around, state=state)
    if reason is not None:
        raise ConfigurationError(
            f"{directory.span}: no manifests may lie in `{directory.data}`: {reason}",
            help="choose a folder of its own, such as `deploy/production`",
        )


def _from_root(path: Path | str, access: Access) -> str:
    return os.path.relpath(os.path.realpath(access.root / path), os.path.realpath(access.root))


def unplaced() -> Place:
    """Where an environment says nothing of Kubernetes: resources with a usual name, in no namespace and no folder."""
    return Place(directory=Path(), shown=".", name="keymanager-mail", secret_name="keymanager-mail")  # noqa: S106 - a name
