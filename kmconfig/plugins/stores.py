"""What the module of a secret store needs: ``open_store(opening: StoreOpening) -> Store``."""

from __future__ import annotations

from kmconfig.environment.reference import SecretRef
from kmconfig.secrets.package_store import StoreOpening, StoreUnreachable
from kmconfig.secrets.secret import Secret
from kmconfig.secrets.store import Answer, Description, Metadata, SecretProblem, Store, accept

__all__ = [
    "Answer",
    "Description",
    "Metadata",
    "Secret",
    "SecretProblem",
    "SecretRef",
    "Store",
    "StoreOpening",
    "StoreUnreachable",
    "accept",
]
