"""Holding manifests against what clusters accept."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from jsonschema import Draft202012Validator

from tests.servers.requirements import unavailable

#: The versions of Kubernetes whose schemas are looked at: the oldest and the newest that are common.
VERSIONS = ("1.28", "1.33")

_NAME = {
    "type": "string",
    "minLength": 1,
    "maxLength": 253,
    "pattern": r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
}
_TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
_LABELS = {
    "type": "object",
    "additionalProperties": {
        "type": "string",
        "maxLength": 63,
        "pattern": r"^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$",
    },
}


def _closed(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "additionalProperties": False, "properties": properties}


_REMOTE_REF = _closed(
    ["key"],
    key={"type": "string", "minLength": 1},
    property={"type": "string"},
    version={"type": "string"},
    conversionStrategy={"enum": ["Default", "Unicode"]},
    decodingStrategy={"enum": ["Auto", "Base64", "Base64URL", "None"]},
    metadataPolicy={"enum": ["None", "Fetch"]},
)
_DATA = _closed(
    ["secretKey", "remoteRef"],
    secretKey={"type": "string", "minLength": 1, "maxLength": 253, "pattern": "^[-._a-zA-Z0-9]+$"},
    remoteRef=_REMOTE_REF,
)
#: The fields of external-secrets.io/v1 that kmconfig may write, as the operator's own definition restricts them.
EXTERNAL_SECRET = _closed(
    ["apiVersion", "kind", "metadata", "spec"],
    apiVersion={"const": "external-secrets.io/v1"},
    kind={"const": "ExternalSecret"},
    metadata=_closed(["name"], name=_NAME, namespace=_NAME, labels=_LABELS, annotations=_TEXTS),
    spec=_closed(
        ["secretStoreRef", "target", "data"],
        refreshInterval={"type": "string", "pattern": r"^([0-9]+h)?([0-9]+m)?[0-9]+s$"},
        secretStoreRef=_closed(["name"], name=_NAME, kind={"enum": ["SecretStore", "ClusterSecretStore"]}),
        target=_closed(
            ["name"],
            name=_NAME,
            creationPolicy={"enum": ["Owner", "Orphan", "Merge", "None"]},
            deletionPolicy={"enum": ["Delete", "Merge", "Retain"]},
        ),
        data={"type": "array", "minItems": 1, "items": _DATA},
    ),
)


def assert_valid(manifest: dict[str, Any]) -> None:
    """A cluster takes this manifest: by Kubernetes' own schemas, or for an ExternalSecret by that of its operator."""
    if manifest["kind"] == "ExternalSecret":
        Draft202012Validator(EXTERNAL_SECRET).validate(manifest)
        return
    try:
        kubernetes = import_module("kubernetes_validate")
    except ImportError:
        unavailable("the schemas of Kubernetes come with a Python package: `pip install kubernetes-validate`")
    for version in VERSIONS:
        kubernetes.validate(manifest, version, strict=True)
