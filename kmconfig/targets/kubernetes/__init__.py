"""Manifests for Argo CD or Flux as a target: a ConfigMap, and an ExternalSecret that fetches the secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from kmconfig.targets.kubernetes.keeper import ManifestKeeper
from kmconfig.targets.kubernetes.place import place_of, require_own_folder
from kmconfig.targets.kubernetes.reader import KubernetesReader
from kmconfig.targets.kubernetes.writer import ManifestWriter

if TYPE_CHECKING:
    from kmconfig.environment.environment import Environment
    from kmconfig.source.value import Value
    from kmconfig.targets.access import Access
    from kmconfig.targets.goal import Goal
    from kmconfig.targets.interface import Reader, WritePermit
    from kmconfig.targets.keeping.interface import Keeper

__all__ = ["KubernetesReader", "open_keeper", "open_reader", "open_writer"]


def open_reader(environment: Environment, block: Value[Any], access: Access) -> KubernetesReader:  # noqa: ARG001
    """The reader of manifests. Raises ConfigurationError for a folder that has another purpose."""
    require_own_folder(block, access)
    return KubernetesReader(place_of(block, access.root))


def open_writer(
    reader: Reader,
    permit: WritePermit,
    goal: Goal,
    *,
    formerly_ours: frozenset[str],  # noqa: ARG001 - our files are ours as a whole
) -> ManifestWriter:
    """The writer of manifests."""
    return ManifestWriter(cast("KubernetesReader", reader).place, permit, goal)


def open_keeper(reader: Reader) -> Keeper:
    """Beside the manifests."""
    return ManifestKeeper(cast("KubernetesReader", reader).place)
