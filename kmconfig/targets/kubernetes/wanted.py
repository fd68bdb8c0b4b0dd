"""What the manifests of an environment say: a ConfigMap, and what fetches the secrets. No value of a secret is needed.

The fields: https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/config-map-v1/ and
https://external-secrets.io/latest/api/externalsecret/.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from kmconfig.lint.rules.references import references
from kmconfig.secrets.secret import Secret
from kmconfig.targets.candidate import SETTING_OF_KEY, mail_keys_input
from kmconfig.targets.kubernetes.go_duration import go_duration
from kmconfig.targets.kubernetes.remote_refs import RemoteRef, remote_ref, store_name
from kmconfig.targets.laravel_keys import mail_keys
from kmconfig.targets.unresolved import unresolved
from kmconfig.targets.variables.texts import variable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.reference import SecretRef
    from kmconfig.source.value import Value
    from kmconfig.targets.kubernetes.place import Place
    from kmconfig.targets.variables.texts import Text

Manifest: TypeAlias = "dict[str, Any]"

MANAGER_LABEL, MANAGER = "app.kubernetes.io/managed-by", "kmconfig"
OWNER_ANNOTATION = "kmconfig/environment"
CHECKSUM_ANNOTATION = "checksum/config"
SECRET_ANNOTATION, SECRET_KEYS_ANNOTATION = "kmconfig/secret", "kmconfig/secret-keys"
_NO_FLUX_VARIABLES = {"kustomize.toolkit.fluxcd.io/substitute": "disabled"}
#: What the cluster would fill in: Argo CD would see a difference for ever.
REMOTE_DEFAULTS = {"conversionStrategy": "Default", "decodingStrategy": "None", "metadataPolicy": "None"}


class Wanted(NamedTuple):
    """The ConfigMap; the ExternalSecret, or None where nothing is to be fetched; what is secret, by its key."""

    config_map: Manifest
    external_secret: Manifest | None
    secrets: Mapping[str, Value[SecretRef]]


def wanted(environment: Environment, place: Place) -> Wanted:
    """Raises ConfigurationError where an environment is not complete, or refers to what no cluster can fetch."""
    values = _values(environment, place)
    plain = {key: value for key, value in values.items() if isinstance(value, str)}
    by_setting = {reference.setting: reference for reference in references(environment)}
    secret = {key: by_setting[SETTING_OF_KEY[key]] for key, value in values.items() if isinstance(value, Secret)}
    fetched = place.secrets == "external_secret" and bool(secret)
    remote = {key: remote_ref(reference, environment) for key, reference in secret.items()} if fetched else {}
    annotations = _annotations(environment, place, secret)
    external = _external_secret(environment, place, secret, remote) if fetched else None
    checksum = {CHECKSUM_ANNOTATION: _checksum(plain, remote, annotations, external)}
    return Wanted(
        config_map={
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": _metadata(place, annotations | checksum),
            "data": plain,
        },
        external_secret=external,
        secrets=secret,
    )


def _values(environment: Environment, place: Place) -> Mapping[str, Text]:
    """The text of each variable, as Laravel reads it; those that have to be absent are left out."""
    pairs = mail_keys(mail_keys_input(unresolved(environment)), place.laravel)
    return {pair.key: variable(pair.value) for pair in pairs if pair.value is not None}


def _metadata(place: Place, annotations: Mapping[str, str]) -> Manifest:
    namespace = {} if place.namespace is None else {"namespace": place.namespace}
    labels = {MANAGER_LABEL: MANAGER}
    return {"name": place.name, **namespace, "labels": labels, "annotations": dict(annotations)}


def _annotations(environment: Environment, place: Place, secret: Mapping[str, Value[SecretRef]]) -> dict[str, str]:
    found = {OWNER_ANNOTATION: environment.name, **_NO_FLUX_VARIABLES}
    if place.secrets == "secret_ref" and secret:
        found |= {SECRET_ANNOTATION: place.secret_name, SECRET_KEYS_ANNOTATION: ",".join(secret)}
    return found


def _external_secret(
    environment: Environment, place: Place, secret: Mapping[str, Value[SecretRef]], remote: Mapping[str, RemoteRef]
) -> Manifest:
    return {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ExternalSecret",
        "metadata": _metadata(place, {OWNER_ANNOTATION: environment.name, **_NO_FLUX_VARIABLES}),
        "spec": {
            "refreshInterval": go_duration(place.refresh_interval),
            "secretStoreRef": {
                "name": place.store_name or store_name(secret.values()),
                "kind": place.store_kind,
            },
            "target": {"name": place.secret_name, "creationPolicy": "Owner", "deletionPolicy": "Retain"},
            "data": [{"secretKey": key, "remoteRef": _remote(ref)} for key, ref in remote.items()],
        },
    }


def _remote(ref: RemoteRef) -> Manifest:
    return {**{name: value for name, value in ref._asdict().items() if value is not None}, **REMOTE_DEFAULTS}


def _checksum(
    plain: Mapping[str, str], remote: Mapping[str, RemoteRef], annotations: Mapping[str, str], external: Manifest | None
) -> str:
    """Changes with everything that pods have to be started anew for. There is no secret in it."""
    store = None if external is None else external["spec"]["secretStoreRef"]
    content = [dict(plain), {key: list(ref) for key, ref in remote.items()}, store, annotations.get(SECRET_ANNOTATION)]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
